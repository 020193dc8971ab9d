# language: fr
Fonctionnalité: Tableau de bord des services socles
  Ce que la structure a transmis au DMP, aux correspondants et aux patients se compte, se filtre et s'extrait.

  @TBB/va1.03.01 @TBB/va1.05.01
  Scénario: Le tableau de bord rend compte de deux ans de documents, échecs compris
    # Le texte officiel demande 10 documents par mois sur deux ans, puis un échec de chaque sorte ; il les dit « de biologie »
    # quel que soit le logiciel. Deux patients sans INS qualifiée et un second signataire montrent que ces chiffres se
    # distinguent.
    Étant donné 8 patients à l'INS qualifiée, chacun avec un correspondant
    Et 2 patients à l'INS seulement récupérée, chacun avec un correspondant
    Et l'envoi automatique par MSSanté aux patients et aux correspondants
    Quand le professionnel valide 10 documents par mois, sur 24 mois
    Et un autre professionnel valide 2 documents
    Et un document est refusé par le DMP, par la BAL du correspondant et par celle du patient
    Alors les flux de ces documents sont tous partis
    Et le tableau de bord compte les transmissions de chaque période, selon l'INS
    Et le tableau de bord se limite à un FINESS et à un signataire
    Et les échecs sont comptés, canal par canal
    Et l'extraction du tableau de bord porte ces transmissions, et son format est documenté
