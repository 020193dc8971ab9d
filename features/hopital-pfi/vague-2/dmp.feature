# language: fr
Fonctionnalité: Envois au DMP d'une plateforme d'intermédiation
  Une plateforme alimente le DMP et en retire un document, sans jamais demander d'autorisation d'accès.

  @DMP/CONF.05.01
  Scénario: Envoyer et supprimer sans autorisation d'accès au DMP
    # Le scénario officiel finit par une consultation empêchée, qu'une plateforme au seul profil d'alimentation n'a pas ;
    # l'exigence, elle, ne parle que de l'envoi et de la suppression. Deux patients, deux utilisateurs.
    Étant donné un patient « Yolande » à l'INS qualifiée, dont le DMP est ouvert
    Et un patient « Zéphyrin » à l'INS qualifiée, dont le DMP est ouvert
    Quand le professionnel valide le compte rendu complet « lettre de Yolande » du patient « Yolande » et l'envoie au DMP
    Et le professionnel valide le compte rendu complet « lettre de Zéphyrin » du patient « Zéphyrin » et l'envoie au DMP
    Alors le compte rendu complet « lettre de Yolande » est dans le DMP du patient « Yolande »
    Et le compte rendu complet « lettre de Zéphyrin » est dans le DMP du patient « Zéphyrin »
    Quand un autre professionnel supprime du DMP le document « lettre de Yolande »
    Alors le document « lettre de Yolande » est supprimé du DMP, et lui seul
    Et aucune autorisation d'accès au DMP n'a été demandée
