# language: fr
Fonctionnalité: Comptes rendus envoyés d'eux-mêmes par MSSanté
  Le document validé part sans autre geste, à ceux à qui il est destiné et à eux seuls ; le refus du patient l'arrête.

  @MSS/va1.01.01
  Scénario: Tout document validé part de lui-même à l'usager à l'INS qualifiée
    # Le texte officiel demande un document ; deux patients, deux professionnels, deux niveaux de CDA montrent que l'envoi
    # est systématique ; le patient sans INS qualifiée montre la limite que dit l'exigence.
    Étant donné un patient « Adélaïde » à l'INS qualifiée, dont Mon espace santé est ouvert
    Et un patient « Baptiste » à l'INS qualifiée, dont Mon espace santé est ouvert
      | champ            | valeur             |
      | nom de naissance | VALCOURBE-D'ORGEVAL |
    Et un patient « Charlotte » à l'INS seulement récupérée, dont Mon espace santé est ouvert
    Et l'envoi automatique par MSSanté aux patients
    Quand le professionnel valide pour le patient « Adélaïde » le compte rendu « bilan initial »
    Alors le compte rendu « bilan initial » est arrivé de lui-même au patient
    Quand le professionnel valide pour le patient « Charlotte » le compte rendu « bilan non qualifié »
    Et un autre professionnel valide pour le patient « Baptiste » le compte rendu « bilan de Baptiste » en CDA de niveau 1
    Alors le compte rendu « bilan de Baptiste » est arrivé de lui-même au patient
    Quand le professionnel valide pour le patient « Adélaïde » le compte rendu « bilan de contrôle »
    Alors le compte rendu « bilan de contrôle » est arrivé de lui-même au patient
    Et rien n'est parti vers Mon espace santé pour le patient « Charlotte »
    Et chaque compte rendu n'est parti qu'une fois, et qu'à ses destinataires
    Et les courriels qui portent les comptes rendus suivent les règles de transmission de documents de santé

  @MSS/va1.21.01
  Scénario: Tout compte rendu validé part de lui-même à chaque correspondant
    Étant donné un patient « Damien » à l'INS qualifiée, dont Mon espace santé est ouvert
    Et un patient « Élise » à l'INS qualifiée, dont Mon espace santé est ouvert
      | champ            | valeur               |
      | nom de naissance | LE GOFF-L'HERMITE    |
    Et trois correspondants au dossier du patient « Damien »
    Et deux correspondants au dossier du patient « Élise »
    Et l'envoi automatique par MSSanté aux correspondants
    Quand le professionnel valide pour le patient « Damien » le compte rendu « bilan initial »
    Alors le compte rendu « bilan initial » est arrivé de lui-même aux correspondants
    Quand un autre professionnel valide pour le patient « Élise » le compte rendu « bilan d'Élise »
    Alors le compte rendu « bilan d'Élise » est arrivé de lui-même aux correspondants
    Quand le professionnel valide pour le patient « Damien » le compte rendu « bilan de contrôle »
    Alors le compte rendu « bilan de contrôle » est arrivé de lui-même aux correspondants
    Et chaque compte rendu n'est parti qu'une fois, et qu'à ses destinataires
    Et les courriels qui portent les comptes rendus suivent les règles de transmission de documents de santé

  @MSS/va1.09.01
  Scénario: Un courriel de la boîte applicative dit qu'il est automatique et où répondre
    Étant donné un patient « Fanny » à l'INS qualifiée, dont Mon espace santé est ouvert
    Et deux correspondants au dossier du patient « Fanny »
    Et les réponses aux courriels automatiques dirigées vers la boîte du secrétariat
    Et l'envoi automatique par MSSanté aux patients et aux correspondants
    Quand le professionnel valide pour le patient « Fanny » le compte rendu « bilan »
    Alors le compte rendu « bilan » est arrivé de lui-même au patient
    Et le compte rendu « bilan » est arrivé de lui-même aux correspondants
    Et chaque courriel automatique se termine par une mention d'envoi automatique et l'adresse où répondre

  @MSS/va1.18.01
  Scénario: L'adresse de retour se règle, et le courriel suivant s'en sert
    # Le texte officiel demande le réglage ; deux réglages successifs montrent qu'il agit. Régler une adresse par genre de
    # destinataire n'est qu'un exemple du texte : un logiciel qui n'en a qu'une est jugé sur elle.
    Étant donné un patient « Gontran » à l'INS qualifiée, dont Mon espace santé est ouvert
    Et un correspondant au dossier du patient « Gontran »
    Et l'envoi par MSSanté aux patients et aux correspondants, de lui-même ou demandé
    Quand l'administrateur dirige les réponses vers la boîte du secrétariat
    Et le professionnel valide pour le patient « Gontran » le compte rendu « bilan »
    Alors le compte rendu « bilan » est arrivé au patient
    Et le compte rendu « bilan » est arrivé aux correspondants
    Et les réponses au compte rendu « bilan » reviennent aux adresses réglées
    Quand l'administrateur dirige les réponses vers la boîte d'un autre professionnel et, s'il le peut, celles des professionnels vers la boîte du professionnel
    Et le professionnel valide pour le patient « Gontran » le compte rendu « bilan suivant »
    Alors le compte rendu « bilan suivant » est arrivé au patient
    Et le compte rendu « bilan suivant » est arrivé aux correspondants
    Et les réponses au compte rendu « bilan suivant » reviennent aux adresses réglées

  @MSS/va1.20.01
  Scénario: Le refus du patient arrête les envois à l'usager
    # Le compte rendu d'un autre patient, parti ensuite, clôt l'observation ; celui d'après l'accord montre que le refus
    # était bien la cause. Le refus ne vaut que pour l'usager : le correspondant reçoit toujours.
    Étant donné un patient « Héloïse » à l'INS qualifiée, dont Mon espace santé est ouvert
    Et un patient « Isidore » à l'INS qualifiée, dont Mon espace santé est ouvert
    Et un correspondant au dossier du patient « Héloïse »
    Et l'envoi par MSSanté aux patients et aux correspondants, de lui-même ou demandé
    Quand le professionnel enregistre que le patient « Héloïse » refuse l'envoi par MSSanté patient
    Et le professionnel valide pour le patient « Héloïse » le compte rendu « bilan refusé »
    Et un autre professionnel essaie d'envoyer par MSSanté le compte rendu « bilan refusé » au patient
    Et le professionnel valide pour le patient « Isidore » le compte rendu « bilan d'Isidore »
    Alors le compte rendu « bilan d'Isidore » est arrivé au patient
    Et le compte rendu « bilan refusé » est arrivé aux correspondants
    Et rien n'est parti par MSSanté patient pour le compte rendu « bilan refusé »
    Et la liste des envois du patient « Héloïse » ne montre envoyé par MSSanté patient que ce qui est parti
    Quand le professionnel enregistre que le patient « Héloïse » accepte l'envoi par MSSanté patient
    Et le professionnel valide pour le patient « Héloïse » le compte rendu « bilan accepté »
    Alors le compte rendu « bilan accepté » est arrivé au patient

  @MSS/va1.22.01
  Scénario: Le refus du patient arrête les envois aux professionnels
    Étant donné un patient « Joséphine » à l'INS qualifiée, dont Mon espace santé est ouvert
    Et un patient « Lambert » à l'INS qualifiée, dont Mon espace santé est ouvert
    Et deux correspondants au dossier du patient « Joséphine »
    Et un correspondant au dossier du patient « Lambert »
    Et l'envoi par MSSanté aux correspondants, de lui-même ou demandé
    Quand le professionnel valide pour le patient « Joséphine » le compte rendu « bilan d'avant »
    Alors le compte rendu « bilan d'avant » est arrivé aux correspondants
    Quand le professionnel enregistre que le patient « Joséphine » refuse l'envoi par MSSanté professionnel
    Et le professionnel valide pour le patient « Joséphine » le compte rendu « bilan refusé »
    Et un autre professionnel essaie d'envoyer par MSSanté le compte rendu « bilan refusé » aux correspondants
    Et le professionnel valide pour le patient « Lambert » le compte rendu « bilan de Lambert »
    Alors le compte rendu « bilan de Lambert » est arrivé aux correspondants
    Et rien n'est parti par MSSanté professionnel pour le compte rendu « bilan refusé »
    Et la liste des envois du patient « Joséphine » ne montre envoyé par MSSanté professionnel que ce qui est parti

  @MSS/va1.02.01
  Scénario: La nouvelle version d'un document annule et remplace celle qui a été envoyée
    # La mention est un réglage : le banc choisit la sienne, et la première version ne doit pas la porter. L'envoi, proposé
    # par le logiciel, est déclenché par l'utilisateur.
    Étant donné un patient « Marceline » à l'INS qualifiée, dont Mon espace santé est ouvert
    Et deux correspondants au dossier du patient « Marceline »
    Et une mention de remplacement paramétrée
    Et aucun envoi automatique par MSSanté
    Quand le professionnel valide pour le patient « Marceline » le compte rendu « suivi »
    Et le professionnel envoie par MSSanté le compte rendu « suivi » aux correspondants
    Alors le compte rendu « suivi » envoyé ne porte pas la mention de remplacement
    Quand le professionnel modifie et valide le compte rendu « suivi »
    Et un autre professionnel envoie par MSSanté le compte rendu « suivi » aux correspondants
    Alors le compte rendu « suivi » envoyé porte la mention de remplacement
    Et le compte rendu « suivi » envoyé est une nouvelle version du précédent
    Et les courriels qui portent les comptes rendus suivent les règles de transmission, et leurs CDA le volet
