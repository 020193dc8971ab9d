# language: fr
Fonctionnalité: Ce que l'ouverture d'un dossier annonce du DMP
  Sans rien demander, le professionnel apprend ce que d'autres ont versé au DMP, ce qui y a changé et ce qui n'y est plus.

  @DMP/UX.15.01
  Scénario: Les documents versés par d'autres structures sont annoncés, avec leur nombre par type
    # Un document ancien et un document de la structure elle-même ne comptent pas ; deux patients, deux professionnels et des
    # nombres différents : une annonce constante se verrait.
    Étant donné un patient « Aubin » à l'INS qualifiée, dont le DMP est ouvert
    Et un patient « Brune » à l'INS qualifiée, dont le DMP est ouvert
    Et une dernière venue du patient « Aubin » il y a 30 jours, ou une période d'annonce de cette durée
    Et une dernière venue du patient « Brune » il y a 30 jours, ou une période d'annonce de cette durée
    Et le professionnel dont l'autorisation sur le DMP du patient « Aubin » est valide
    Et un autre professionnel dont l'autorisation sur le DMP du patient « Brune » est valide
    Et le choix du patient « Aubin » sur la consultation de son DMP : non-opposition
    Et le choix du patient « Brune » sur la consultation de son DMP : non-opposition
    Et un compte rendu « de la structure » du patient « Aubin » au dossier et au DMP
    Et des documents d'autres professionnels dans le DMP du patient « Aubin »
      | document       | type                     | date de l'acte   |
      | sortie         | lettre de liaison        | il y a 2 jours   |
      | seconde sortie | lettre de liaison        | il y a 5 jours   |
      | bilan de ville | compte rendu de biologie | il y a 9 jours   |
      | vieille sortie | lettre de liaison        | 12/03/2019 10:00 |
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
    Et un compte rendu « de la structure » du patient « Denis » au dossier et au DMP
    Et des documents d'autres professionnels dans le DMP du patient « Colombe »
      | document | type              | date de l'acte |
      | sortie   | lettre de liaison | il y a 3 jours |
    Et des documents d'autres professionnels dans le DMP du patient « Denis »
      | document       | type              | date de l'acte   |
      | vieille sortie | lettre de liaison | 04/05/2018 11:20 |
    Quand le professionnel ouvre le dossier du patient « Colombe »
    Et le professionnel ouvre le dossier du patient « Denis »
    Alors l'ouverture du dossier du patient « Colombe » annonce les documents d'autres structures, par type
      | type              | nombre |
      | lettre de liaison | 1      |
    Et l'ouverture du dossier du patient « Denis » n'annonce aucun nouveau document, l'un étant ancien et l'autre de la structure

  @CDA/DD.05.01
  Scénario: La version plus récente et la suppression d'un document du DMP sont signalées
    # Le texte officiel montre une version plus récente ; l'exigence veut aussi la suppression. Le document inchangé montre
    # que le signalement suit ce qui s'est passé au DMP.
    Étant donné un patient « Edmée » à l'INS qualifiée, dont le DMP est ouvert
    Et le professionnel dont l'autorisation sur le DMP du patient « Edmée » est valide
    Et le choix du patient « Edmée » sur la consultation de son DMP : non-opposition
    Et des documents d'autres professionnels dans le DMP du patient « Edmée »
      | document     | type                     | date de l'acte   |
      | sortie       | lettre de liaison        | 14/01/2025 10:00 |
      | autre sortie | lettre de liaison        | 03/02/2025 16:30 |
      | bilan        | compte rendu de biologie | 20/02/2025 08:15 |
    Et le document « sortie » du DMP intégré au dossier du patient « Edmée »
    Et le document « autre sortie » du DMP intégré au dossier du patient « Edmée »
    Et le document « bilan » du DMP intégré au dossier du patient « Edmée »
    Et une version plus récente du document « sortie » déposée au DMP du patient « Edmée »
    Et le document « bilan » supprimé du DMP du patient « Edmée »
    Quand le professionnel ouvre le dossier du patient « Edmée »
    Alors la version plus récente du document « sortie » est signalée à l'ouverture du dossier du patient « Edmée »
    Et la suppression du document « bilan » est signalée à l'ouverture du dossier du patient « Edmée »
    Et rien n'est signalé du document « autre sortie » à l'ouverture du dossier du patient « Edmée »
    Quand le professionnel visualise puis intègre la version plus récente du document « sortie » du patient « Edmée »
    Alors les deux versions du document « sortie » sont au dossier du patient « Edmée »
    Quand le professionnel ôte du dossier du patient « Edmée » le document « bilan »
    Alors le document « bilan » n'est plus au dossier du patient « Edmée »
