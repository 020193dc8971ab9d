# language: fr
Fonctionnalité: Mots de passe des comptes
  Les mots de passe des essais sont tirés au hasard ; chaque critère est éprouvé seul, et un mot de passe conforme passe.

  @SSI/IAM.92.01
  Scénario: La politique des comptes à privilège s'applique
    Étant donné la politique des comptes à privilège réglée à 15 caractères, 5 échecs et 30 jours
    Et un compte à privilège « l'exploitante » dont le mot de passe a déjà changé une fois
    Et un compte à privilège « le superviseur »
    Quand 29 jours passent
    Alors « l'exploitante » se connecte encore
    Quand 2 jours passent
    Alors « l'exploitante » doit changer de mot de passe
    Et « l'exploitante » se voit refuser un mot de passe de 14 caractères
    Et « l'exploitante » se voit refuser un mot de passe sans majuscule
    Et « l'exploitante » se voit refuser un mot de passe sans chiffre
    Et « l'exploitante » se voit refuser un mot de passe sans caractère spécial
    Et « l'exploitante » se voit refuser son mot de passe d'avant
    Et le compte « l'exploitante » est bloqué par ces changements refusés
    Et un mot de passe conforme n'est plus accepté de « l'exploitante »
    Quand l'administrateur débloque « l'exploitante »
    Alors « l'exploitante » prend un mot de passe de 15 caractères
    Et seul le nouveau mot de passe de « l'exploitante » ouvre une session
    # Les critères que le scénario officiel n'éprouve pas, et le blocage à la connexion.
    Quand « le superviseur » prend un mot de passe conforme
    Alors « le superviseur » se voit refuser un mot de passe sans minuscule
    Et « le superviseur » prend un mot de passe de 15 caractères
    Quand « le superviseur » échoue à se connecter jusqu'au blocage
    Alors le compte « le superviseur » est bloqué par ces connexions manquées
    Et le bon mot de passe n'ouvre plus la session de « le superviseur »
    Quand l'administrateur débloque « le superviseur »
    Alors le bon mot de passe ouvre la session de « le superviseur »
    # La politique est réglable : une autre longueur s'applique.
    Étant donné la politique des comptes à privilège réglée à 18 caractères, 10 échecs et 30 jours
    Alors « le superviseur » se voit refuser un mot de passe de 17 caractères
    Et « le superviseur » prend un mot de passe de 18 caractères

  @SSI/IE.36.01
  Scénario: Les tentatives de connexion par mot de passe sont limitées
    Étant donné des comptes de professionnels dans le logiciel
      | compte        | nom         | prénom  | permissions  |
      | la professionnelle | HERVÉ-DOLTO | Solène  | consultation |
      | le technicien | N'DIAYE     | Raphaël | consultation |
    Et « la professionnelle » s'est connectée
    Quand « la professionnelle » essaie de mauvais mots de passe jusqu'à une restriction
    Alors les tentatives de « la professionnelle » sont limitées
    Et le bon mot de passe n'ouvre rien à « la professionnelle » pendant la restriction
    Et « le technicien » se connecte sans être touché

  @SSI/IE.36.02
  Scénario: Un mot de passe trop faible est refusé à un professionnel
    Quand un professionnel essaie de prendre chacun de ces mots de passe
      | jeux                              | longueur |
      | minuscules et majuscules          | 8        |
      | minuscules et chiffres            | 8        |
      | minuscules et caractères spéciaux | 8        |
      | chiffres                          | 14       |
      | tous les jeux                     | 20       |
    Et un compte est déclaré avec chacun de ces mots de passe
      | jeux                              | longueur |
      | minuscules et majuscules          | 8        |
      | minuscules et chiffres            | 8        |
      | minuscules et caractères spéciaux | 8        |
      | chiffres                          | 14       |
      | tous les jeux                     | 20       |
    Alors seuls les mots de passe forts sont acceptés
