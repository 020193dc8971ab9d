# language: fr
Fonctionnalité: Résultat d'imagerie à annoncer au patient
  Tant que le résultat n'a pas été annoncé, le patient ne le trouve ni dans son DMP, ni dans sa messagerie.

  @CRI/va1.02.01
  Scénario: Un compte rendu à annoncer est invisible au patient, et ne lui est pas envoyé
    # « avant » et « après », du même patient, sont visibles et lui parviennent : le besoin d'annonce ne vaut que pour son
    # compte rendu, et c'est lui qui retient l'envoi. Le dernier clôt l'observation. La vidéo des écrans reste à joindre.
    Étant donné un patient « Marceline » à l'INS qualifiée, dont Mon espace santé est ouvert
    Et un DMP ouvert au patient « Marceline »
    Et l'envoi automatique par MSSanté aux patients
    Quand le professionnel valide pour le patient « Marceline » le compte rendu « avant » en CDA de niveau 1
    Alors le compte rendu « avant » est dans le DMP, visible de tous
    Et le compte rendu « avant » est arrivé de lui-même au patient
    Quand le professionnel valide pour le patient « Marceline » le compte rendu « à annoncer », en indiquant qu'une annonce est nécessaire
    Alors le compte rendu « à annoncer » est dans le DMP, invisible au patient
    Quand le professionnel valide pour le patient « Marceline » le compte rendu « après » en CDA de niveau 1
    Alors le compte rendu « après » est dans le DMP, visible de tous
    Et le compte rendu « après » est arrivé de lui-même au patient
    Et rien n'est parti par MSSanté au patient pour le compte rendu à annoncer « à annoncer »

  @CRI/va1.03.01
  Scénario: L'annonce faite rend le compte rendu visible au DMP, et l'envoie au patient
    # Deux résultats à annoncer, un seul l'est : l'autre reste invisible et retenu. « clair » clôt la première observation,
    # l'envoi du compte rendu annoncé la seconde. La vidéo et la capture du web PS restent à joindre.
    Étant donné un patient « Nathanaël » à l'INS qualifiée, dont Mon espace santé est ouvert
    Et le professionnel dont l'autorisation sur le DMP du patient « Nathanaël » est valide
    Et l'envoi automatique par MSSanté aux patients
    Quand le professionnel valide pour le patient « Nathanaël » le compte rendu « scanner », en indiquant qu'une annonce est nécessaire
    Alors le compte rendu « scanner » est dans le DMP, invisible au patient
    Quand le professionnel valide pour le patient « Nathanaël » le compte rendu « IRM », en indiquant qu'une annonce est nécessaire
    Alors le compte rendu « IRM » est dans le DMP, invisible au patient
    Quand le professionnel valide pour le patient « Nathanaël » le compte rendu « clair » en CDA de niveau 1
    Alors le compte rendu « clair » est dans le DMP, visible de tous
    Et le compte rendu « clair » est arrivé de lui-même au patient
    Et rien n'est parti par MSSanté au patient pour le compte rendu à annoncer « scanner »
    Quand le professionnel enregistre que l'annonce du compte rendu « scanner » a été faite
    Alors le compte rendu « scanner », annoncé, est visible du patient dans le DMP, et lui seul a changé
    Et le compte rendu « scanner » est arrivé de lui-même au patient
    Et rien n'est parti par MSSanté au patient pour le compte rendu à annoncer « IRM »
