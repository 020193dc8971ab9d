# language: fr
Fonctionnalité: Documents d'un dossier patient informatisé destinés au DMP
  Le professionnel choisit qui verra chaque document ; le choix accompagne le document jusqu'à la plateforme.

  @DMP/va1.04.01
  Scénario: Le masquage et la visibilité se règlent document par document
    # Cas 1 : masquage aux professionnels. Cas 2 : visibilité au patient, puis à ses représentants légaux (un mineur). Les
    # documents visibles de tous, avant, entre et après, montrent qu'un choix ne vaut que pour son document. La vidéo des
    # écrans reste à joindre. Que l'envoi soit automatique n'est pas jugé ici.
    Étant donné un patient « Gédéon » dont le statut est « identité qualifiée »
    Et un patient mineur « Hermine » à l'INS qualifiée, dont le DMP est ouvert
    Quand l'administrateur fait transmettre les comptes rendus à la plateforme d'intermédiation en N1
    Et le professionnel valide ces comptes rendus, avec leurs destinataires
      | compte rendu                | patient | masquage et visibilité                                        | connexion secrète |
      | sortie de Gédéon            | Gédéon  | visible de tous                                               | non               |
      | lettre masquée              | Gédéon  | masqué aux professionnels                                     | non               |
      | lettre à annoncer           | Gédéon  | invisible au patient                                          | non               |
      | contrôle de Gédéon          | Gédéon  | visible de tous                                               | non               |
      | lettre d'Hermine            | Hermine | invisible aux représentants légaux                            | non               |
      | suite d'Hermine             | Hermine | invisible au patient et aux représentants légaux              | non               |
      | lettre masquée d'Hermine    | Hermine | masqué aux professionnels, invisible aux représentants légaux | non               |
      | contrôle d'Hermine          | Hermine | visible de tous                                               | non               |
    Alors chaque document rouvert montre le masquage et la visibilité choisis pour lui
    Et chaque message dit le masquage et la visibilité choisis pour son document, et eux seuls
