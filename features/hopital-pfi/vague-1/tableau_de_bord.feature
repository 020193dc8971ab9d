# language: fr
Fonctionnalité: Tableau de bord de la plateforme d'intermédiation
  Ce que la plateforme a transmis à l'INS qualifiée se compte par structure, par canal, par type de document et par issue.

  @TBB/va1.01.01
  Scénario: Le tableau de bord rend compte de deux ans de lettres et de comptes rendus
    # Le texte ne demande ni échec ni INS non qualifiée : ils montrent que l'issue et l'INS sont distinguées.
    Étant donné un tableau de bord des tentatives à l'INS qualifiée, par type de document
    Et 8 patients à l'INS qualifiée, chacun avec un correspondant
    Et 2 patients à l'INS seulement récupérée, chacun avec un correspondant
    Et l'envoi automatique par MSSanté aux patients et aux correspondants
    Quand le professionnel valide 10 documents par mois, un type après l'autre, sur 24 mois
    Et un document est refusé par le DMP, par la BAL du correspondant et par celle du patient
    Alors les flux de ces documents sont tous partis
    Et le tableau de bord compte les transmissions de chaque période, selon l'INS
    Et le tableau de bord se limite à un FINESS et à un type de document
    Et les échecs sont comptés, canal par canal
    Et l'extraction du tableau de bord porte ces transmissions, et son format est documenté
