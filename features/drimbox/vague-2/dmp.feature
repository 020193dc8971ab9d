# language: fr
Fonctionnalité: Ce qu'une DRIMbox fait du DMP
  Elle le consulte au nom de celui que Pro Santé Connect a authentifié, si le patient y consent, en retire les références
  qu'un message du RIS dépublie, et annonce ce que d'autres y ont versé.

  @DMP/PSC.01.01
  Scénario: Chaque professionnel connecté par Pro Santé Connect consulte le DMP en son nom
    # Le texte officiel demande une personne ; une seconde montre que rien n'est figé. Ce REM veut aussi l'authentification
    # indirecte renforcée (DB.CO.67) : sans jeton, mais au nom de la personne, l'appel se regarde.
    Étant donné un logiciel où l'on se connecte par Pro Santé Connect
    Et un patient « Alice » venu pour un examen d'imagerie, dont le DMP est ouvert
    Et un patient « Bruno » venu pour un examen d'imagerie, dont le DMP est ouvert
    Et un examen « scanner » du patient « Alice » publié par une DRIMbox distante : CT 1 image
    Et un examen « irm » du patient « Bruno » publié par une DRIMbox distante : MR 1 image
    Et les appels au DMP déjà tracés par le logiciel sont mis de côté
    Quand le professionnel s'identifie
    Et le professionnel ouvre la DRIMbox pour le patient « Alice », consentement donné
    Alors le DMP a été appelé au nom du professionnel connecté par Pro Santé Connect, par son jeton ou en authentification indirecte renforcée
    Et les traces du logiciel disent que le professionnel a appelé le DMP, connecté par Pro Santé Connect
    Quand un autre professionnel s'identifie
    Et les appels au DMP déjà tracés par le logiciel sont mis de côté
    Et un autre professionnel ouvre la DRIMbox pour le patient « Bruno », consentement donné
    Alors le DMP a été appelé au nom d'un autre professionnel connecté par Pro Santé Connect, par son jeton ou en authentification indirecte renforcée
    Et les traces du logiciel disent qu'un autre professionnel a appelé le DMP, connecté par Pro Santé Connect

  @DMP/CONF.03.01
  Scénario: La dépublication est documentée, et retire du DMP la référence désignée, elle seule
    # Le texte officiel demande au moins la documentation ; l'exigence porte sur la suppression que fait un message reçu.
    Étant donné un patient « Charlotte » venu pour un examen d'imagerie, dont le DMP est ouvert
    Et un examen « juste » du patient « Charlotte » au PACS : CR 1 image
    Et un examen « publié à tort » du patient « Charlotte » au PACS : CR 2 images
    Quand le professionnel ouvre la documentation sur la suppression d'un document du DMP
    Alors la documentation explique comment supprimer un document du DMP
    Quand le RIS envoie le compte rendu de l'examen « juste »
    Et le RIS envoie le compte rendu de l'examen « publié à tort »
    Et le RIS demande la dépublication du compte rendu de l'examen « publié à tort »
    Alors la référence de l'examen « publié à tort » est supprimée du DMP, et elle seule
    Et la suppression de la référence de l'examen « publié à tort » suit le guide d'intégration

  @DMP/CONF.06.01
  Scénario: Sans le consentement dit par l'appel contextuel, le DMP n'est pas consulté
    # Le texte officiel demande au moins un refus puis une consultation ; l'exigence nomme l'opposition et l'absence.
    Étant donné un logiciel où l'on se connecte par Pro Santé Connect
    Et un patient « Joachim » venu pour un examen d'imagerie, dont le DMP est ouvert
    Et un examen « scanner » du patient « Joachim » publié par une DRIMbox distante : CT 2 images
    Quand le professionnel s'identifie
    Et le professionnel ouvre la DRIMbox pour le patient « Joachim », consentement absent
    Et le professionnel ouvre la DRIMbox pour le patient « Joachim », consentement refusé
    Et le professionnel ouvre la DRIMbox pour le patient « Joachim », consentement donné
    Alors le DMP du patient « Joachim » n'est pas consulté, consentement absent
    Et le DMP du patient « Joachim » n'est pas consulté, consentement refusé
    Et les examens présentés pour le patient « Joachim » sont « scanner »

  @DMP/UX.15.01
  Scénario: Les documents versés par d'autres structures sont annoncés, avec leur nombre par type
    # Un document ancien et un document de la structure ne comptent pas ; deux patients, deux professionnels et des nombres
    # différents : une annonce constante se verrait.
    Étant donné un patient « Aubin » à l'INS qualifiée, dont le DMP est ouvert
    Et un patient « Brune » à l'INS qualifiée, dont le DMP est ouvert
    Et une dernière venue du patient « Aubin » il y a 30 jours, ou une période d'annonce de cette durée
    Et une dernière venue du patient « Brune » il y a 30 jours, ou une période d'annonce de cette durée
    Et le professionnel dont l'autorisation sur le DMP du patient « Aubin » est valide
    Et un autre professionnel dont l'autorisation sur le DMP du patient « Brune » est valide
    Et le choix du patient « Aubin » sur la consultation de son DMP : non-opposition
    Et le choix du patient « Brune » sur la consultation de son DMP : non-opposition
    Et des documents d'autres professionnels dans le DMP du patient « Aubin »
      | document        | type                     | date de l'acte   | structure     |
      | sortie          | lettre de liaison        | il y a 2 jours   | une autre     |
      | seconde sortie  | lettre de liaison        | il y a 5 jours   | une autre     |
      | bilan de ville  | compte rendu de biologie | il y a 9 jours   | une autre     |
      | vieille sortie  | lettre de liaison        | 12/03/2019 10:00 | une autre     |
      | lettre d'ici    | lettre de liaison        | il y a 4 jours   | celle d'ici   |
    Et des documents d'autres professionnels dans le DMP du patient « Brune »
      | document | type                     | date de l'acte |
      | glycémie | compte rendu de biologie | il y a 1 jour  |
    Quand le professionnel ouvre le dossier du patient « Aubin »
    Et un autre professionnel ouvre le dossier du patient « Brune »
    Alors l'ouverture du dossier du patient « Aubin » annonce les documents d'autres structures, par type
      | type                     | nombre |
      | lettre de liaison        | 2      |
      | compte rendu de biologie | 1      |
    Et l'ouverture du dossier du patient « Brune » annonce les documents d'autres structures, par type
      | type                     | nombre |
      | compte rendu de biologie | 1      |

  @DMP/UX.15.02
  Scénario: Sans document nouveau, rien n'est annoncé
    # Le même professionnel est averti pour un autre patient : l'absence d'annonce n'est pas celle de la fonction.
    Étant donné un patient « Colombe » à l'INS qualifiée, dont le DMP est ouvert
    Et un patient « Denis » à l'INS qualifiée, dont le DMP est ouvert
    Et une dernière venue du patient « Colombe » il y a 30 jours, ou une période d'annonce de cette durée
    Et une dernière venue du patient « Denis » il y a 30 jours, ou une période d'annonce de cette durée
    Et le professionnel dont l'autorisation sur le DMP du patient « Colombe » est valide
    Et le professionnel dont l'autorisation sur le DMP du patient « Denis » est valide
    Et le choix du patient « Colombe » sur la consultation de son DMP : non-opposition
    Et le choix du patient « Denis » sur la consultation de son DMP : non-opposition
    Et des documents d'autres professionnels dans le DMP du patient « Colombe »
      | document | type              | date de l'acte |
      | sortie   | lettre de liaison | il y a 3 jours |
    Et des documents d'autres professionnels dans le DMP du patient « Denis »
      | document       | type              | date de l'acte   | structure   |
      | vieille sortie | lettre de liaison | 04/05/2018 11:20 | une autre   |
      | lettre d'ici   | lettre de liaison | il y a 6 jours   | celle d'ici |
    Quand le professionnel ouvre le dossier du patient « Colombe »
    Et le professionnel ouvre le dossier du patient « Denis »
    Alors l'ouverture du dossier du patient « Colombe » annonce les documents d'autres structures, par type
      | type              | nombre |
      | lettre de liaison | 1      |
    Et l'ouverture du dossier du patient « Denis » n'annonce aucun nouveau document, l'un étant ancien et l'autre de la structure
