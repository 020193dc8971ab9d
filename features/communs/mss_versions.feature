# language: fr
Fonctionnalité: Nouvelle version d'un document transmis par MSSanté
  Un document modifié après son envoi repart, et dit lui-même qu'il annule et remplace le précédent.

  @MSS/va1.13.01
  Scénario: La nouvelle version d'un document en CDA N1 annule et remplace celle qui est déjà partie
    # La mention est un réglage : le banc choisit la sienne, et la première version ne doit pas la porter. Le lien des
    # rapports de l'espace de tests d'interopérabilité reste à joindre.
    Étant donné un patient « Théodule » à l'INS qualifiée, dont Mon espace santé est ouvert
    Et un correspondant au dossier du patient « Théodule »
    Et une mention de remplacement paramétrée
    Et aucun envoi automatique par MSSanté
    Quand le professionnel valide pour le patient « Théodule » le compte rendu « document » en CDA de niveau 1
    Et le professionnel envoie par MSSanté le compte rendu « document » aux correspondants
    Alors le compte rendu « document » envoyé ne porte pas la mention de remplacement
    Quand le professionnel modifie et valide le compte rendu « document »
    Et le professionnel envoie par MSSanté le compte rendu « document » aux correspondants
    Alors le compte rendu « document » envoyé porte la mention de remplacement
    Et le compte rendu « document » envoyé est une nouvelle version du précédent
    Et les courriels qui portent les comptes rendus suivent les règles de transmission, et leurs CDA le volet
