# language: fr
Fonctionnalité: Reprise de l'historique vers le DMP
  Les documents des épisodes passés rejoignent le DMP avec leur date, leurs auteurs et leur type,
  choisis par l'utilisateur ou repris automatiquement selon des filtres.

  @DMP/HISTO.01.01
  Scénario: Le dossier montre ce qui a été envoyé au DMP
    # L'état attendu est lu dans le registre du DMP, non dans ce que le logiciel a annoncé.
    Étant donné un patient « Tancrède » à l'INS qualifiée, dont le DMP est ouvert
    Et des documents anciens dans le logiciel
      | document   | patient  | date de l'acte   |
      | jamais     | Tancrède | 04/02/2022 09:00 |
      | refusé     | Tancrède | 05/02/2022 09:00 |
      | enregistré | Tancrède | 06/02/2022 09:00 |
    Et un compte rendu « bilan » du patient « Tancrède » envoyé au DMP
    Et le document « enregistré » déjà envoyé au DMP
    Et un DMP qui refuse le prochain envoi
    Quand le professionnel essaie d'envoyer au DMP le document « refusé »
    Et le professionnel affiche les documents du patient « Tancrède »
    Alors l'état d'envoi montré pour « jamais », « refusé », « enregistré », « bilan » est celui du DMP, lisible par l'utilisateur

  @DMP/HISTO.03
  Scénario: Un document ancien garde la date de son acte
    Étant donné un patient « Ulysse » à l'INS qualifiée, dont le DMP est ouvert
    Et des documents anciens dans le logiciel
      | document | patient | type                         | date de l'acte   |
      | été      | Ulysse  | compte rendu de consultation | 14/07/2021 23:30 |
      | hiver    | Ulysse  | lettre de liaison            | 05/01/2023 08:10 |
    Quand le professionnel envoie au DMP du patient « Ulysse » les documents « été » et « hiver »
    Alors les documents « été » et « hiver » portent la date de leur acte
    Et les envois au DMP suivent le guide d'intégration

  @DMP/HISTO.04
  Scénario: La structure devient auteur quand l'auteur a quitté le RPPS
    Étant donné un patient « Valérie » à l'INS qualifiée, dont le DMP est ouvert
    Et des documents anciens dans le logiciel
      | document     | patient | date de l'acte   | auteur                |
      | du parti     | Valérie | 14/07/2021 09:30 | plus inscrit au RPPS  |
      | de retraitée | Valérie | 18/11/2020 11:00 | plus inscrite au RPPS |
    Quand la personne morale envoie au DMP du patient « Valérie » les documents « du parti » et « de retraitée »
    Alors la structure est un des auteurs des documents « du parti » et « de retraitée » et de leurs lots, avec l'auteur initial

  @DMP/HISTO.05.01
  Scénario: L'utilisateur choisit un document ancien et l'envoie
    Étant donné un patient « Walter » à l'INS qualifiée, dont le DMP est ouvert
    Et un patient « Wanda » à l'INS seulement récupérée, dont le DMP est ouvert
    Et un patient « Wilfrid » à l'INS qualifiée, dont le DMP est ouvert
    Et des documents anciens dans le logiciel
      | document         | patient | date de l'acte   |
      | premier épisode  | Walter  | 14/07/2021 09:30 |
      | deuxième épisode | Walter  | 02/02/2022 09:30 |
      | non qualifié     | Wanda   | 14/07/2021 09:30 |
    Quand le professionnel essaie d'envoyer au DMP le document « non qualifié »
    Et le professionnel envoie au DMP du patient « Walter » le document « premier épisode »
    Étant donné un envoi demandé ensuite pour le patient « Wilfrid », qui clôt l'observation
    Alors seuls les documents choisis sont arrivés au DMP
    Et le document « premier épisode » porte la date de son acte
    Et le document « non qualifié » n'est pas parti, l'INS du patient « Wanda » n'étant pas qualifiée

  @DMP/HISTO.06.01
  Scénario: La reprise écarte ce que les filtres par défaut écartent
    Étant donné un patient « Xavier » à l'INS qualifiée, dont le DMP est ouvert
    Et un patient « Ximena » à l'INS qualifiée, dont le DMP est ouvert
    Et un patient « Xénia » à l'INS qualifiée, dont le DMP est ouvert
    Et un patient « Xerxès » à l'INS seulement récupérée, dont le DMP est ouvert
    Et un patient « Xanthe » à l'INS qualifiée, dont le DMP est ouvert
    Et des documents anciens dans le logiciel
      | document        | patient | date de l'acte   |
      | à reprendre     | Xavier  | 14/07/2021 09:30 |
      | déjà envoyé     | Xavier  | 15/07/2021 09:30 |
      | du décédé       | Ximena  | 14/07/2021 09:30 |
      | de l'opposée    | Xénia   | 14/07/2021 09:30 |
      | du non qualifié | Xerxès  | 14/07/2021 09:30 |
    Et le document « déjà envoyé » déjà envoyé au DMP
    Et le patient « Ximena » marqué décédé dans le logiciel
    Et le patient « Xénia » opposé à l'alimentation de son DMP dans le logiciel
    Quand le professionnel lance la reprise d'historique pour les patients « Xavier », « Ximena », « Xénia » et « Xerxès »
    Étant donné un envoi demandé ensuite pour le patient « Xanthe », qui clôt l'observation
    Alors la reprise envoie « à reprendre » et écarte
      | document        | motif                             |
      | déjà envoyé     | document déjà enregistré          |
      | du décédé       | patient décédé                    |
      | de l'opposée    | opposition cochée                 |
      | du non qualifié | INS non qualifiée                 |

  @DMP/HISTO.06.02
  Scénario: La reprise suit les types et la période réglés
    Étant donné un patient « Yann » à l'INS qualifiée, dont le DMP est ouvert
    Et un patient « Yolande » à l'INS qualifiée, dont le DMP est ouvert
    Et un patient « Yvette » à l'INS qualifiée, dont le DMP est ouvert
    Et des documents anciens dans le logiciel
      | document        | patient | type                         | date de l'acte   |
      | consultation    | Yann    | compte rendu de consultation | 14/07/2021 09:30 |
      | lettre          | Yolande | lettre de liaison            | 10/10/2021 09:30 |
      | autre type      | Yann    | compte rendu hospitalier     | 14/07/2021 11:30 |
      | trop ancien     | Yolande | compte rendu de consultation | 14/07/2011 09:30 |
      | trop récent     | Yann    | lettre de liaison            | 14/07/2023 09:30 |
    Quand l'administrateur donne au type local des « compte rendu de consultation » le type « compte rendu hospitalier » du DMP
    Et le professionnel simule la reprise d'historique pour les patients « Yann » et « Yolande »
      | filtre  | valeur                                          |
      | types   | compte rendu de consultation, lettre de liaison |
      | acte du | 01/01/2021                                      |
      | acte au | 31/12/2021                                      |
    Alors la simulation annonce « consultation » et « lettre » sans rien envoyer
    Quand le professionnel lance la reprise d'historique pour les patients « Yann » et « Yolande »
      | filtre  | valeur                                          |
      | types   | compte rendu de consultation, lettre de liaison |
      | acte du | 01/01/2021                                      |
      | acte au | 31/12/2021                                      |
    Étant donné un envoi demandé ensuite pour le patient « Yvette », qui clôt l'observation
    Alors la reprise envoie « consultation » et « lettre » et écarte
      | document    | motif                |
      | autre type  | type non retenu      |
      | trop ancien | acte avant la période |
      | trop récent | acte après la période |
    Et chaque document repris porte le type du DMP donné à son type local
    # Le scénario officiel demande aussi ces réglages, que l'exigence de biologie ne porte pas.
    Et le réglage du déclencheur, de l'unité de soins et du rattrapage planifié reste à montrer

  @DMP/HISTO.06.03
  Scénario: La reprise ne dépasse pas la vitesse réglée
    # Le texte officiel demande au moins le réglage ; on mesure aussi son effet.
    Étant donné un patient « Zacharie » à l'INS qualifiée, dont le DMP est ouvert
    Et un patient « Zélie » à l'INS qualifiée, dont le DMP est ouvert
    Et des documents anciens dans le logiciel
      | document  | patient  | date de l'acte   |
      | premier   | Zacharie | 14/07/2021 09:30 |
      | deuxième  | Zacharie | 15/07/2021 09:30 |
      | troisième | Zacharie | 16/07/2021 09:30 |
      | quatrième | Zélie    | 17/07/2021 09:30 |
      | cinquième | Zélie    | 18/07/2021 09:30 |
    Quand l'administrateur limite l'alimentation du DMP à 4 transactions par seconde
    Et le professionnel lance la reprise d'historique pour les patients « Zacharie » et « Zélie »
    Alors la reprise envoie « premier », « deuxième », « troisième », « quatrième » et « cinquième »
    Et le DMP n'a jamais reçu plus de 4 envois par seconde

  @DMP/HISTO.06.04
  Scénario: La reprise cumule filtres, réglages et vitesse
    Étant donné un patient « Ambre » à l'INS qualifiée, dont le DMP est ouvert
    Et un patient « Aristide » à l'INS qualifiée, dont le DMP est ouvert
    Et un patient « Armelle » à l'INS qualifiée, dont le DMP est ouvert
    Et un patient « Athanase » à l'INS seulement récupérée, dont le DMP est ouvert
    Et des documents anciens dans le logiciel
      | document        | patient  | type                         | date de l'acte   |
      | premier         | Ambre    | compte rendu de consultation | 14/07/2021 09:30 |
      | deuxième        | Ambre    | lettre de liaison            | 15/07/2021 09:30 |
      | troisième       | Ambre    | compte rendu de consultation | 16/07/2021 09:30 |
      | quatrième       | Ambre    | lettre de liaison            | 17/07/2021 09:30 |
      | cinquième       | Ambre    | lettre de liaison            | 18/07/2021 09:30 |
      | déjà envoyé     | Ambre    | lettre de liaison            | 19/07/2021 09:30 |
      | autre type      | Ambre    | compte rendu hospitalier     | 20/07/2021 09:30 |
      | hors période    | Ambre    | lettre de liaison            | 20/07/2015 09:30 |
      | du décédé       | Aristide | lettre de liaison            | 14/07/2021 09:30 |
      | de l'opposée    | Armelle  | lettre de liaison            | 14/07/2021 09:30 |
      | du non qualifié | Athanase | lettre de liaison            | 14/07/2021 09:30 |
    Et le document « déjà envoyé » déjà envoyé au DMP
    Et le patient « Aristide » marqué décédé dans le logiciel
    Et le patient « Armelle » opposé à l'alimentation de son DMP dans le logiciel
    Quand l'administrateur limite l'alimentation du DMP à 4 transactions par seconde
    Et le professionnel lance la reprise d'historique pour les patients « Ambre », « Aristide », « Armelle » et « Athanase »
      | filtre  | valeur                                          |
      | types   | compte rendu de consultation, lettre de liaison |
      | acte du | 01/01/2021                                      |
      | acte au | 31/12/2021                                      |
    Alors la reprise envoie « premier », « deuxième », « troisième », « quatrième » et « cinquième » et écarte
      | document        | motif                    |
      | déjà envoyé     | document déjà enregistré |
      | autre type      | type non retenu          |
      | hors période    | acte avant la période    |
      | du décédé       | patient décédé           |
      | de l'opposée    | opposition cochée        |
      | du non qualifié | INS non qualifiée        |
    Et chaque document repris porte le type du DMP donné à son type local
    Et le DMP n'a jamais reçu plus de 4 envois par seconde
    Et les documents repris suivent le guide d'intégration
    Et le réglage du déclencheur, de l'unité de soins et du rattrapage planifié reste à montrer

  @DMP/HISTO.07.01
  Scénario: L'indicateur mensuel de reprise est juste
    # Blaise et Béatrice comptent ; seul Blaise a un document antérieur au DMP. Le séjour antérieur de Bruno est trop
    # vieux, Brune n'en a pas, et le document au DMP de Béatrice est celui du séjour lui-même.
    Étant donné un patient « Blaise » à l'INS qualifiée, dont le DMP est ouvert
    Et un patient « Béatrice » à l'INS qualifiée, dont le DMP est ouvert
    Et un patient « Bruno » à l'INS qualifiée, dont le DMP est ouvert
    Et un patient « Brune » dont le statut est « identité provisoire »
    Et l'indicateur de reprise du mois dernier
    Et des séjours clôturés
      | patient  | fin             | document au DMP |
      | Blaise   | 2 ans avant     | oui             |
      | Blaise   | le mois dernier | non             |
      | Béatrice | 3 ans avant     | non             |
      | Béatrice | le mois dernier | oui             |
      | Bruno    | 7 ans avant     | oui             |
      | Bruno    | le mois dernier | non             |
      | Brune    | le mois dernier | non             |
    Quand le professionnel affiche l'indicateur de reprise du mois dernier
    Alors l'indicateur compte 2 séjours de plus, dont 1 avec un document antérieur au DMP
    Et sa formule est montrée
