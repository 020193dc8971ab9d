# language: fr
Fonctionnalité: Résultats critiques reçus par un dossier patient informatisé
  Un résultat critique se lit dans le compte rendu structuré : il est signalé à ceux qui prennent le patient en charge.

  # Ces trois exigences sont des facultés : un logiciel qui ne les offre pas le déclare. Les captures restent à joindre.

  @DPI.HOP/va1.10.01
  Scénario: Un résultat interprété AA, HH ou LL est signalé, un résultat normal ne l'est pas
    Étant donné un patient « Rosemonde » dont le statut est « identité qualifiée »
    Et un patient « Séraphin » dont le statut est « identité qualifiée »
    Et les alertes de résultats critiques adressées au prescripteur et à l'équipe de soins
    Quand le logiciel reçoit ces comptes rendus de biologie en CDA N3
      | compte rendu       | patient   | prescrit par     | analyse     | valeur | interprétation      |
      | bilan de contrôle  | Rosemonde | le professionnel | Sodium      | 139    | normal              |
      | ionogramme         | Rosemonde | le professionnel | Potassium   | 7.13   | critique, trop haut |
      | numération         | Séraphin  | le professionnel | Hémoglobine | 4.87   | critique, trop bas  |
      | marqueur cardiaque | Séraphin  | le professionnel | Troponine   | 3.91   | critique            |
    Alors le professionnel est averti de chaque résultat critique, et d'aucun autre

  @DPI.HOP/va1.11.01
  Scénario: L'alerte parvient au prescripteur et à l'équipe, patient présent ou sorti
    Étant donné un patient « Tancrède » dont le statut est « identité qualifiée »
    Et un patient « Ursuline » dont le statut est « identité qualifiée »
    Et les alertes de résultats critiques adressées au prescripteur et à l'équipe de soins
    Et ces prises en charge
      | patient  | service     | équipe                 | sorti |
      | Tancrède | CARDIOLOGIE | l'agent d'accueil      | non   |
      | Ursuline | GÉRIATRIE   | le super utilisateur   | oui   |
    Quand le logiciel reçoit ces comptes rendus de biologie en CDA N3
      | compte rendu | patient  | prescrit par           | analyse   | valeur | interprétation      |
      | ionogramme   | Tancrède | le professionnel       | Potassium | 7.26   | critique, trop haut |
      | glycémie     | Ursuline | un autre professionnel | Glucose   | 1.94   | critique, trop bas  |
    Alors chaque alerte est vue du prescripteur et de l'équipe du patient, et d'eux seuls

  @DPI.HOP/va1.12.01
  Scénario: Un courriel ordinaire avertit, sans donnée de santé, en plus de l'alerte
    Étant donné un patient « Valérien » dont le statut est « identité qualifiée »
    Et les alertes de résultats critiques adressées aussi par courriel
    Quand le logiciel reçoit ces comptes rendus de biologie en CDA N3
      | compte rendu | patient  | prescrit par     | analyse   | valeur | interprétation     |
      | ionogramme   | Valérien | le professionnel | Potassium | 2.07   | critique, trop bas |
    Alors un courriel invite à lire le résultat de « ionogramme », sans aucune donnée de santé, en plus de l'alerte
