# language: fr
Fonctionnalité: Comptes rendus de biologie dans le DMP
  Le compte rendu validé part au DMP ; partiel, il est remplacé par le complet ; l'utilisateur peut le bloquer,
  le modifier, le supprimer.

  @DMP/va1.15.01
  Scénario: Un compte rendu partiel est remplacé par le complet
    Étant donné un patient « Célestin » à l'INS qualifiée, dont le DMP est ouvert
    Quand le professionnel valide le compte rendu partiel « bilan » du patient « Célestin » et l'envoie au DMP
    Alors le compte rendu partiel « bilan » est dans le DMP du patient « Célestin »
    Quand le professionnel complète le compte rendu « bilan », le valide et l'envoie au DMP
    Alors le compte rendu complet « bilan » est dans le DMP du patient « Célestin »
    Et la nouvelle version du compte rendu « bilan » remplace la précédente dans le DMP du patient « Célestin »
    Et les envois au DMP suivent le guide d'intégration

  @DMP/va1.22.01
  Scénario: L'utilisateur bloque l'envoi d'un compte rendu
    # Le compte rendu « après » montre que le blocage ne vaut que pour celui qu'il vise.
    Étant donné un patient « Désiré » à l'INS qualifiée, dont le DMP est ouvert
    Quand le professionnel valide le compte rendu « avant » du patient « Désiré »
    Alors le compte rendu « avant » est arrivé de lui-même dans le DMP du patient « Désiré »
    Quand le professionnel valide le compte rendu « expertise » du patient « Désiré » en bloquant son envoi au DMP
    Et le professionnel valide le compte rendu « après » du patient « Désiré »
    Alors le compte rendu « après » est arrivé de lui-même dans le DMP du patient « Désiré »
    Et le compte rendu bloqué « expertise » n'est pas arrivé dans le DMP du patient « Désiré »

  @DMP/va1.23.01
  Scénario: Un compte rendu est modifié puis supprimé dans le DMP
    Étant donné un patient « Eudes » à l'INS qualifiée, dont le DMP est ouvert
    Et un compte rendu « autre bilan » du patient « Eudes » envoyé au DMP
    Quand le professionnel valide le compte rendu complet « bilan » du patient « Eudes » et l'envoie au DMP
    Alors le compte rendu complet « bilan » est dans le DMP du patient « Eudes »
    Quand le professionnel modifie le compte rendu « bilan », le valide et l'envoie au DMP
    Alors le compte rendu complet « bilan » est dans le DMP du patient « Eudes »
    Et la nouvelle version du compte rendu « bilan » remplace la précédente dans le DMP du patient « Eudes »
    Quand le professionnel supprime du DMP le document « bilan »
    Alors le document « bilan » est supprimé du DMP, et lui seul
    Et la suppression du document « bilan » suit le guide d'intégration
    Et les envois au DMP suivent le guide d'intégration

  @DMP/va1.21.01
  Scénario: Contrôle préalable à l'homologation : tableau de bord et dossier patient du portail DMP
    Étant donné un patient « Flavie » à l'INS qualifiée, dont le DMP est ouvert
    Quand le professionnel ouvre l'accès web au DMP, page du tableau de bord
    Alors le portail reçoit l'appel de la page du tableau de bord
    Quand le professionnel ouvre l'accès web au DMP, page du patient « Flavie »
    Alors le portail reçoit l'appel de la page du patient « Flavie »
    Et l'autorisation du CNDA reste à apporter pour l'accès web-PS contextuel, tableau de bord et dossier patient
