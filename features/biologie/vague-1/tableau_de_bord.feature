# language: fr
Fonctionnalité: Tableau de bord des services socles
  Ce que le laboratoire a transmis au DMP, aux correspondants et aux patients se compte, se filtre et s'extrait.

  @TBB/va1.03.01 @TBB/va1.05.01
  Scénario: Le tableau de bord rend compte de deux ans de comptes rendus, échecs compris
    # Le texte officiel demande 10 comptes rendus par mois sur deux ans, puis un échec de chaque sorte. Deux patients sans
    # INS qualifiée et un second biologiste montrent que ces chiffres se distinguent.
    Étant donné 8 patients à l'INS qualifiée, chacun avec un correspondant
    Et 2 patients à l'INS seulement récupérée, chacun avec un correspondant
    Et l'envoi automatique par MSSanté aux patients et aux correspondants
    Quand le professionnel valide 10 comptes rendus par mois, sur 24 mois
    Et un autre professionnel valide 2 comptes rendus
    Et un compte rendu est refusé par le DMP, par la BAL du correspondant et par celle du patient
    Alors les flux de ces comptes rendus sont tous partis
    Et le tableau de bord compte les transmissions de chaque période, selon l'INS
    Et le tableau de bord compte les dossiers touchés par chaque action, et par les trois
    Et le tableau de bord se limite à un FINESS et à un biologiste
    Et les échecs sont comptés, canal par canal
    Et l'extraction du tableau de bord porte ces transmissions, et son format est documenté
