# language: fr
Fonctionnalité: Documents du DMP dans le logiciel
  L'utilisateur cherche, ouvre, précharge et intègre les documents du DMP sans que ses écrans se figent.

  @DMP/UX.10.01
  Scénario: Les écrans restent utilisables pendant une requête au DMP
    Étant donné un patient « Nadège » à l'INS qualifiée, dont le DMP est ouvert
    Et un patient « Norbert » dont le statut est « identité provisoire »
    Et des documents d'autres professionnels dans le DMP du patient « Nadège »
      | document | type                    | date de l'acte   |
      | sortie   | lettre de liaison       | 12/03/2024 10:00 |
      | bilan    | compte rendu de biologie | 20/05/2024 08:15 |
    Et le choix du patient « Nadège » sur la consultation de son DMP : non-opposition
    Et un DMP qui tarde à répondre aux recherches
    Quand le professionnel lance une recherche dans le DMP du patient « Nadège »
    Et pendant ce temps deux utilisateurs travaillent sur la fiche du patient « Norbert »
    Et la réponse du DMP arrive
    Alors ces actions ont abouti sans attendre le DMP
    Et la recherche aboutit et montre les documents du patient « Nadège »

  @DMP/UX.14.01
  Scénario: Les documents du DMP sont listés, filtrés et ouverts
    Étant donné un patient « Octave » à l'INS qualifiée, dont le DMP est ouvert
    Et un patient « Olympe » à l'INS seulement récupérée, dont le DMP est ouvert
    Et des documents d'autres professionnels dans le DMP du patient « Octave »
      | document     | type                         | date de l'acte   |
      | sortie       | lettre de liaison            | 14/07/2024 23:30 |
      | bilan        | compte rendu de biologie     | 02/01/2024 08:15 |
      | consultation | compte rendu de consultation | 21/11/2023 17:05 |
    Et le choix du patient « Octave » sur la consultation de son DMP : non-opposition
    Et le choix du patient « Olympe » sur la consultation de son DMP : non-opposition
    Quand le professionnel essaie de consulter le DMP du patient « Olympe »
    Et le professionnel consulte le DMP du patient « Octave »
    Alors la liste montre « sortie », « bilan » et « consultation », et rien d'autre
    Et des filtres sur les informations des documents sont proposés
    Et chacun des documents de la liste du patient « Octave » peut être ouvert
    Et la consultation du DMP du patient « Olympe » a été bloquée car son INS n'est pas qualifiée
    Quand le professionnel cherche dans le DMP du patient « Octave »
      | critère | valeur            |
      | type    | lettre de liaison |
    Alors la liste montre « sortie », et rien d'autre
    Et les consultations du DMP suivent le guide d'intégration

  @DMP/UX.27.01
  Scénario: Une recherche combine plusieurs critères
    # Le texte officiel demande au moins deux critères combinés ; deux recherches différentes montrent qu'ils comptent.
    Étant donné un patient « Pénélope » à l'INS qualifiée, dont le DMP est ouvert
    Et des documents d'autres professionnels dans le DMP du patient « Pénélope »
      | document          | type                         | date de l'acte   | cadre         |
      | sortie récente    | lettre de liaison            | 14/07/2024 09:30 | établissement |
      | sortie ancienne   | lettre de liaison            | 14/07/2019 09:30 | établissement |
      | bilan récent      | compte rendu de biologie     | 20/05/2024 08:15 | ambulatoire   |
      | consultation      | compte rendu de consultation | 03/06/2024 17:05 | ambulatoire   |
      | bilan de décembre | compte rendu de biologie     | 31/12/2024 23:10 | établissement |
    Et le choix du patient « Pénélope » sur la consultation de son DMP : non-opposition
    Quand le professionnel cherche dans le DMP du patient « Pénélope »
      | critère | valeur                                      |
      | type    | lettre de liaison, compte rendu de biologie |
      | acte du | 01/01/2024                                  |
      | acte au | 31/12/2024                                  |
    Alors la demande faite au DMP porte ces critères, et eux seuls
    Et la liste montre « sortie récente », « bilan récent » et « bilan de décembre », et rien d'autre
    Quand un autre professionnel cherche dans le DMP du patient « Pénélope »
      | critère          | valeur      |
      | cadre d'exercice | ambulatoire |
      | classe           | 10          |
      | acte du          | 01/06/2024  |
    Alors la demande faite au DMP porte ces critères, et eux seuls
    Et la liste montre « consultation », et rien d'autre

  @DMP/UX.34.01
  Scénario: Des documents préchargés sont gardés le temps réglé
    Étant donné un patient « Raoul » à l'INS qualifiée, dont le DMP est ouvert
    Et un patient « Régine » à l'INS qualifiée, dont le DMP est ouvert
    Et un patient « Roxane » à l'INS qualifiée, dont le DMP est ouvert
    Et des documents d'autres professionnels dans le DMP du patient « Raoul »
      | document        | type                     | date de l'acte   |
      | sortie de Raoul | lettre de liaison        | 12/03/2024 10:00 |
      | bilan de Raoul  | compte rendu de biologie | 13/03/2024 10:00 |
      | vieille sortie  | lettre de liaison        | 12/03/2018 10:00 |
    Et des documents d'autres professionnels dans le DMP du patient « Régine »
      | document         | type              | date de l'acte   |
      | sortie de Régine | lettre de liaison | 02/05/2024 10:00 |
    Et des documents d'autres professionnels dans le DMP du patient « Roxane »
      | document         | type              | date de l'acte   |
      | sortie de Roxane | lettre de liaison | 02/05/2024 10:00 |
    Et le choix du patient « Raoul » sur la consultation de son DMP : non-opposition
    Et le choix du patient « Régine » sur la consultation de son DMP : non-opposition
    Et le choix du patient « Roxane » sur la consultation de son DMP : opposition
    Quand l'administrateur règle le préchargement des documents du DMP
      | réglage        | valeur            |
      | durée (heures) | 24                |
      | type           | lettre de liaison |
      | acte depuis    | 01/01/2024        |
    Et le professionnel précharge les documents des patients « Raoul », « Régine » et « Roxane »
    Alors les documents préchargés sont « sortie de Raoul » et « sortie de Régine », gardés le temps réglé
    Et rien n'est préchargé pour le patient « Roxane », opposé à la consultation
    Et le droit d'accès a été vérifié avant chaque consultation
    Quand le professionnel ouvre le document « sortie de Raoul » du DMP du patient « Raoul »
    Alors le document « sortie de Raoul » ouvert vient du stock
    # Une durée nulle fait passer le temps sans attendre.
    Quand l'administrateur règle le préchargement des documents du DMP
      | réglage        | valeur                   |
      | durée (heures) | 0                        |
      | type           | compte rendu de biologie |
      | acte depuis    | 01/01/2024               |
    Et le professionnel précharge les documents des patients « Raoul »
    Alors les documents préchargés sont « bilan de Raoul », gardés le temps réglé
    Quand le professionnel ouvre le document « bilan de Raoul » du DMP du patient « Raoul »
    Alors le document « bilan de Raoul » ouvert est redemandé au DMP, son temps étant passé

  @DMP/UX.44.01
  Scénario: La conservation réglée s'applique aux documents repris du DMP
    Étant donné un patient « Solange » à l'INS qualifiée, dont le DMP est ouvert
    Et des documents d'autres professionnels dans le DMP du patient « Solange »
      | document | type                     | date de l'acte   |
      | sortie   | lettre de liaison        | 12/03/2024 10:00 |
      | bilan    | compte rendu de biologie | 13/03/2024 10:00 |
    Et le choix du patient « Solange » sur la consultation de son DMP : non-opposition
    Quand l'administrateur règle la conservation des documents du DMP sur 400 jours, avec archivage
    Et le professionnel intègre au dossier du patient « Solange » le document « sortie » de son DMP
    Alors la conservation réglée s'applique au document « sortie »
    Quand l'administrateur règle la conservation des documents du DMP sur 30 jours, sans archivage
    Et le professionnel intègre au dossier du patient « Solange » le document « bilan » de son DMP
    Alors la conservation réglée s'applique au document « bilan »
