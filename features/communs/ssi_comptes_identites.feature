# language: fr
Fonctionnalité: Identité et coordonnées des professionnels
  Une coordonnée se vérifie, une identité ne change pas sans preuve, et le professionnel en est prévenu.

  @SSI/IE.31.01
  Scénario: L'adresse de messagerie d'un professionnel est vérifiée avant de valoir
    Étant donné deux professionnels, chacun avec son adresse de messagerie
      | compte        | nom         | prénom |
      | la professionnelle | ÉTIENNE-ROY | Maïwen |
      | le technicien | O'HARA      | Joël   |
    Alors l'adresse de « la professionnelle » attend d'être vérifiée
    Et l'adresse de « le technicien » attend d'être vérifiée
    Et un message de vérification est reçu par « la professionnelle »
    Et un message de vérification est reçu par « le technicien »
    Quand « la professionnelle » confirme son adresse avec le code reçu par « le technicien »
    Alors l'adresse de « la professionnelle » n'est pas vérifiée par ce code
    Quand « la professionnelle » confirme son adresse avec son propre message
    Alors l'adresse de « la professionnelle » est vérifiée
    Et l'adresse de « le technicien » attend d'être vérifiée
    # À chaque modification aussi.
    Quand l'administrateur change l'adresse de messagerie de « la professionnelle »
    Alors l'adresse de « la professionnelle » attend d'être vérifiée
    Et un message de vérification est reçu par « la professionnelle »
    Quand « la professionnelle » confirme son adresse avec son propre message
    Alors l'adresse de « la professionnelle » est vérifiée

  @SSI/IE.32.01
  Scénario: Une modification d'identité est vérifiée puis annoncée au professionnel
    Étant donné deux professionnels, chacun avec son adresse de messagerie
      | compte        | nom      | prénom | téléphone |
      | la professionnelle | FRANÇOIS | Zélie  |           |
      | le technicien | D'ORNANO | Côme   | oui       |
    Et « la professionnelle » a confirmé son adresse
    Et « le technicien » a confirmé son adresse
    Et « la professionnelle » s'est connectée
    Et « le technicien » s'est connecté
    # Les demandes refusées viennent après : le message, même tardif, de l'une d'elles ne peut être pris pour la notification.
    Quand « la professionnelle » demande de changer son nom en « FRANÇOIS-LÉVÊQUE » avec une pièce valable
    Alors « la professionnelle » porte le nom « FRANÇOIS-LÉVÊQUE »
    Et « la professionnelle » est prévenue à son ancienne adresse
    Quand « le technicien » demande de changer d'adresse de messagerie
    Alors « le technicien » est prévenu à son ancienne adresse
    Et « le technicien » est prévenu aussi par téléphone
    Quand « le technicien » demande de changer son nom en « D'ORNANO-LE GUEN » sans rien présenter
    Alors « le technicien » garde son nom
    Quand « le technicien » demande de changer son nom en « D'ORNANO-LE GUEN » avec une pièce non valable
    Alors « le technicien » garde son nom

  @SSI/IE.33.01
  Scénario: Les attributs d'identité d'un professionnel sont gérés
    Étant donné des professionnels publiés par l'Annuaire Santé, aux noms uniques
      | professionnel | nom            | prénom   | profession |
      | la professionnelle | VALÉRY-D'AUBE  | Françoise | Médecin    |
      | le pharmacien | MUÑOZ          | Gaël     | Pharmacien |
    Et le logiciel est à jour de l'Annuaire Santé
    Quand l'administrateur déclare le compte de « la professionnelle » avec un identifiant privé et une structure
    Et l'administrateur déclare le compte de « le pharmacien » avec un identifiant privé et une structure
    Et l'administrateur déclare un compte « la secrétaire » sans RPPS, de profession « Secrétaire médicale »
    Alors le compte « la professionnelle » montre les attributs déclarés et son RPPS
    Et le compte « le pharmacien » montre les attributs déclarés et son RPPS
    Et le compte « la secrétaire » montre les attributs déclarés
    Et un second compte avec l'identifiant privé de « le pharmacien » est refusé
