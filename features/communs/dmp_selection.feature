# language: fr
Fonctionnalité: Plusieurs documents du DMP intégrés ensemble
  L'utilisateur choisit lui-même, dans la liste du DMP, ceux qui entrent au dossier.

  @DMP/UX.31.01
  Scénario: Les documents choisis dans la liste du DMP sont intégrés, et eux seuls
    # Deux sélections, deux patients : le document laissé de côté montre que c'est bien un choix. Les captures restent à
    # joindre.
    Étant donné un patient « Théodora » à l'INS qualifiée, dont le DMP est ouvert
    Et un patient « Ulysse » à l'INS qualifiée, dont le DMP est ouvert
    Et des documents d'autres professionnels dans le DMP du patient « Théodora »
      | document      | type                     | date de l'acte   | cadre         |
      | sortie        | lettre de liaison        | 14/07/2024 09:30 | établissement |
      | bilan         | compte rendu de biologie | 20/05/2024 08:15 | ambulatoire   |
      | sortie de mai | lettre de liaison        | 03/05/2024 17:05 | établissement |
    Et des documents d'autres professionnels dans le DMP du patient « Ulysse »
      | document         | type                     | date de l'acte   | cadre         |
      | bilan d'Ulysse   | compte rendu de biologie | 11/02/2025 07:40 | ambulatoire   |
      | premier passage  | lettre de liaison        | 02/01/2025 18:20 | établissement |
      | second passage   | lettre de liaison        | 27/03/2025 12:10 | établissement |
      | troisième séjour | lettre de liaison        | 30/06/2025 10:00 | établissement |
    Et le choix du patient « Théodora » sur la consultation de son DMP : non-opposition
    Et le choix du patient « Ulysse » sur la consultation de son DMP : non-opposition
    Quand le professionnel consulte le DMP du patient « Théodora »
    Et le professionnel choisit ensemble dans le DMP du patient « Théodora » « sortie » et « bilan », et les intègre au dossier
    Alors les documents choisis sont au dossier du patient « Théodora », tels que dans le DMP, et eux seuls
    Quand un autre professionnel consulte le DMP du patient « Ulysse »
    Et un autre professionnel choisit ensemble dans le DMP du patient « Ulysse » « bilan d'Ulysse », « premier passage » et « troisième séjour », et les intègre au dossier
    Alors les documents choisis sont au dossier du patient « Ulysse », tels que dans le DMP, et eux seuls
