# language: fr
Fonctionnalité: Dispositifs d'authentification propres au logiciel
  Quand le logiciel fournit ses propres dispositifs, il en impose le renouvellement, les désactive en cas de perte, et
  limite dans le temps l'usage d'un seul facteur.

  @SSI/IE.34.01
  Scénario: Le dispositif d'un professionnel se renouvelle à la fréquence réglée pour son type
    Étant donné des professionnels dotés de dispositifs d'authentification
      | compte        | nom           | prénom | dispositifs  |
      | la professionnelle | HÉBERT-N'DOYE | Ambre  | totp         |
      | le technicien | DE LA RUE     | Gaël   | otp_courriel |
    Alors « la professionnelle » se connecte avec son mot de passe et « totp », pas avec un code faux
    Quand l'administrateur fixe à 7200 secondes la validité des dispositifs « totp » des professionnels
    Alors « totp » de « la professionnelle » doit être renouvelé à l'échéance, pas avant
    Et « otp_courriel » de « le technicien », du même âge, n'est pas à renouveler (les dispositifs totp)
    Quand « la professionnelle » renouvelle « totp »
    Alors seul le nouveau secret de « totp » ouvre la session de « la professionnelle »

  @SSI/IE.35.01
  Scénario: Le dispositif perdu ou volé d'un professionnel n'ouvre plus de session
    Étant donné des professionnels dotés de dispositifs d'authentification
      | compte         | nom            | prénom  | dispositifs  |
      | la professionnelle  | CÔTÉ-D'AMBRE   | Noémie  | totp, totp 2 |
      | le technicien  | ÖZTÜRK-LEMAÎTRE | Élie   | totp         |
      | la pharmacienne | SAINT-ANDRÉ   | Maëva   | totp         |
    Alors « la professionnelle » se connecte avec son mot de passe et « totp », pas avec un code faux
    Quand « totp » de « la professionnelle » est déclaré perdu sur l'écran de connexion, sans rien prouver
    Et « totp » de « la professionnelle » est déclaré perdu sur l'écran de connexion, avec un mot de passe faux
    Et « totp » de « la professionnelle » est déclaré perdu sur l'écran de connexion, avec son mot de passe
    Alors « la professionnelle » se connecte toujours avec « totp 2 »
    Et « le technicien » se connecte toujours avec « totp »
    Quand l'administrateur désactive « totp » de « le technicien », déclaré volé
    Alors « la pharmacienne » se connecte toujours avec « totp »
    Et la perte a pu être déclarée par l'une au moins de ces voies

  @SSI/IE.37.01
  Scénario: Un seul facteur suffit dans le délai réglé, plus au-delà
    Étant donné des professionnels dotés de dispositifs d'authentification
      | compte        | nom         | prénom    | dispositifs  |
      | la professionnelle | FAŸ-D'HAUT  | Léopold   | totp, totp 2 |
      | le technicien | PÉREZ-GUYOT | Anaïs     | totp         |
    Quand l'administrateur fixe à 900 secondes le délai d'un seul facteur
    Et « la professionnelle » se connecte avec ses deux facteurs, « totp » compris, puis se déconnecte
    Alors un seul facteur suffit à « la professionnelle » 60 secondes après
    Et un seul facteur ne suffit pas à « le technicien », qui ne s'est pas connecté à deux, comme à « la professionnelle »
    Et « totp 2 » de « la professionnelle », qui n'a pas servi, ne suffit pas seul
    # Une connexion à un facteur ne repousse pas le délai.
    Et un seul facteur suffit à « la professionnelle » 700 secondes après
    Et un second facteur est exigé de « la professionnelle » 960 secondes après, « totp » compris
    # Un autre délai : une constante se verrait.
    Quand l'administrateur fixe à 3600 secondes le délai d'un seul facteur
    Et « la professionnelle » se connecte avec ses deux facteurs, « totp » compris, puis se déconnecte
    Alors un seul facteur suffit à « la professionnelle » 2400 secondes après
    Et un second facteur est exigé de « la professionnelle » 3660 secondes après, « totp » compris

  @SSI/IE.37.02
  Scénario: L'administrateur règle le délai d'un seul facteur
    Étant donné des professionnels dotés de dispositifs d'authentification
      | compte        | nom        | prénom | dispositifs |
      | la professionnelle | MAÏGA-DUPÂ | Théo   | totp        |
    Quand l'administrateur fixe à 1800 secondes le délai d'un seul facteur
    Et « la professionnelle » se connecte avec ses deux facteurs, « totp » compris, puis se déconnecte
    Alors un seul facteur suffit à « la professionnelle » 1500 secondes après
    Quand l'administrateur fixe à 600 secondes le délai d'un seul facteur
    Et « la professionnelle » se connecte avec ses deux facteurs, « totp » compris, puis se déconnecte
    Alors un second facteur est exigé de « la professionnelle » 660 secondes après, « totp » compris

  @SSI/IE.49.01
  Scénario: Le dispositif d'un usager se renouvelle à la fréquence réglée pour son type
    Étant donné des usagers dotés de dispositifs d'authentification
      | compte     | nom        | prénoms        | dispositifs  |
      | la patiente | LE GOFF   | ROZENN MARIE   | totp         |
      | le patient | D'ALMEIDA  | JEAN-BAPTISTE  | otp_courriel |
    Et des professionnels dotés de dispositifs d'authentification
      | compte        | nom       | prénom | dispositifs |
      | la professionnelle | AUGÉ-ROUX | Célia  | totp        |
    Alors « la patiente » se connecte avec son mot de passe et « totp », pas avec un code faux
    Quand l'administrateur fixe à 5400 secondes la validité des dispositifs « totp » des usagers
    Alors « totp » de « la patiente » doit être renouvelé à l'échéance, pas avant
    Et « otp_courriel » de « le patient », du même âge, n'est pas à renouveler (les dispositifs totp)
    Et « totp » de « la professionnelle », du même âge, n'est pas à renouveler (les dispositifs des usagers)
    Quand « la patiente » renouvelle « totp »
    Alors seul le nouveau secret de « totp » ouvre la session de « la patiente »

  @SSI/IE.50.01
  Scénario: Le dispositif perdu ou volé d'un usager se désactive sans session
    Étant donné des usagers dotés de dispositifs d'authentification
      | compte        | nom           | prénoms       | dispositifs  |
      | la patiente   | DUPONT-LEVEQUE | ANNE-LAURE   | totp, totp 2 |
      | le patient    | N'GORAN       | PAUL ARTHUR   | totp         |
      | l'autre usager | VAN DAMME    | LUC           | totp         |
    Alors « la patiente » se connecte avec son mot de passe et « totp », pas avec un code faux
    Quand « totp » de « la patiente » est déclaré perdu sur l'écran de connexion, sans rien prouver
    Et « totp » de « la patiente » est déclaré perdu sur l'écran de connexion, avec un mot de passe faux
    Et « totp » de « la patiente » est déclaré perdu sur l'écran de connexion, avec son mot de passe
    Alors « la patiente » se connecte toujours avec « totp 2 »
    Et « le patient » se connecte toujours avec « totp »
    Quand l'administrateur désactive « totp » de « le patient », déclaré volé
    Alors « l'autre usager » se connecte toujours avec « totp »
    Et la perte a pu être déclarée par l'une au moins de ces voies

  @SSI/IE.50.02
  Scénario: Un usager déclare perdu l'un de ses dispositifs depuis sa session
    Étant donné des usagers dotés de dispositifs d'authentification
      | compte      | nom        | prénoms     | dispositifs  |
      | la patiente | O'BRIEN    | SIOBHAN EVE | totp, totp 2 |
      | le patient  | DE CLERCQ  | MATHYS      | totp         |
    Alors « le patient » ne peut pas, depuis sa session, déclarer perdu « totp » de « la patiente »
    Quand « la patiente », connecté par « totp 2 », déclare « totp » perdu
    Alors « la patiente » se connecte toujours avec « totp 2 »
    Et « le patient » se connecte toujours avec « totp »
