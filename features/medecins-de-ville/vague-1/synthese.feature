# language: fr
Fonctionnalité: Volet de synthèse médicale et rappels de sa mise à jour
  Le médecin génère la synthèse d'un patient d'après son dossier, et des rappels réglés lui disent lesquelles revoir.

  @DOC/va1.14.01
  Scénario: La synthèse d'un patient se génère en CDA R2 N3, ses données dans leurs sections
    # Deux patients, deux dossiers : une synthèse figée ne passe pas. Les entrées codées du volet ont leurs propres règles,
    # que joue l'espace de tests d'interopérabilité : son rapport reste à apporter.
    Étant donné un patient « Yolande » dont le statut est « identité qualifiée »
    Et un patient « Zacharie » dont le statut est « identité qualifiée »
    Et le dossier médical du patient « Yolande »
      | rubrique           | contenu                                |
      | pathologie         | Diabète de type 2                      |
      | pathologie         | Hypertension artérielle essentielle    |
      | antécédent         | Appendicectomie en 1998                |
      | allergie           | Pénicilline, urticaire                 |
      | facteur de risque  | Tabac, 15 paquets-années, sevrée       |
      | point de vigilance | Clairance de la créatinine à 52 mL/min |
      | traitement         | METFORMINE 1000 mg, matin et soir      |
    Et le dossier médical du patient « Zacharie »
      | rubrique           | contenu                            |
      | pathologie         | Insuffisance cardiaque gauche      |
      | allergie           | Iode, œdème de Quincke             |
      | point de vigilance | Fraction d'éjection à 35 %         |
      | traitement         | FUROSÉMIDE 40 mg, le matin         |
    Quand le professionnel génère le volet de synthèse médicale « synthèse de Yolande » du patient « Yolande »
    Et le professionnel génère le volet de synthèse médicale « synthèse de Zacharie » du patient « Zacharie »
    Alors « synthèse de Yolande » est un volet de synthèse médicale en CDA R2 N3
    Et « synthèse de Yolande » porte dans leurs sections les données du dossier, et rien de celui d'un autre
    Et « synthèse de Zacharie » est un volet de synthèse médicale en CDA R2 N3
    Et « synthèse de Zacharie » porte dans leurs sections les données du dossier, et rien de celui d'un autre
    Et le rapport de l'espace de tests d'interopérabilité sur ce volet reste à apporter

  @DOC/va1.11.01
  Scénario: Les rappels réglés disent quelles synthèses mettre à jour
    # Un rappel par critère ; un patient par critère et un qui ne répond à aucun, à la synthèse ancienne ; un dernier répond à
    # un critère, mais sa synthèse est récente : la périodicité compte.
    Étant donné un patient « Abel » dont le statut est « identité qualifiée »
    Et un patient « Blanche » dont le statut est « identité qualifiée »
    Et un patient « Cyprien » dont le statut est « identité qualifiée »
    Et un patient « Dorothée » dont le statut est « identité qualifiée »
    Et un patient « Émeline » dont le statut est « identité qualifiée »
    Et le dossier médical du patient « Abel »
      | rubrique   | contenu           |
      | pathologie | Diabète de type 1 |
    Et le dossier médical du patient « Blanche »
      | rubrique   | contenu              |
      | pathologie | Asthme persistant    |
      | protocole  | Asalée               |
    Et le dossier médical du patient « Cyprien »
      | rubrique   | contenu               |
      | pathologie | Sclérose en plaques   |
      | ALD        | oui                   |
    Et le dossier médical du patient « Dorothée »
      | rubrique   | contenu     |
      | pathologie | Migraine    |
    Et le dossier médical du patient « Émeline »
      | rubrique   | contenu           |
      | pathologie | Diabète de type 2 |
    Et un volet de synthèse médicale du patient « Abel » généré il y a 800 jours
    Et un volet de synthèse médicale du patient « Blanche » généré il y a 800 jours
    Et un volet de synthèse médicale du patient « Cyprien » généré il y a 800 jours
    Et un volet de synthèse médicale du patient « Dorothée » généré il y a 800 jours
    Et un volet de synthèse médicale du patient « Émeline » généré il y a 10 jours
    Quand le professionnel règle ces rappels de mise à jour de la synthèse médicale
      | rappel        | critère    | valeur  | tous les  | affichage                 |
      | diabétiques   | diagnostic | Diabète | 180 jours | à l'ouverture du dossier  |
      | suivis Asalée | protocole  | Asalée  | 90 jours  | à l'ouverture du logiciel |
      | ALD           | ALD        |         | 365 jours | à l'ouverture du dossier  |
    Alors chaque rappel est tel que réglé
    Et les synthèses à mettre à jour sont celles de « Abel », « Blanche », « Cyprien », et pas celle de « Dorothée »
    Et la synthèse du patient « Émeline », plus jeune que la période, n'est pas à mettre à jour

  @DOC/va1.13.01
  Scénario: L'utilisateur modifie un rappel, et la liste suit
    Étant donné un patient « Édouard » dont le statut est « identité qualifiée »
    Et un patient « Flore » dont le statut est « identité qualifiée »
    Et le dossier médical du patient « Édouard »
      | rubrique   | contenu                     |
      | pathologie | Hypertension artérielle     |
    Et le dossier médical du patient « Flore »
      | rubrique   | contenu                     |
      | pathologie | Cancer du sein en rémission |
    Et un volet de synthèse médicale du patient « Édouard » généré il y a 500 jours
    Et un volet de synthèse médicale du patient « Flore » généré il y a 500 jours
    Quand le professionnel règle ces rappels de mise à jour de la synthèse médicale
      | rappel | critère    | valeur       | tous les  | affichage                 |
      | suivi  | diagnostic | Hypertension | 240 jours | à l'ouverture du logiciel |
    Alors chaque rappel est tel que réglé
    Et les synthèses à mettre à jour sont celles de « Édouard », et pas celle de « Flore »
    Quand le professionnel modifie ces rappels de mise à jour de la synthèse médicale
      | rappel | critère    | valeur | tous les  | affichage                |
      | suivi  | diagnostic | Cancer | 120 jours | à l'ouverture du dossier |
    Alors chaque rappel est tel que réglé
    Et les synthèses à mettre à jour sont celles de « Flore », et pas celle de « Édouard »
