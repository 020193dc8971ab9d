# language: fr
Fonctionnalité: Comptes rendus d'imagerie par MSSanté
  Le compte rendu validé part de lui-même au patient et aux correspondants ; à l'hôpital, le professionnel choisit.

  @MSS/va1.17.01
  Scénario: Tout compte rendu d'imagerie validé part de lui-même au patient à l'INS qualifiée
    # Deux patients, deux radiologues : l'envoi est systématique ; le patient sans INS qualifiée montre la limite que dit
    # l'exigence. Le lien du rapport de l'espace de tests reste à joindre.
    Étant donné un patient « Adélaïde » à l'INS qualifiée, dont Mon espace santé est ouvert
    Et un patient « Baptiste » à l'INS qualifiée, dont Mon espace santé est ouvert
      | champ            | valeur              |
      | nom de naissance | VALCOURBE-D'ORGEVAL |
    Et un patient « Charlotte » à l'INS seulement récupérée, dont Mon espace santé est ouvert
    Et l'envoi automatique par MSSanté aux patients
    Quand le professionnel valide pour le patient « Adélaïde » le compte rendu « scanner » en CDA de niveau 1
    Alors le compte rendu « scanner » est arrivé de lui-même au patient
    Quand le professionnel valide pour le patient « Charlotte » le compte rendu « IRM » en CDA de niveau 1
    Et un autre professionnel valide pour le patient « Baptiste » le compte rendu « échographie » en CDA de niveau 1
    Alors le compte rendu « échographie » est arrivé de lui-même au patient
    Et rien n'est parti vers Mon espace santé pour le patient « Charlotte »
    Et chaque compte rendu n'est parti qu'une fois, et qu'à ses destinataires
    Et les courriels qui portent les comptes rendus suivent les règles de transmission, et leurs CDA le volet

  @MSS/va1.29.01
  Scénario: Tout compte rendu d'imagerie validé part de lui-même, de la boîte applicative
    # Au patient et aux correspondants, chez deux patients. La vidéo reste à joindre.
    Étant donné un patient « Damien » à l'INS qualifiée, dont Mon espace santé est ouvert
    Et un patient « Élise » à l'INS qualifiée, dont Mon espace santé est ouvert
    Et deux correspondants au dossier du patient « Damien »
    Et un correspondant au dossier du patient « Élise »
    Et l'envoi automatique par MSSanté aux patients et aux correspondants
    Quand le professionnel valide pour le patient « Damien » le compte rendu « scanner » en CDA de niveau 1
    Alors le compte rendu « scanner » est arrivé de lui-même au patient
    Et le compte rendu « scanner » est arrivé de lui-même aux correspondants
    Quand un autre professionnel valide pour le patient « Élise » le compte rendu « radiographie » en CDA de niveau 1
    Alors le compte rendu « radiographie » est arrivé de lui-même au patient
    Et le compte rendu « radiographie » est arrivé de lui-même aux correspondants
    Et chaque courriel qui porte un compte rendu est parti de la boîte applicative
    Et chaque compte rendu n'est parti qu'une fois, et qu'à ses destinataires
    Et les courriels qui portent les comptes rendus suivent les règles de transmission de documents de santé

  @RIS.MSS/va1.31.01
  Scénario: À l'hôpital, le professionnel choisit les comptes rendus d'imagerie envoyés aux demandeurs
    # Le compte rendu « non choisi » montre que l'envoi tient au choix, le second demandé clôt l'observation. Le lien du
    # rapport de l'espace de tests reste à joindre.
    Étant donné un patient « Fabien » à l'INS qualifiée, dont Mon espace santé est ouvert
    Et un patient « Garance » à l'INS qualifiée, dont Mon espace santé est ouvert
    Et deux correspondants au dossier du patient « Fabien »
    Et un correspondant au dossier du patient « Garance »
    Et aucun envoi automatique par MSSanté
    Quand le professionnel valide pour le patient « Fabien » le compte rendu « scanner » en CDA de niveau 1
    Et le professionnel valide pour le patient « Fabien » le compte rendu « non choisi » en CDA de niveau 1
    Et le professionnel valide pour le patient « Garance » le compte rendu « IRM » en CDA de niveau 1
    Et le professionnel envoie par MSSanté le compte rendu « scanner » aux correspondants
    Et un autre professionnel envoie par MSSanté le compte rendu « IRM » aux correspondants
    Alors le compte rendu « scanner » n'était pas parti avant d'être demandé
    Et le compte rendu « IRM » n'était pas parti avant d'être demandé
    Et le compte rendu « non choisi », jamais demandé, n'est pas parti
    Et chaque compte rendu n'est parti qu'une fois, et qu'à ses destinataires
    Et les courriels qui portent les comptes rendus suivent les règles de transmission, et leurs CDA le volet
