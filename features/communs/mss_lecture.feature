# language: fr
Fonctionnalité: Courriels MSSanté lus et documents intégrés
  La liste se lit sans préfixe technique ; les documents d'une archive jointe entrent au dossier tels qu'ils sont arrivés.

  @MSS/UX.28.01
  Scénario: Le préfixe technique ne se voit pas dans la liste des courriels reçus
    # Deux boîtes, deux usagers ; le courriel ordinaire montre que rien d'autre n'est ôté de l'objet.
    Étant donné un patient « Yolande » à l'INS qualifiée, dont Mon espace santé est ouvert
    Et un patient « Zéphyrin » à l'INS qualifiée, dont Mon espace santé est ouvert
      | champ            | valeur              |
      | nom de naissance | D'ARGENT-SAINT-CLAIR |
    Et un courriel « transmission d'un confrère » portant les documents du patient « Yolande », reçu par le professionnel
    Et un courriel « seconde transmission » portant les documents du patient « Zéphyrin », reçu par un autre professionnel
    Et un courriel « Question sur l'archive XDM » reçu par le professionnel
    Quand le professionnel relève la boîte du courriel « transmission d'un confrère »
    Et un autre professionnel relève la boîte du courriel « seconde transmission »
    Et le professionnel relève la boîte du courriel « Question sur l'archive XDM »
    Alors la liste des courriels reçus montre l'objet du courriel « transmission d'un confrère » sans le préfixe technique
    Et la liste des courriels reçus montre l'objet du courriel « seconde transmission » sans le préfixe technique
    Et la liste des courriels reçus montre l'objet du courriel « Question sur l'archive XDM » tel quel

  @MSS/UX.39.01
  Scénario: Les CDA d'une archive jointe sont intégrés au dossier de l'usager
    Étant donné un patient « Alphonse » à l'INS qualifiée, dont Mon espace santé est ouvert
    Et un patient « Blandine » à l'INS qualifiée, dont Mon espace santé est ouvert
    Et un courriel « deux documents » portant les documents du patient « Alphonse », reçu par le professionnel
    Et un courriel « deux autres documents » portant les documents du patient « Blandine », reçu par le professionnel
    Quand le professionnel ouvre le courriel « deux documents »
    Et le professionnel intègre les documents du courriel « deux documents »
    Et le professionnel intègre les documents du courriel « deux autres documents »
    Alors les documents du courriel « deux documents » sont au dossier du patient « Alphonse »
    Et les documents du courriel « deux autres documents » sont au dossier du patient « Blandine »
    Et chaque CDA du courriel « deux documents » est intégré, tel que reçu
    Et chaque CDA du courriel « deux autres documents » est intégré, tel que reçu

  @MSS/UX.34.01
  Scénario: L'accusé de lecture demandé par un courriel reçu est rendu
    # Deux boîtes, deux émetteurs ; le courriel qui ne demande rien, lu de la même façon, n'en reçoit pas.
    Étant donné un courriel « Avis à me confirmer » qui demande un accusé de lecture, reçu par le professionnel
    Et un courriel « Résultat à relire » qui demande un accusé de lecture, reçu par un autre professionnel
    Et un courriel « Simple information » reçu par le professionnel
    Quand le professionnel ouvre le courriel « Avis à me confirmer » et accepte d'en accuser la lecture
    Et un autre professionnel ouvre le courriel « Résultat à relire » et accepte d'en accuser la lecture
    Et le professionnel ouvre le courriel « Simple information » et accepte d'en accuser la lecture
    Alors l'accusé de lecture du courriel « Avis à me confirmer » est rendu à qui l'a demandé
    Et l'accusé de lecture du courriel « Résultat à relire » est rendu à qui l'a demandé
    Et chaque accusé de lecture émis répond à une demande, dans la forme d'un accusé
