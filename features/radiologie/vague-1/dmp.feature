# language: fr
Fonctionnalité: Comptes rendus d'imagerie dans le DMP
  Le compte rendu validé part au DMP de lui-même ; le professionnel peut le bloquer, le masquer, le modifier, le supprimer.

  # Les vidéos et les captures de l'accès web du DMP de formation restent à joindre.

  @DMP/va1.13.01
  Scénario: Tout compte rendu d'imagerie validé part de lui-même au DMP, en CDA R2 N1
    # Deux patients, deux documents chez le premier : l'envoi est systématique, et porte chaque fois le document validé.
    Étant donné un patient « Achille » à l'INS qualifiée, dont le DMP est ouvert
    Et un patient « Bérangère » à l'INS qualifiée, dont le DMP est ouvert
    Quand le professionnel valide le compte rendu « scanner » du patient « Achille »
    Alors le compte rendu « scanner » est arrivé de lui-même dans le DMP du patient « Achille »
    Et le compte rendu « scanner » est dans le DMP en CDA R2 de niveau 1
    Quand le professionnel valide le compte rendu « radiographie » du patient « Bérangère »
    Alors le compte rendu « radiographie » est arrivé de lui-même dans le DMP du patient « Bérangère »
    Et le compte rendu « radiographie » est dans le DMP en CDA R2 de niveau 1
    Quand le professionnel valide le compte rendu « échographie » du patient « Achille »
    Alors le compte rendu « échographie » est arrivé de lui-même dans le DMP du patient « Achille »
    Et le compte rendu « échographie » est dans le DMP en CDA R2 de niveau 1
    Et les envois au DMP suivent le guide d'intégration

  @DMP/va1.12.01
  Scénario: L'utilisateur bloque l'envoi d'un compte rendu d'imagerie
    # « avant » et « après » montrent que l'envoi est automatique, et que le blocage ne vaut que pour celui qu'il vise.
    Étant donné un patient « Cyrille » à l'INS qualifiée, dont le DMP est ouvert
    Quand le professionnel valide le compte rendu « avant » du patient « Cyrille »
    Alors le compte rendu « avant » est arrivé de lui-même dans le DMP du patient « Cyrille »
    Quand le professionnel valide le compte rendu « expertise » du patient « Cyrille » en bloquant son envoi au DMP
    Et le professionnel valide le compte rendu « après » du patient « Cyrille »
    Alors le compte rendu « après » est arrivé de lui-même dans le DMP du patient « Cyrille »
    Et le compte rendu bloqué « expertise » n'est pas arrivé dans le DMP du patient « Cyrille »

  @DMP/va1.14.01
  Scénario: Chaque compte rendu d'imagerie arrive au DMP avec le masquage et la visibilité choisis pour lui
    # Chaque code seul puis combiné, chez un adulte et un mineur, à la validation puis entre la validation et l'envoi ; un
    # compte rendu visible de tous, dans chaque dossier, montre qu'un choix ne vaut que pour celui qu'il vise.
    Étant donné un patient « Domitille » à l'INS qualifiée, dont le DMP est ouvert
    Et un patient mineur « Eliott » à l'INS qualifiée, dont le DMP est ouvert
    Quand le professionnel valide ces comptes rendus, avec ce masquage et cette visibilité, et les envoie au DMP
      | compte rendu | patient   | masquage et visibilité                           |
      | IRM          | Domitille | masqué aux professionnels                        |
      | contrôle     | Domitille | visible de tous                                  |
      | scintigraphie | Eliott   | invisible aux représentants légaux               |
      | radiographie | Eliott    | visible de tous                                  |
      | scanner      | Eliott    | invisible au patient et aux représentants légaux |
    Et l'envoi automatique au DMP arrêté, le professionnel valide ces comptes rendus
      | compte rendu  | patient   |
      | mammographie  | Domitille |
      | échographie   | Domitille |
      | bilan osseux  | Eliott    |
    Et le professionnel choisit ce masquage et cette visibilité, puis envoie ces comptes rendus au DMP
      | compte rendu | masquage et visibilité                                        |
      | mammographie | invisible au patient                                          |
      | bilan osseux | masqué aux professionnels, invisible aux représentants légaux |
      | échographie  | visible de tous                                               |
    Alors le logiciel montre ces choix
    Et chaque compte rendu est arrivé au DMP avec le masquage et la visibilité choisis pour lui

  @DMP/va1.09.01
  Scénario: Un compte rendu d'imagerie est modifié puis supprimé dans le DMP
    Étant donné un patient « Faustine » à l'INS qualifiée, dont le DMP est ouvert
    Et un compte rendu « autre examen » du patient « Faustine » envoyé au DMP
    Quand le professionnel valide le compte rendu complet « scanner » du patient « Faustine » et l'envoie au DMP
    Alors le compte rendu complet « scanner » est dans le DMP du patient « Faustine »
    Quand le professionnel modifie le compte rendu « scanner », le valide et l'envoie au DMP
    Alors le compte rendu complet « scanner » est dans le DMP du patient « Faustine »
    Et la nouvelle version du compte rendu « scanner » remplace la précédente dans le DMP du patient « Faustine »
    Quand le professionnel supprime du DMP le document « scanner »
    Alors le document « scanner » est supprimé du DMP, et lui seul
    Et la suppression du document « scanner » suit le guide d'intégration
    Et les envois au DMP suivent le guide d'intégration
