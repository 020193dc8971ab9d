# language: fr
Fonctionnalité: Documents d'un cabinet au DMP : mise à jour, suppression, masquage
  Le professionnel modifie ou supprime au DMP ce qu'il y a envoyé, et choisit qui l'y verra.

  @DMP/va1.16.01
  Scénario: Un document envoyé au DMP est modifié, puis supprimé par l'utilisateur
    # Un second document du même patient et celui d'un autre montrent que rien d'autre n'est touché. Les captures de l'accès
    # web PS de formation restent à prendre par une personne.
    Étant donné un patient « Ursule » à l'INS qualifiée, dont le DMP est ouvert
    Et un patient « Valère » à l'INS qualifiée, dont le DMP est ouvert
    Et un compte rendu « suivi du voisin » du patient « Valère » envoyé au DMP
    Et un compte rendu « autre suivi » du patient « Ursule » envoyé au DMP
    Quand le professionnel valide le compte rendu complet « suivi » du patient « Ursule » et l'envoie au DMP
    Alors le compte rendu complet « suivi » est dans le DMP du patient « Ursule »
    Quand le professionnel modifie le compte rendu « suivi », le valide et l'envoie au DMP
    Alors la nouvelle version du compte rendu « suivi » remplace la précédente dans le DMP du patient « Ursule »
    Et le compte rendu complet « suivi » est dans le DMP du patient « Ursule »
    Quand le professionnel supprime du DMP le document « suivi »
    Alors le document « suivi » est supprimé du DMP, et lui seul
    Et la suppression du document « suivi » suit le guide d'intégration
    Et les envois au DMP suivent le guide d'intégration

  @DMP/va1.17.01
  Scénario: Chaque document arrive au DMP avec le masquage et la visibilité choisis pour lui
    # Chaque code seul puis combiné, à la validation puis entre la validation et l'envoi ; un document visible de tous montre
    # qu'un choix ne vaut que pour celui qu'il vise. La capture de l'accès web PS reste à prendre par une personne.
    Étant donné un patient « Wilfrid » à l'INS qualifiée, dont le DMP est ouvert
    Et un patient mineur « Xavière » à l'INS qualifiée, dont le DMP est ouvert
    Quand le professionnel valide ces comptes rendus, avec ce masquage et cette visibilité, et les envoie au DMP
      | compte rendu | patient | masquage et visibilité                           |
      | annonce      | Wilfrid | masqué aux professionnels                        |
      | contrôle     | Wilfrid | visible de tous                                  |
      | contraception | Xavière | invisible aux représentants légaux              |
      | vaccin       | Xavière | visible de tous                                  |
    Et l'envoi automatique au DMP arrêté, le professionnel valide ces comptes rendus
      | compte rendu | patient |
      | bilan        | Wilfrid |
      | rappel       | Wilfrid |
      | entretien    | Xavière |
    Et le professionnel choisit ce masquage et cette visibilité, puis envoie ces comptes rendus au DMP
      | compte rendu | masquage et visibilité                                        |
      | bilan        | invisible au patient                                          |
      | entretien    | masqué aux professionnels, invisible aux représentants légaux |
      | rappel       | visible de tous                                               |
    Alors le logiciel montre ces choix
    Et chaque compte rendu est arrivé au DMP avec le masquage et la visibilité choisis pour lui
