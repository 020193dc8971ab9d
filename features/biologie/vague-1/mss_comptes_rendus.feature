# language: fr
Fonctionnalité: Comptes rendus de biologie par MSSanté
  Partiel puis complet, à la demande à l'hôpital, remplacé, supprimé, adressé à dix correspondants.

  @MSS/va1.32.01
  Scénario: Un compte rendu partiel part à la demande, le complet de lui-même
    # Le texte ne dit pas si un partiel peut aussi partir de lui-même : s'il le fait, une personne doit le voir.
    Étant donné un patient « Adrienne » à l'INS qualifiée, dont Mon espace santé est ouvert
    Et deux correspondants au dossier du patient « Adrienne »
    Et l'envoi automatique par MSSanté aux correspondants
    Quand le professionnel valide pour le patient « Adrienne » le compte rendu partiel « bilan »
    Et un autre professionnel envoie par MSSanté le compte rendu « bilan » aux correspondants
    Alors le compte rendu « bilan » envoyé est partiel
    Et le compte rendu partiel « bilan » n'était pas parti avant d'être demandé
    Quand le professionnel complète et valide le compte rendu « bilan »
    Alors le compte rendu « bilan » est arrivé de lui-même aux correspondants
    Et le compte rendu « bilan » envoyé est complet
    Et le compte rendu « bilan » envoyé est une nouvelle version du précédent
    Et les courriels qui portent les comptes rendus suivent les règles de transmission, et leurs CDA le volet

  @MSS/va1.33.01
  Scénario: À l'hôpital, l'utilisateur choisit les comptes rendus envoyés aux correspondants
    # Le compte rendu « non choisi » montre que l'envoi tient au choix, le second demandé clôt l'observation.
    Étant donné un patient « Blandine » à l'INS qualifiée, dont Mon espace santé est ouvert
    Et un patient « Corentin » à l'INS qualifiée, dont Mon espace santé est ouvert
    Et deux correspondants au dossier du patient « Blandine »
    Et un correspondant au dossier du patient « Corentin »
    Et aucun envoi automatique par MSSanté
    Quand le professionnel valide pour le patient « Blandine » le compte rendu « bilan choisi »
    Et le professionnel valide pour le patient « Blandine » le compte rendu « bilan non choisi »
    Et le professionnel valide pour le patient « Corentin » le compte rendu « bilan de Corentin »
    Et le professionnel envoie par MSSanté le compte rendu « bilan choisi » aux correspondants
    Et un autre professionnel envoie par MSSanté le compte rendu « bilan de Corentin » aux correspondants
    Alors le compte rendu « bilan choisi » n'était pas parti avant d'être demandé
    Et le compte rendu « bilan de Corentin » n'était pas parti avant d'être demandé
    Et le compte rendu « bilan non choisi », jamais demandé, n'est pas parti
    Et chaque compte rendu n'est parti qu'une fois, et qu'à ses destinataires
    Et les courriels qui portent les comptes rendus suivent les règles de transmission de documents de santé

  @MSS/va1.34.01
  Scénario: À l'hôpital, l'utilisateur choisit d'envoyer au patient le compte rendu d'un séjour
    Étant donné un patient « Dorothée » à l'INS qualifiée, dont Mon espace santé est ouvert
    Et un patient « Eustache » à l'INS qualifiée, dont Mon espace santé est ouvert
      | champ            | valeur             |
      | nom de naissance | SAINT-VERAN D'ARCY |
    Et aucun envoi automatique par MSSanté
    Quand le professionnel valide pour le patient « Dorothée » le compte rendu « bilan de sortie »
    Et le professionnel valide pour le patient « Dorothée » le compte rendu « bilan non choisi »
    Et un autre professionnel valide pour le patient « Eustache » le compte rendu « bilan d'Eustache »
    Et le professionnel envoie par MSSanté le compte rendu « bilan de sortie » au patient
    Et un autre professionnel envoie par MSSanté le compte rendu « bilan d'Eustache » au patient
    Alors le compte rendu « bilan de sortie » n'était pas parti avant d'être demandé
    Et le compte rendu « bilan non choisi », jamais demandé, n'est pas parti
    Et chaque compte rendu n'est parti qu'une fois, et qu'à ses destinataires
    Et les courriels qui portent les comptes rendus suivent les règles de transmission de documents de santé

  @MSS/va1.35.01
  Scénario: La nouvelle version d'un compte rendu annule et remplace la précédente
    # La mention est un réglage : le banc choisit la sienne, et la première version ne doit pas la porter.
    Étant donné un patient « Faustine » à l'INS qualifiée, dont Mon espace santé est ouvert
    Et une mention de remplacement paramétrée
    Et l'envoi automatique par MSSanté aux patients
    Quand le professionnel valide pour le patient « Faustine » le compte rendu « bilan »
    Alors le compte rendu « bilan » est arrivé de lui-même au patient
    Et le compte rendu « bilan » envoyé ne porte pas la mention de remplacement
    Quand le professionnel modifie et valide le compte rendu « bilan »
    Alors le compte rendu « bilan » est arrivé de lui-même au patient
    Et le compte rendu « bilan » envoyé porte la mention de remplacement
    Et le compte rendu « bilan » envoyé est une nouvelle version du précédent
    Et les courriels qui portent les comptes rendus suivent les règles de transmission, et leurs CDA le volet

  @MSS/va1.36.01
  Scénario: Dix correspondants dans un même dossier, et l'accusé de l'un d'eux
    Étant donné un patient « Gaspard » à l'INS qualifiée, dont Mon espace santé est ouvert
    Et des opérateurs qui n'accusent pas la distribution d'eux-mêmes
    Et l'envoi automatique par MSSanté aux correspondants
    Quand le professionnel ajoute dix correspondants au dossier du patient « Gaspard »
    Alors le dossier du patient « Gaspard » montre ses correspondants
    Quand le professionnel valide pour le patient « Gaspard » le compte rendu « bilan »
    Alors le compte rendu « bilan » est arrivé de lui-même aux correspondants
    Quand l'opérateur d'un correspondant accuse la distribution du compte rendu « bilan »
    Alors la réception du compte rendu « bilan » est montrée

  @MSS/va1.37.01
  Scénario: La suppression d'un compte rendu est annoncée à ses deux destinataires, et à eux seuls
    # Un troisième correspondant a reçu un autre compte rendu : il ne doit pas être prévenu. L'envoi qui suit clôt
    # l'observation.
    Étant donné un patient « Hermine » à l'INS qualifiée, dont Mon espace santé est ouvert
    Et un patient « Isidore » à l'INS qualifiée, dont Mon espace santé est ouvert
    Et deux correspondants au dossier du patient « Hermine »
    Et un correspondant au dossier du patient « Isidore »
    Et un avertissement de suppression paramétré
    Et l'envoi automatique par MSSanté aux correspondants
    Quand le professionnel valide pour le patient « Hermine » le compte rendu « bilan à supprimer »
    Alors le compte rendu « bilan à supprimer » est arrivé de lui-même aux correspondants
    Quand le professionnel valide pour le patient « Isidore » le compte rendu « bilan gardé »
    Alors le compte rendu « bilan gardé » est arrivé de lui-même aux correspondants
    Quand le professionnel supprime le compte rendu « bilan à supprimer » et en fait prévenir les destinataires
    Et un autre professionnel valide pour le patient « Isidore » le compte rendu « bilan suivant »
    Alors le compte rendu « bilan suivant » est arrivé de lui-même aux correspondants
    Et chaque destinataire du compte rendu « bilan à supprimer » est prévenu de sa suppression, et eux seuls
