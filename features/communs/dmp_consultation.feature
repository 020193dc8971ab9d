# language: fr
Fonctionnalité: Consultation du DMP depuis le logiciel
  Le patient choisit, le droit d'accès est vérifié, le professionnel consulte sous son propre identifiant.

  @DMP/va1.02.01
  Scénario: Contrôle préalable à l'homologation : page du patient ouverte depuis le logiciel
    Étant donné un patient « Gabin » à l'INS qualifiée, dont le DMP est ouvert
    Et un patient « Gilda » à l'INS qualifiée, dont le DMP est ouvert
    Et un patient « Gontran » à l'INS seulement récupérée, dont le DMP est ouvert
    Quand le professionnel ouvre l'accès web au DMP, page du patient « Gontran »
    Et le professionnel ouvre l'accès web au DMP, page du patient « Gabin »
    Alors le portail reçoit l'appel de la page du patient « Gabin »
    Quand un autre professionnel ouvre l'accès web au DMP, page du patient « Gilda »
    Alors le portail reçoit l'appel de la page du patient « Gilda »
    Et aucune page n'est appelée pour le patient « Gontran », dont l'INS n'est pas qualifiée
    Et l'autorisation du CNDA reste à apporter pour l'accès web-PS contextuel au DMP

  @DMP/AIRS.03.01
  Scénario: Contrôle préalable à l'homologation : consultation en authentification renforcée
    Étant donné un patient « Hilaire » à l'INS qualifiée, dont le DMP est ouvert
    Et des documents d'autres professionnels dans le DMP du patient « Hilaire »
      | document | type              | date de l'acte   |
      | sortie   | lettre de liaison | 14/07/2024 09:30 |
    Et le choix du patient « Hilaire » sur la consultation de son DMP : non-opposition
    Quand le professionnel consulte le DMP du patient « Hilaire »
    Et un autre professionnel consulte le DMP du patient « Hilaire »
    Et un autre professionnel ouvre le document « sortie » du DMP du patient « Hilaire »
    Alors les consultations se font en authentification indirecte renforcée
    Et les consultations du DMP suivent le guide d'intégration
    Et l'autorisation du CNDA reste à apporter pour le profil consultation en authentification indirecte renforcée

  @DMP/AIRS.06.01
  Scénario: Chaque demande au DMP porte l'identifiant national de celui qui l'a faite
    Étant donné un patient « Irène » à l'INS qualifiée, dont le DMP est ouvert
    Et le choix du patient « Irène » sur la consultation de son DMP : non-opposition
    Quand le professionnel consulte le DMP du patient « Irène »
    Et un autre professionnel consulte le DMP du patient « Irène »
    Alors les deux comptes affichent des identifiants nationaux différents
    Et les demandes du professionnel au DMP portent l'identifiant national affiché dans son compte
    Et les demandes d'un autre professionnel au DMP portent l'identifiant national affiché dans son compte

  @DMP/CONF.06.01
  Scénario: Sans non-opposition enregistrée, le DMP n'est pas consulté
    # Le texte officiel demande au moins le cas sans choix enregistré ; l'exigence vise aussi l'opposition.
    Étant donné un patient « Joachim » à l'INS qualifiée, dont le DMP est ouvert
    Et un patient « Judith » à l'INS qualifiée, dont le DMP est ouvert
    Et le choix du patient « Joachim » sur la consultation de son DMP : aucun choix
    Quand le professionnel essaie de consulter le DMP du patient « Joachim »
    Et le professionnel enregistre pour le patient « Judith » : opposition
    Et le professionnel essaie de consulter le DMP du patient « Judith »
    Et le professionnel enregistre pour le patient « Joachim » : non-opposition
    Et le professionnel consulte le DMP du patient « Joachim »
    Alors la consultation du DMP du patient « Joachim » a été bloquée faute de choix enregistré
    Et la consultation du DMP du patient « Judith » a été bloquée en raison de l'opposition
    Et le choix du patient « Joachim » relu au dossier est : non-opposition
    Et le choix du patient « Judith » relu au dossier est : opposition

  @DMP/UX.06.01
  Scénario: Le patient change d'avis à tout moment
    # Le texte officiel demande au moins l'enregistrement ; on vérifie aussi que chaque choix prend effet.
    Étant donné un patient « Karine » à l'INS qualifiée, dont le DMP est ouvert
    Quand le professionnel enregistre pour le patient « Karine » : opposition
    Et le professionnel essaie de consulter le DMP du patient « Karine »
    Et le professionnel enregistre pour le patient « Karine » : non-opposition
    Et le professionnel consulte le DMP du patient « Karine »
    Alors le choix du patient « Karine » relu au dossier est : non-opposition
    Et la consultation du DMP du patient « Karine » a été bloquée en raison de l'opposition
    Quand le professionnel enregistre pour le patient « Karine » : opposition
    Et un autre professionnel essaie de consulter le DMP du patient « Karine »
    Alors le choix du patient « Karine » relu au dossier est : opposition
    Et la consultation du DMP du patient « Karine » a été bloquée en raison de l'opposition

  @DMP/UX.08.01
  Scénario: Le droit d'accès est vérifié avant toute consultation
    Étant donné un patient « Lucien » à l'INS qualifiée, dont le DMP est ouvert
    Et un patient « Louise » à l'INS qualifiée, dont le DMP est ouvert
    Et un autre professionnel dont l'autorisation sur le DMP du patient « Louise » est interdite
    Et des documents d'autres professionnels dans le DMP du patient « Lucien »
      | document | type              | date de l'acte   |
      | sortie   | lettre de liaison | 12/03/2024 10:00 |
    Et le choix du patient « Lucien » sur la consultation de son DMP : non-opposition
    Et le choix du patient « Louise » sur la consultation de son DMP : non-opposition
    Quand le professionnel consulte le DMP du patient « Lucien »
    Et un autre professionnel ouvre le document « sortie » du DMP du patient « Lucien »
    Et un autre professionnel essaie de consulter le DMP du patient « Louise »
    Alors le droit d'accès a été vérifié avant chaque consultation
    Et la consultation du DMP du patient « Louise » a été bloquée car le patient a bloqué le professionnel
    Et le journal du logiciel montre le droit vérifié puis la consultation pour le patient « Lucien » par le professionnel
    Et le journal du logiciel montre le droit vérifié puis la consultation pour le patient « Lucien » par un autre professionnel

  @DMP/UX.50.01
  Scénario: L'autorisation d'accès est positionnée quand elle manque
    # Le texte officiel demande au moins le cas sans autorisation ; expirée, elle est à refaire ; valide, à laisser.
    Étant donné un patient « Marius » à l'INS qualifiée, dont le DMP est ouvert
    Et un patient « Mathilde » à l'INS qualifiée, dont le DMP est ouvert
    Et un patient « Moïse » à l'INS qualifiée, dont le DMP est ouvert
    Et un autre professionnel dont l'autorisation sur le DMP du patient « Mathilde » est expirée
    Et le professionnel dont l'autorisation sur le DMP du patient « Moïse » est valide
    Et le choix du patient « Mathilde » sur la consultation de son DMP : non-opposition
    Et le choix du patient « Moïse » sur la consultation de son DMP : non-opposition
    Quand le professionnel enregistre pour le patient « Marius » : non-opposition
    Et le professionnel essaie de consulter le DMP du patient « Marius » sans confirmer son accord
    Et le professionnel consulte le DMP du patient « Marius »
    Alors l'autorisation sur le DMP du patient « Marius » a été positionnée comme il le fallait
    Et la consultation du DMP du patient « Marius » a été bloquée faute de confirmation
    Et le choix du patient « Marius » relu au dossier est : non-opposition
    Quand un autre professionnel consulte le DMP du patient « Mathilde »
    Alors l'autorisation sur le DMP du patient « Mathilde » a été positionnée comme il le fallait
    Quand le professionnel consulte le DMP du patient « Moïse »
    Alors l'autorisation sur le DMP du patient « Moïse » a été positionnée comme il le fallait
