# language: fr
Fonctionnalité: Connexion par le fournisseur d'identité de la structure
  Le logiciel s'ouvre par le fournisseur que la structure a choisi, quel qu'il soit, et se sert du jeton déjà obtenu.

  @SSI/IAM.80.01
  Scénario: En mode web, la personne entre par le fournisseur d'identité de son établissement
    Étant donné un logiciel où l'on se connecte par le fournisseur d'identité de l'établissement, en mode web
    Quand l'utilisateur ouvre l'écran de connexion
    Et le professionnel s'identifie
    Alors le logiciel a mené de lui-même à la page du fournisseur d'identité
    Et la session ouverte est celle du professionnel
    Quand le professionnel s'identifie de nouveau, dans le même navigateur
    Alors le jeton déjà valide du professionnel a servi, sans nouvelle authentification
    Quand un autre professionnel s'identifie
    Alors la session ouverte est celle d'un autre professionnel
    Et le professionnel et un autre professionnel ne sont pas confondus
    Et chaque demande de connexion suit les règles du fournisseur d'identité
    Et rien de secret n'est resté dans le navigateur, ni dans les adresses, les messages et les traces du logiciel
    Quand un autre professionnel demande à s'identifier, puis refuse
    Alors aucune session n'est ouverte à un autre professionnel
    Quand un autre professionnel s'identifie et reçoit tour à tour
      | réponse                                |
      | un retour au state d'une autre demande |
      | un jeton à la signature fausse         |
      | un jeton d'un autre émetteur           |
      | un jeton destiné à un autre logiciel   |
      | un jeton au nonce d'une autre demande  |
      | un jeton périmé                        |
      | les données d'une autre personne       |
    Alors aucune de ces réponses n'ouvre de session à un autre professionnel
    Et le contrat d'interface avec le fournisseur d'identité est à joindre

  @SSI/IAM.80.02
  Scénario: Depuis une application et le navigateur du poste, la personne entre par son établissement
    Étant donné un logiciel où l'on se connecte par le fournisseur d'identité de l'établissement, depuis une application qui ouvre un navigateur
    Quand l'utilisateur ouvre l'écran de connexion
    Et le professionnel s'identifie
    Alors le logiciel a mené de lui-même à la page du fournisseur d'identité
    Et la session ouverte est celle du professionnel
    Quand le professionnel s'identifie de nouveau, dans le même navigateur
    Alors le jeton déjà valide du professionnel a servi, sans nouvelle authentification
    Quand un autre professionnel s'identifie
    Alors la session ouverte est celle d'un autre professionnel
    Et le professionnel et un autre professionnel ne sont pas confondus
    Et chaque demande de connexion suit les règles du fournisseur d'identité
    Et rien de secret n'est resté dans le navigateur, ni dans les adresses, les messages et les traces du logiciel
    Quand un autre professionnel demande à s'identifier, puis refuse
    Alors aucune session n'est ouverte à un autre professionnel
    Quand un autre professionnel s'identifie et reçoit tour à tour
      | réponse                                |
      | un retour au state d'une autre demande |
      | un jeton d'un autre émetteur           |
      | un jeton destiné à un autre logiciel   |
      | un jeton au nonce d'une autre demande  |
      | un jeton périmé                        |
    Alors aucune de ces réponses n'ouvre de session à un autre professionnel
    Et le contrat d'interface avec le fournisseur d'identité est à joindre

  @SSI/IAM.80.03
  Scénario: Sans navigateur, la personne entre par son établissement depuis son téléphone
    # La réutilisation d'un jeton n'a pas de page à éviter ici : c'est à montrer.
    Étant donné un logiciel où l'on se connecte par le fournisseur d'identité de l'établissement, depuis une application sans navigateur
    Quand l'utilisateur ouvre l'écran de connexion
    Et le professionnel s'identifie
    Alors la session ouverte est celle du professionnel
    Quand un autre professionnel s'identifie
    Alors la session ouverte est celle d'un autre professionnel
    Et le professionnel et un autre professionnel ne sont pas confondus
    Et chaque demande de connexion suit les règles du fournisseur d'identité
    Et rien de secret n'est resté dans le navigateur, ni dans les adresses, les messages et les traces du logiciel
    Quand un autre professionnel demande à s'identifier, puis refuse
    Alors aucune session n'est ouverte à un autre professionnel
    Et la réutilisation d'un jeton déjà valide est à montrer
    Et le contrat d'interface avec le fournisseur d'identité est à joindre
