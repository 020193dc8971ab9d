# language: fr
Fonctionnalité: Documents reçus par un dossier patient informatisé
  Un document arrive dans une archive IHE_XDM.zip : il est rangé au dossier du bon patient, gardé et montré.

  @HOP/va1.02.01
  Scénario: Les documents d'une archive IHE_XDM.zip s'intègrent au dossier, s'affichent et se conservent
    # L'archive porte un CDA N1 (que nomme le scénario) et un N3 (que nomme l'exigence) ; un homonyme né le même jour montre
    # que c'est l'INS de l'en-tête qui désigne le dossier. Les captures restent à joindre.
    Étant donné un patient « Quentin » dont le statut est « identité qualifiée »
    Et un homonyme « Quentin bis » du patient « Quentin », à l'INS qualifiée
    Et un courriel « sortie de l'hôpital voisin » portant les documents du patient « Quentin bis », reçu par le professionnel
    Et un courriel « bilan de ville » portant les documents du patient « Quentin », reçu par un autre professionnel
    Quand le professionnel intègre les documents du courriel « sortie de l'hôpital voisin »
    Et le professionnel intègre les documents du courriel « bilan de ville »
    Alors les documents du courriel « sortie de l'hôpital voisin » sont au dossier du patient « Quentin bis »
    Et les documents du courriel « bilan de ville » sont au dossier du patient « Quentin »
    Et chaque document du courriel « sortie de l'hôpital voisin » est gardé tel que reçu et s'affiche
    Et chaque document du courriel « bilan de ville » est gardé tel que reçu et s'affiche
