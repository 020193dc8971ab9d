# language: fr
Fonctionnalité: Connexion par Pro Santé Connect
  Le professionnel entre dans le logiciel par Pro Santé Connect, en sort, et personne n'y entre à sa place.
  Chaque refus a son contrôle positif : la même personne, devant une réponse juste, se connecte dans le même scénario.

  @PSC.01.01
  Scénario: En mode web, chacun entre par Pro Santé Connect et lui seul
    # Le texte officiel montre un parcours ; l'exigence demande aussi que rien d'autre n'ouvre la session.
    Étant donné un logiciel où l'on se connecte par Pro Santé Connect, en mode web
    Et un compte du logiciel pour « la pharmacienne »
    Et un compte du logiciel pour « le médecin aux deux exercices »
    Quand l'utilisateur ouvre l'écran de connexion
    Alors le bouton Pro Santé Connect, les conditions d'utilisation et la place de la déconnexion sont à montrer
    Quand le professionnel s'identifie avec l'application e-CPS
    Alors la session ouverte est celle du professionnel, avec ses situations d'exercice
    Quand le professionnel rouvre dans son navigateur la page de retour de sa connexion
    Alors le logiciel ne se sert pas deux fois du même retour
    Quand le professionnel ferme sa session
    Alors la session du professionnel est fermée, dans le logiciel comme chez le fournisseur d'identité
    Quand le professionnel s'identifie de nouveau, dans le même navigateur
    Alors la session du professionnel avait été fermée, et une nouvelle authentification est demandée
    Quand le professionnel ferme sa session
    Et « la pharmacienne » s'identifie dans le navigateur où le professionnel était
    Alors la session ouverte est celle de « la pharmacienne », avec ses situations d'exercice
    Et le professionnel et « la pharmacienne » ne sont pas confondus
    Quand « le médecin aux deux exercices » s'identifie avec la carte CPS
    Alors la session ouverte est celle de « le médecin aux deux exercices », avec ses situations d'exercice
    Et « la pharmacienne » et « le médecin aux deux exercices » ne sont pas confondus
    Quand un autre professionnel demande à s'identifier, puis refuse
    Alors aucune session n'est ouverte à un autre professionnel
    Quand « la personne sans profession » s'identifie
    Alors « la personne sans profession » garde son identifiant, ou n'a pas d'accès et le logiciel le lui dit
    Et chaque demande de connexion suit les règles du fournisseur d'identité
    Et rien de secret n'est resté dans le navigateur, ni dans les adresses, les messages et les traces du logiciel
    Quand un autre professionnel s'identifie et reçoit tour à tour
      | réponse                                |
      | un retour au state d'une autre demande |
      | un retour sans state                   |
      | un retour sans code                    |
      | un retour venu d'un autre fournisseur  |
      | un retour en erreur                    |
      | un jeton à la signature fausse         |
      | un jeton non signé                     |
      | un jeton signé avec la clé publique    |
      | un jeton signé par un inconnu          |
      | un jeton d'un autre émetteur           |
      | un jeton destiné à un autre logiciel   |
      | un jeton délivré pour un autre logiciel |
      | un jeton au nonce d'une autre demande  |
      | un jeton sans nonce                    |
      | un jeton périmé                        |
      | un jeton émis dans le futur            |
      | un jeton sans identité                 |
      | un jeton d'un niveau trop faible       |
      | un jeton sans niveau                   |
      | un jeton lié à un autre jeton d'accès  |
      | un jeton illisible                     |
      | aucun jeton d'identité                 |
      | les données d'une autre personne       |
      | des données sans identité              |
      | un refus de donner les données         |
      | une erreur au lieu d'un jeton          |
      | un refus au lieu d'un jeton            |
    Alors aucune de ces réponses n'ouvre de session à un autre professionnel
    Quand un autre professionnel s'identifie et reçoit tour à tour
      | réponse                                 |
      | un jeton signé d'une clé neuve et publiée |
      | des données signées                     |
      | des données sans exercice               |
    Alors chacune de ces réponses, inhabituelle mais juste, ouvre la session d'un autre professionnel
    Quand un autre professionnel s'identifie
    Et un autre professionnel ferme sa session alors que le fournisseur d'identité ne répond plus
    Alors la session d'un autre professionnel est fermée dans le logiciel
    Quand « le médecin aux deux exercices » s'identifie
    Et la session de « le médecin aux deux exercices » est close depuis un autre logiciel
    Alors « le médecin aux deux exercices » doit s'authentifier de nouveau
    Quand « la pharmacienne » s'identifie
    Et une demi-heure passe sans que « la pharmacienne » fasse rien
    Alors « la pharmacienne » doit s'authentifier de nouveau
    Quand le professionnel s'identifie
    Et quatre heures passent, le professionnel restant actif
    Alors le professionnel doit s'authentifier de nouveau

  @PSC.01.02
  Scénario: Depuis une application et le navigateur du poste, chacun entre par Pro Santé Connect et lui seul
    Étant donné un logiciel où l'on se connecte par Pro Santé Connect, depuis une application qui ouvre un navigateur
    Et un compte du logiciel pour « la pharmacienne »
    Et un compte du logiciel pour « le médecin aux deux exercices »
    Quand l'utilisateur ouvre l'écran de connexion
    Alors le bouton Pro Santé Connect, les conditions d'utilisation et la place de la déconnexion sont à montrer
    Quand le professionnel s'identifie avec l'application e-CPS
    Alors la session ouverte est celle du professionnel, avec ses situations d'exercice
    Quand le professionnel rouvre dans son navigateur la page de retour de sa connexion
    Alors le logiciel ne se sert pas deux fois du même retour
    Quand le professionnel ferme sa session
    Alors la session du professionnel est fermée, dans le logiciel comme chez le fournisseur d'identité
    Quand le professionnel s'identifie de nouveau, dans le même navigateur
    Alors la session du professionnel avait été fermée, et une nouvelle authentification est demandée
    Quand le professionnel ferme sa session
    Et « la pharmacienne » s'identifie dans le navigateur où le professionnel était
    Alors la session ouverte est celle de « la pharmacienne », avec ses situations d'exercice
    Et le professionnel et « la pharmacienne » ne sont pas confondus
    Quand « le médecin aux deux exercices » s'identifie avec la carte CPS
    Alors la session ouverte est celle de « le médecin aux deux exercices », avec ses situations d'exercice
    Et « la pharmacienne » et « le médecin aux deux exercices » ne sont pas confondus
    Quand un autre professionnel demande à s'identifier, puis refuse
    Alors aucune session n'est ouverte à un autre professionnel
    Quand « la personne sans profession » s'identifie
    Alors « la personne sans profession » garde son identifiant, ou n'a pas d'accès et le logiciel le lui dit
    Et chaque demande de connexion suit les règles du fournisseur d'identité
    Et rien de secret n'est resté dans le navigateur, ni dans les adresses, les messages et les traces du logiciel
    Quand un autre professionnel s'identifie et reçoit tour à tour
      | réponse                                |
      | un retour au state d'une autre demande |
      | un retour sans state                   |
      | un retour sans code                    |
      | un retour venu d'un autre fournisseur  |
      | un retour en erreur                    |
      | un jeton à la signature fausse         |
      | un jeton non signé                     |
      | un jeton signé avec la clé publique    |
      | un jeton signé par un inconnu          |
      | un jeton d'un autre émetteur           |
      | un jeton destiné à un autre logiciel   |
      | un jeton délivré pour un autre logiciel |
      | un jeton au nonce d'une autre demande  |
      | un jeton sans nonce                    |
      | un jeton périmé                        |
      | un jeton émis dans le futur            |
      | un jeton sans identité                 |
      | un jeton d'un niveau trop faible       |
      | un jeton sans niveau                   |
      | un jeton lié à un autre jeton d'accès  |
      | un jeton illisible                     |
      | aucun jeton d'identité                 |
      | les données d'une autre personne       |
      | des données sans identité              |
      | un refus de donner les données         |
      | une erreur au lieu d'un jeton          |
      | un refus au lieu d'un jeton            |
    Alors aucune de ces réponses n'ouvre de session à un autre professionnel
    Quand un autre professionnel s'identifie et reçoit tour à tour
      | réponse                                 |
      | un jeton signé d'une clé neuve et publiée |
      | des données signées                     |
      | des données sans exercice               |
    Alors chacune de ces réponses, inhabituelle mais juste, ouvre la session d'un autre professionnel
    Quand un autre professionnel s'identifie
    Et un autre professionnel ferme sa session alors que le fournisseur d'identité ne répond plus
    Alors la session d'un autre professionnel est fermée dans le logiciel
    Quand « le médecin aux deux exercices » s'identifie
    Et la session de « le médecin aux deux exercices » est close depuis un autre logiciel
    Alors « le médecin aux deux exercices » doit s'authentifier de nouveau
    Quand « la pharmacienne » s'identifie
    Et une demi-heure passe sans que « la pharmacienne » fasse rien
    Alors « la pharmacienne » doit s'authentifier de nouveau
    Quand le professionnel s'identifie
    Et quatre heures passent, le professionnel restant actif
    Alors le professionnel doit s'authentifier de nouveau

  @PSC.01.03
  Scénario: Sans navigateur, chacun entre par Pro Santé Connect depuis son téléphone ou sa carte, et lui seul
    # La personne compare les deux chiffres affichés par le logiciel à ceux de son téléphone ou de son lecteur de carte.
    Étant donné un logiciel où l'on se connecte par Pro Santé Connect, depuis une application sans navigateur
    Et un compte du logiciel pour « la pharmacienne »
    Quand l'utilisateur ouvre l'écran de connexion
    Alors le bouton Pro Santé Connect, les conditions d'utilisation et la place de la déconnexion sont à montrer
    Quand le professionnel s'identifie avec l'application e-CPS
    Alors la session ouverte est celle du professionnel, avec ses situations d'exercice
    Quand le professionnel ferme sa session
    Alors la session du professionnel est fermée, dans le logiciel comme chez le fournisseur d'identité
    Quand le professionnel s'identifie
    Alors la session du professionnel avait été fermée, et une nouvelle authentification est demandée
    Quand « la pharmacienne » s'identifie avec la carte CPS
    Alors la session ouverte est celle de « la pharmacienne », avec ses situations d'exercice
    Et le professionnel et « la pharmacienne » ne sont pas confondus
    Quand un autre professionnel demande à s'identifier, puis refuse
    Alors aucune session n'est ouverte à un autre professionnel
    Et chaque demande de connexion suit les règles du fournisseur d'identité
    Et rien de secret n'est resté dans le navigateur, ni dans les adresses, les messages et les traces du logiciel
    Quand le fournisseur d'identité demande d'attendre plus longtemps, et un autre professionnel s'identifie
    Alors le logiciel interroge le fournisseur d'identité au rythme demandé
    Quand un autre professionnel s'identifie et reçoit tour à tour
      | réponse                                   |
      | une demande expirée sur le téléphone      |
      | un jeton d'un autre émetteur              |
      | un jeton destiné à un autre logiciel      |
      | un jeton périmé                           |
      | un jeton d'un niveau trop faible          |
    Alors aucune de ces réponses n'ouvre de session à un autre professionnel
    Quand un autre professionnel s'identifie
    Et la session d'un autre professionnel est close depuis un autre logiciel
    Alors un autre professionnel doit s'authentifier de nouveau
    Quand le professionnel s'identifie
    Et quatre heures passent, le professionnel restant actif
    Alors le professionnel doit s'authentifier de nouveau

  @PSC.01.04
  Scénario: Depuis le navigateur intégré d'une application, chacun entre par Pro Santé Connect et lui seul
    Étant donné un logiciel où l'on se connecte par Pro Santé Connect, depuis le navigateur intégré d'une application
    Et un compte du logiciel pour « la pharmacienne »
    Et un compte du logiciel pour « le médecin aux deux exercices »
    Quand l'utilisateur ouvre l'écran de connexion
    Alors le bouton Pro Santé Connect, les conditions d'utilisation et la place de la déconnexion sont à montrer
    Et la bonne maintenance du navigateur intégré est à justifier
    Quand le professionnel s'identifie avec l'application e-CPS
    Alors la session ouverte est celle du professionnel, avec ses situations d'exercice
    Quand le professionnel rouvre dans son navigateur la page de retour de sa connexion
    Alors le logiciel ne se sert pas deux fois du même retour
    Quand le professionnel ferme sa session
    Alors la session du professionnel est fermée, dans le logiciel comme chez le fournisseur d'identité
    Quand le professionnel s'identifie de nouveau, dans le même navigateur
    Alors la session du professionnel avait été fermée, et une nouvelle authentification est demandée
    Quand le professionnel ferme sa session
    Et « la pharmacienne » s'identifie dans le navigateur où le professionnel était
    Alors la session ouverte est celle de « la pharmacienne », avec ses situations d'exercice
    Et le professionnel et « la pharmacienne » ne sont pas confondus
    Quand « le médecin aux deux exercices » s'identifie avec la carte CPS
    Alors la session ouverte est celle de « le médecin aux deux exercices », avec ses situations d'exercice
    Et « la pharmacienne » et « le médecin aux deux exercices » ne sont pas confondus
    Quand un autre professionnel demande à s'identifier, puis refuse
    Alors aucune session n'est ouverte à un autre professionnel
    Quand « la personne sans profession » s'identifie
    Alors « la personne sans profession » garde son identifiant, ou n'a pas d'accès et le logiciel le lui dit
    Et chaque demande de connexion suit les règles du fournisseur d'identité
    Et rien de secret n'est resté dans le navigateur, ni dans les adresses, les messages et les traces du logiciel
    Quand un autre professionnel s'identifie et reçoit tour à tour
      | réponse                                |
      | un retour au state d'une autre demande |
      | un retour sans state                   |
      | un retour sans code                    |
      | un retour venu d'un autre fournisseur  |
      | un retour en erreur                    |
      | un jeton à la signature fausse         |
      | un jeton non signé                     |
      | un jeton signé avec la clé publique    |
      | un jeton signé par un inconnu          |
      | un jeton d'un autre émetteur           |
      | un jeton destiné à un autre logiciel   |
      | un jeton délivré pour un autre logiciel |
      | un jeton au nonce d'une autre demande  |
      | un jeton sans nonce                    |
      | un jeton périmé                        |
      | un jeton émis dans le futur            |
      | un jeton sans identité                 |
      | un jeton d'un niveau trop faible       |
      | un jeton sans niveau                   |
      | un jeton lié à un autre jeton d'accès  |
      | un jeton illisible                     |
      | aucun jeton d'identité                 |
      | les données d'une autre personne       |
      | des données sans identité              |
      | un refus de donner les données         |
      | une erreur au lieu d'un jeton          |
      | un refus au lieu d'un jeton            |
    Alors aucune de ces réponses n'ouvre de session à un autre professionnel
    Quand un autre professionnel s'identifie et reçoit tour à tour
      | réponse                                 |
      | un jeton signé d'une clé neuve et publiée |
      | des données signées                     |
      | des données sans exercice               |
    Alors chacune de ces réponses, inhabituelle mais juste, ouvre la session d'un autre professionnel
    Quand un autre professionnel s'identifie
    Et un autre professionnel ferme sa session alors que le fournisseur d'identité ne répond plus
    Alors la session d'un autre professionnel est fermée dans le logiciel
    Quand « le médecin aux deux exercices » s'identifie
    Et la session de « le médecin aux deux exercices » est close depuis un autre logiciel
    Alors « le médecin aux deux exercices » doit s'authentifier de nouveau
    Quand « la pharmacienne » s'identifie
    Et une demi-heure passe sans que « la pharmacienne » fasse rien
    Alors « la pharmacienne » doit s'authentifier de nouveau
    Quand le professionnel s'identifie
    Et quatre heures passent, le professionnel restant actif
    Alors le professionnel doit s'authentifier de nouveau
