# language: fr
Fonctionnalité: Téléservice INSi
  Le logiciel récupère et vérifie l'INS auprès du téléservice, et n'en reprend que ce que les règles permettent.

  @INS/va1.52.01
  Scénario: Les traits rendus par INSi alimentent la fiche
    Étant donné un patient « Rosalie » qu'INSi rend avec un autre lieu de naissance que le lieu saisi
      | champ                | valeur         |
      | prénoms de naissance | ROSE-MAY ADELE |
    Et un patient « Ruben » connu d'INSi
    Et la fiche du patient « Rosalie » dans le logiciel
    Et la fiche du patient « Ruben » dans le logiciel
    Quand l'agent d'accueil récupère l'INS du patient « Rosalie » par ses traits
    Alors les écarts entre la saisie du patient « Rosalie » et la réponse d'INSi sont montrés
    Et l'identité du patient « Rosalie » est au statut « identité récupérée »
    Et les traits du patient « Rosalie » sont ceux rendus par INSi
    Quand l'agent d'accueil récupère l'INS du patient « Ruben » par ses traits
    Alors les traits du patient « Ruben » sont ceux rendus par INSi
    Et la date de naissance du patient « Ruben » est affichée au format JJ/MM/AAAA

  @INS/va1.51.01
  Scénario: Un premier prénom incohérent avec la réponse d'INSi est signalé
    Étant donné un patient « Simone » qu'INSi rend avec d'autres prénoms que le prénom saisi
    Et un patient « Samuel » connu d'INSi
    Et la fiche du patient « Simone » dans le logiciel
    Et la fiche du patient « Samuel » dans le logiciel
    Quand l'agent d'accueil récupère l'INS du patient « Simone » par ses traits
    Alors l'utilisateur est alerté d'une incohérence sur le prénom
    Et le premier prénom du patient « Simone » reste celui qui a été saisi
    Quand l'agent d'accueil récupère l'INS du patient « Samuel » par ses traits
    Alors l'utilisateur n'est alerté d'aucune incohérence sur le prénom

  @INS/va1.28.01
  Scénario: Une INS dont la date de naissance est incomplète n'est pas rapatriée
    # Contrôle positif d'abord : une réponse complète est rapatriée, et ses messages ne sont pas ceux d'un blocage.
    Étant donné un patient « Tanguy » qu'INSi rend avec la date de naissance « 1950-00-00 »
    Et un patient « Thaïs » qu'INSi rend avec la date de naissance « 1951-07-00 »
    Et un patient « Toussaint » connu d'INSi
    Et la fiche du patient « Tanguy » dans le logiciel
    Et la fiche du patient « Thaïs » dans le logiciel
    Et la fiche du patient « Toussaint » dans le logiciel
    Quand l'agent d'accueil récupère l'INS du patient « Toussaint » par ses traits
    Alors l'INS du patient « Toussaint » est rapatriée
    Quand l'agent d'accueil récupère l'INS du patient « Tanguy » par ses traits
    Alors l'INS du patient « Tanguy » n'est pas rapatriée et l'utilisateur en est averti
    Quand l'agent d'accueil récupère l'INS du patient « Thaïs » par ses traits
    Alors l'INS du patient « Thaïs » n'est pas rapatriée et l'utilisateur en est averti

  @INS/va1.31.01
  Scénario: Une INS sans nom de naissance n'est pas rapatriée
    Étant donné un patient « Ulysse » qu'INSi rend avec le nom de naissance vide
    Et un patient « Ugo » connu d'INSi
    Et la fiche du patient « Ulysse » dans le logiciel
    Et la fiche du patient « Ugo » dans le logiciel
    Quand l'agent d'accueil récupère l'INS du patient « Ugo » par ses traits
    Alors l'INS du patient « Ugo » est rapatriée
    Quand l'agent d'accueil récupère l'INS du patient « Ulysse » par ses traits
    Alors l'INS du patient « Ulysse » n'est pas rapatriée et l'utilisateur en est averti

  @INS/va1.31.02
  Scénario: Une INS sans prénoms de naissance n'est pas rapatriée
    Étant donné un patient « Valère » qu'INSi rend avec les prénoms de naissance vides
    Et un patient « Violette » connu d'INSi
    Et la fiche du patient « Valère » dans le logiciel
    Et la fiche du patient « Violette » dans le logiciel
    Quand l'agent d'accueil récupère l'INS du patient « Violette » par ses traits
    Alors l'INS du patient « Violette » est rapatriée
    Quand l'agent d'accueil récupère l'INS du patient « Valère » par ses traits
    Alors l'INS du patient « Valère » n'est pas rapatriée et l'utilisateur en est averti

  @INS/va1.31.03
  Scénario: Une INS sans sexe n'est pas rapatriée
    Étant donné un patient « Wandrille » qu'INSi rend avec le sexe vide
    Et un patient « Wilma » connu d'INSi
    Et la fiche du patient « Wandrille » dans le logiciel
    Et la fiche du patient « Wilma » dans le logiciel
    Quand l'agent d'accueil récupère l'INS du patient « Wilma » par ses traits
    Alors l'INS du patient « Wilma » est rapatriée
    Quand l'agent d'accueil récupère l'INS du patient « Wandrille » par ses traits
    Alors l'INS du patient « Wandrille » n'est pas rapatriée et l'utilisateur en est averti

  @INS/va1.20.01
  Scénario: INSi n'est pas appelé pour une identité douteuse
    Étant donné un patient « Xavier » connu d'INSi
    Et un patient « Xena » connu d'INSi
    Et la fiche du patient « Xavier » dans le logiciel
    Et la fiche du patient « Xena » dans le logiciel
    Quand le professionnel pose l'attribut « douteux » au patient « Xavier »
    Alors le patient « Xavier » est marqué « douteux »
    Quand l'agent d'accueil essaie de récupérer l'INS du patient « Xavier » par ses traits
    Alors aucun appel à INSi n'est parti pour l'identité « douteux »
    Quand l'agent d'accueil récupère l'INS du patient « Xena » par ses traits
    Alors un appel à INSi est parti pour l'identité sans attribut

  @INS/va1.20.02
  Scénario: INSi n'est pas appelé pour une identité fictive
    Étant donné un patient « Yann » connu d'INSi
    Et un patient « Yolande » connu d'INSi
    Et la fiche du patient « Yann » dans le logiciel
    Et la fiche du patient « Yolande » dans le logiciel
    Quand le professionnel pose l'attribut « fictif » au patient « Yann »
    Alors le patient « Yann » est marqué « fictif »
    Quand l'agent d'accueil essaie de récupérer l'INS du patient « Yann » par ses traits
    Alors aucun appel à INSi n'est parti pour l'identité « fictif »
    Quand l'agent d'accueil récupère l'INS du patient « Yolande » par ses traits
    Alors un appel à INSi est parti pour l'identité sans attribut

  @INS/va1.32.01
  Scénario: L'appel à INSi dépend d'une habilitation
    Étant donné un patient « Zacharie » connu d'INSi
    Et la fiche du patient « Zacharie » dans le logiciel
    Quand une personne sans droit sur INSi essaie de récupérer l'INS du patient « Zacharie » par ses traits
    Alors l'appel à INSi est refusé
    Quand l'administrateur donne à une personne sans droit sur INSi l'accès à INSi
    Et une personne sans droit sur INSi essaie de récupérer l'INS du patient « Zacharie » par ses traits
    Alors l'appel à INSi est obtenu

  @INS/va1.35.01
  Scénario: Tout ce qu'INSi rend à une récupération par carte Vitale est tracé
    Étant donné un patient « Achille » connu d'INSi avec un ancien matricule
    Et la fiche du patient « Achille » dans le logiciel
    Quand le professionnel récupère l'INS du patient « Achille » par sa carte Vitale
    Alors l'appel par carte Vitale pour le patient « Achille » est tracé avec le retour 00
    Et tout ce qu'INSi a rendu pour le patient « Achille » est tracé

  @INS/va1.38.01
  Scénario: La récupération par carte Vitale est tracée avec son code retour
    # Deux retours différents : un code constant se verrait.
    Étant donné un patient « Abel » connu d'INSi
    Et la fiche du patient « Abel » dans le logiciel
    Et un patient « Adam » inconnu d'INSi
    Et la fiche du patient « Adam » dans le logiciel
    Quand le professionnel récupère l'INS du patient « Abel » par sa carte Vitale
    Alors l'appel par carte Vitale pour le patient « Abel » est tracé avec le retour 00
    Quand le professionnel récupère l'INS du patient « Adam » par sa carte Vitale
    Alors l'appel par carte Vitale pour le patient « Adam » est tracé avec le retour 01

  @INS/va1.35.02
  Scénario: Tout ce qu'INSi rend à une récupération par traits est tracé
    Étant donné un patient « Bérénice » connu d'INSi avec un ancien matricule
    Et la fiche du patient « Bérénice » dans le logiciel
    Quand le professionnel récupère l'INS du patient « Bérénice » par ses traits
    Alors l'appel par traits pour le patient « Bérénice » est tracé avec le retour 00
    Et tout ce qu'INSi a rendu pour le patient « Bérénice » est tracé

  @INS/va1.38.02
  Scénario: La récupération par traits est tracée avec son code retour
    # Les trois retours possibles : un code constant se verrait.
    Étant donné un patient « Balthazar » connu d'INSi
    Et la fiche du patient « Balthazar » dans le logiciel
    Et un patient « Blanche » inconnu d'INSi
    Et la fiche du patient « Blanche » dans le logiciel
    Et deux homonymes d'un patient « Bruno » connus d'INSi
    Et la fiche du patient « Bruno » dans le logiciel
    Quand le professionnel récupère l'INS du patient « Balthazar » par ses traits
    Alors l'appel par traits pour le patient « Balthazar » est tracé avec le retour 00
    Quand le professionnel récupère l'INS du patient « Blanche » par ses traits
    Alors l'appel par traits pour le patient « Blanche » est tracé avec le retour 01
    Quand le professionnel récupère l'INS du patient « Bruno » par ses traits
    Alors l'appel par traits pour le patient « Bruno » est tracé avec le retour 02

  @INS/va1.06.01
  Scénario: La vérification de l'INS est tracée avec son retour
    Étant donné un patient « Célestin » dont le statut est « identité qualifiée »
    Et un patient « Clarisse » dont le statut est « identité qualifiée »
    Et le patient « Clarisse » qu'INSi ne reconnaît plus
    Quand le professionnel vérifie l'INS du patient « Célestin »
    Alors la vérification de l'INS du patient « Célestin » est tracée avec le retour OK
    Quand le professionnel vérifie l'INS du patient « Clarisse »
    Alors la vérification de l'INS du patient « Clarisse » est tracée avec le retour KO

  @INS/va1.08.01
  Scénario: Une vérification KO rétrograde l'identité et la place en liste de travail
    # Contrôle positif d'abord : une vérification OK ne change rien.
    Étant donné un patient « Denise » dont le statut est « identité qualifiée »
    Et un patient « Dorian » dont le statut est « identité qualifiée »
    Et le patient « Denise » qu'INSi ne reconnaît plus
    Quand le professionnel vérifie l'INS du patient « Dorian »
    Alors INSi a reçu la vérification de l'INS du patient « Dorian »
    Et l'identité du patient « Dorian » est au statut « identité qualifiée »
    Quand le professionnel vérifie l'INS du patient « Denise »
    Alors INSi a reçu la vérification de l'INS du patient « Denise »
    Et l'identité du patient « Denise » a été rétrogradée sans matricule INS
    Et l'identité du patient « Denise » est dans la liste de travail

  @INS/va1.49.01
  Scénario: Les appels à INSi sont tracés au nom de chaque utilisateur
    Étant donné un patient « Edgar » connu d'INSi
    Et un patient « Emma » connu d'INSi
    Et la fiche du patient « Edgar » dans le logiciel
    Et la fiche du patient « Emma » dans le logiciel
    Quand le professionnel récupère l'INS du patient « Edgar » par ses traits
    Et l'agent d'accueil récupère l'INS du patient « Emma » par ses traits
    Alors l'appel à INSi fait par le professionnel pour le patient « Edgar » est tracé à son nom
    Et l'appel à INSi fait par l'agent d'accueil pour le patient « Emma » est tracé à son nom

  @INS/va1.34.01
  Scénario: Les recherches par traits et par carte Vitale suivent le guide d'intégration
    # Contrôle préalable : l'autorisation du CNDA reste la preuve officielle.
    Étant donné un patient « Fabrice » connu d'INSi
      | champ                | valeur               |
      | prénoms de naissance | FABRICE JULES MARIUS |
    Et un patient « Fanette » que son premier prénom ne suffit pas à trouver dans INSi
    Et un patient « Félix » inconnu d'INSi
      | champ                | valeur          |
      | prénoms de naissance | FELIX ANDRE LUC |
    Et un patient « Firmin » connu d'INSi
    Et la fiche du patient « Fabrice » dans le logiciel
    Et la fiche du patient « Fanette » dans le logiciel
    Et la fiche du patient « Félix » dans le logiciel
      | champ                | valeur          |
      | prénoms de naissance | FELIX ANDRE LUC |
    Et la fiche du patient « Firmin » dans le logiciel
    Quand le professionnel récupère l'INS du patient « Fabrice » par ses traits
    Et le professionnel récupère l'INS du patient « Fanette » par ses traits
    Et le professionnel récupère l'INS du patient « Félix » par ses traits
    Et le professionnel récupère l'INS du patient « Firmin » par sa carte Vitale
    Alors les demandes reçues par INSi suivent le guide d'intégration
    Et l'autorisation du CNDA reste à apporter pour les recherches par traits et par carte Vitale

  @INS/va1.14.01
  Scénario: En centre de santé, INSi est appelé par certificat d'organisation
    # L'exigence veut un certificat d'organisation ; le scénario officiel nomme le RPPS-Rang : c'est l'exigence qui est jugée.
    Étant donné un patient « Ghislaine » connu d'INSi
    Et un patient « Guilhem » connu d'INSi
    Et la fiche du patient « Ghislaine » dans le logiciel
    Et la fiche du patient « Guilhem » dans le logiciel
    Quand le professionnel récupère l'INS du patient « Ghislaine » par ses traits avec le certificat de la structure
    Et le professionnel récupère l'INS du patient « Guilhem » par ses traits avec le certificat de la structure
    Alors INSi n'a été appelé que par certificat
    Et les demandes reçues par INSi suivent le guide d'intégration

  @INS/va1.37.01
  Scénario: Contrôle préalable à l'homologation : INSi est appelé par la carte du professionnel
    Étant donné un patient « Gédéon » connu d'INSi
    Et un patient « Garance » connu d'INSi
    Et la fiche du patient « Gédéon » dans le logiciel
    Et la fiche du patient « Garance » dans le logiciel
    Quand le professionnel récupère l'INS du patient « Gédéon » par ses traits avec sa carte
    Et le professionnel récupère l'INS du patient « Garance » par ses traits avec sa carte
    Alors INSi n'a été appelé que par carte
    Et les demandes reçues par INSi suivent le guide d'intégration
    Et l'autorisation du CNDA reste à apporter pour l'appel par carte

  @INS/va1.58.01
  Scénario: INSi est appelé par certificat de structure et par carte
    # Contrôle préalable : l'autorisation du CNDA reste la preuve officielle.
    Étant donné un patient « Gaspard » connu d'INSi
    Et un patient « Gisèle » connu d'INSi
    Et la fiche du patient « Gaspard » dans le logiciel
    Et la fiche du patient « Gisèle » dans le logiciel
    Quand le professionnel récupère l'INS du patient « Gaspard » par ses traits avec le certificat de la structure
    Et le professionnel récupère l'INS du patient « Gisèle » par ses traits avec sa carte
    Alors INSi a reçu un appel par certificat et un appel par carte
    Et les demandes reçues par INSi suivent le guide d'intégration
    Et l'autorisation du CNDA reste à apporter pour les deux modes d'authentification
