# language: fr
Fonctionnalité: Traces du cycle de vie des comptes
  Chaque opération est tracée avec sa date, son heure, son auteur, sa nature et son résultat ; jamais un mot de passe.

  @SSI/IAM.91.01
  Scénario: Les modifications d'attributs d'identité sont tracées
    Étant donné des comptes de professionnels dans le logiciel
      | compte        | nom          | prénom | permissions  |
      | la professionnelle | BÉNARD-LUÇON | Maëlle | consultation |
      | le technicien | O'NEILL      | Benoît | consultation |
    Quand l'administrateur modifie « la professionnelle »
      | nom            |
      | LUÇON-MONTIGNY |
    Et le super utilisateur modifie « le technicien »
      | prénom | profession |
      | René   | 21         |
    Alors ces opérations sont dans les traces des comptes
    Et aucun mot de passe n'est dans les traces des comptes

  @SSI/IAM.91.02
  Scénario: Les modifications de permissions sont tracées
    Étant donné des comptes de professionnels dans le logiciel
      | compte        | nom          | prénom  | permissions          |
      | la professionnelle | DES ÉTANGS   | Gaëlle  | consultation, export |
      | le technicien | LÉGER-D'HUEZ | Stéphan | consultation         |
    Quand l'administrateur donne à « la professionnelle » les permissions « consultation, biologie »
    Et le super utilisateur donne à « le technicien » les permissions « impression »
    Alors ces opérations sont dans les traces des comptes

  @SSI/IAM.91.03
  Scénario: Les tentatives de connexion, réussies et manquées, sont tracées
    Étant donné des comptes de professionnels dans le logiciel
      | compte        | nom         | prénom     | permissions  |
      | la professionnelle | CRÉPIN-BÄHR | Clémentine | consultation |
      | le technicien | D'HÉRICOURT | Noé        | consultation |
    Quand « la professionnelle » échoue à se connecter
    Et « la professionnelle » se connecte
    Et « le technicien » se connecte
    Et « le technicien » échoue à se connecter
    Et « le technicien » échoue à se connecter
    Alors ces opérations sont dans les traces des comptes
    Et aucun mot de passe n'est dans les traces des comptes

  @SSI/IAM.91.04
  Scénario: Les changements de mot de passe, réussis et refusés, sont tracés
    Étant donné des comptes de professionnels dans le logiciel
      | compte        | nom          | prénom | permissions  |
      | la professionnelle | VAÏSSE-ROUX  | Adèle  | consultation |
      | le technicien | L'HÔTELLIER  | Théo   | consultation |
    Et « la professionnelle » s'est connectée
    Et « le technicien » s'est connecté
    Quand « la professionnelle » se voit refuser un nouveau mot de passe
    Et « la professionnelle » change de mot de passe
    Et « le technicien » change de mot de passe
    Et « le technicien » se voit refuser un nouveau mot de passe
    Alors ces opérations sont dans les traces des comptes
    Et aucun mot de passe n'est dans les traces des comptes
