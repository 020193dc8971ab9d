# language: fr
Fonctionnalité: Masquage et visibilité d'un compte rendu, réglés pour l'alimentation du DMP
  Le professionnel choisit, compte rendu par compte rendu, de le masquer aux professionnels, de ne pas le montrer au
  patient ou à ses représentants légaux. Le DMP reçoit ce choix, et rien d'autre.

  @DOC/va1.24.01
  Scénario: Chaque compte rendu arrive au DMP avec le masquage et la visibilité choisis pour lui
    # Le texte officiel demande au moins les deux réglages, filmés, et une capture de l'accès web PS de l'environnement
    # de formation du DMP, qui reste à prendre par une personne (DOC/va1.24.01.03). Ici, chaque code est choisi seul puis
    # combiné, chez un adulte et un mineur, à la validation puis entre la validation et l'envoi ; dans chaque dossier,
    # un compte rendu visible de tous montre qu'un choix ne vaut que pour le compte rendu qu'il vise.
    Étant donné un patient « Alix » à l'INS qualifiée, dont le DMP est ouvert
    Et un patient mineur « Basile » à l'INS qualifiée, dont le DMP est ouvert
    Quand le professionnel valide ces comptes rendus, avec ce masquage et cette visibilité, et les envoie au DMP
      | compte rendu      | patient | masquage et visibilité                           |
      | sérologie         | Alix    | masqué aux professionnels                        |
      | contrôle          | Alix    | visible de tous                                  |
      | dépistage         | Basile  | invisible aux représentants légaux               |
      | numération        | Basile  | visible de tous                                  |
      | caryotype         | Basile  | invisible au patient et aux représentants légaux |
    Et l'envoi automatique au DMP arrêté, le professionnel valide ces comptes rendus
      | compte rendu | patient |
      | génétique    | Alix    |
      | ionogramme   | Alix    |
      | toxicologie  | Basile  |
    Et le professionnel choisit ce masquage et cette visibilité, puis envoie ces comptes rendus au DMP
      | compte rendu | masquage et visibilité                                        |
      | génétique    | invisible au patient                                          |
      | toxicologie  | masqué aux professionnels, invisible aux représentants légaux |
      | ionogramme   | visible de tous                                               |
    Alors le logiciel montre ces choix
    Et chaque compte rendu est arrivé au DMP avec le masquage et la visibilité choisis pour lui
