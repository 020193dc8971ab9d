# language: fr
Fonctionnalité: Comptes et connexions des usagers
  Si un usager peut se connecter, son identité et ses coordonnées sont vérifiées, deux facteurs lui sont demandés, et sa
  session se ferme.

  @SSI/IE.44.01
  Scénario: Un usager s'inscrit après une vérification d'identité
    Quand une personne s'inscrit par chacun des moyens de vérification proposés
    Alors une personne ne s'inscrit pas sans vérification de son identité

  @SSI/IE.45.01
  Scénario: Un professionnel inscrit un usager, qui se connecte ensuite
    Étant donné des personnes qui n'ont pas encore de compte
      | compte      | nom             | prénoms              |
      | la patiente | D'HERBELINE     | ANNE-SOPHIE MARGUERITE |
      | le patient  | LE BIHAN--ROSE  | MALO                 |
    Quand le professionnel inscrit « la patiente »
    Et le professionnel inscrit « le patient »
    Alors « la patiente » se connecte à l'aide du message reçu et y trouve l'identité saisie
    Et « le patient » se connecte à l'aide du message reçu et y trouve l'identité saisie

  @SSI/IE.46.01
  Scénario: L'adresse d'un nouvel usager est vérifiée par le message qu'elle reçoit
    Étant donné des personnes qui n'ont pas encore de compte
      | compte      | nom     | prénoms     |
      | la patiente | FERRAND | LOUISE IRIS |
      | le patient  | N'DIAYE | OUSMANE     |
    Quand « la patiente » s'inscrit, son identité vérifiée
    Et « le patient » s'inscrit, son identité vérifiée
    Alors l'adresse de « la patiente » n'est pas vérifiée et reçoit un message de vérification
    Et l'adresse de « le patient » n'est pas vérifiée et reçoit un message de vérification
    Et ni un code faux, ni le code de « le patient », ne vérifie l'adresse de « la patiente »
    Et l'adresse de « la patiente » est vérifiée par le message reçu
    Et l'adresse de « le patient » est vérifiée par le message reçu

  @SSI/IE.47.01
  Scénario: Un usager ne change son identité qu'après vérification, et en est notifié
    Étant donné des usagers inscrits
      | compte      | nom       | prénoms      |
      | la patiente | GARNIER   | ELEONORE ZOE |
      | le patient  | DE VRIES  | TOM          |
    Quand « la patiente », connecté, demande à changer son nom utilisé en « GARNIER-LAFORET »
    Et « le patient », connecté, demande à changer son prénom utilisé en « THOMAS »

  @SSI/IE.47.02
  Scénario: Une nouvelle adresse ne vaut qu'une fois confirmée, et l'ancienne est prévenue
    Étant donné des usagers inscrits
      | compte      | nom         | prénoms     |
      | la patiente | PELLETIER   | ROMANE      |
      | le patient  | O'SULLIVAN  | FINN PATRICK |
    Quand « la patiente », connecté, demande à changer d'adresse
    Et « le patient », connecté, demande à changer d'adresse
    Alors la nouvelle adresse de « la patiente » ne vaut pas encore et reçoit un message de vérification
    Et la nouvelle adresse de « le patient » ne vaut pas encore et reçoit un message de vérification
    Et l'ancienne adresse de « la patiente » est prévenue
    Et l'ancienne adresse de « le patient » est prévenue
    Et ni un code faux, ni le code de « le patient », ne vérifie la nouvelle adresse de « la patiente »
    Et la nouvelle adresse de « la patiente » est vérifiée par le message reçu
    Et la nouvelle adresse de « le patient » est vérifiée par le message reçu

  @SSI/IE.48.01
  Scénario: Les attributs minimaux d'un usager sont enregistrés
    Étant donné des usagers inscrits
      | compte      | nom                | prénoms                 |
      | la patiente | SAINT-MARTIN DE RE | MARIE-ANGE LOUISE BERTHE |
      | le patient  | D'ALEMBERT         | JEAN                    |
    Alors les attributs minimaux de chaque usager sont enregistrés
      | compte      |
      | la patiente |
      | le patient  |

  @SSI/IE.51.01
  Scénario: Deux facteurs sont demandés aux usagers, par défaut et sur demande
    Étant donné des usagers dotés de dispositifs d'authentification
      | compte      | nom      | prénoms | dispositifs  |
      | la patiente | LEMOINE  | CAMILLE | otp_courriel |
      | le patient  | ASSELIN  | VICTOR  | totp         |
    Alors un seul facteur n'ouvre pas la session de « la patiente », deux l'ouvrent, sans rien régler
    Et un seul facteur n'ouvre pas la session de « le patient », deux l'ouvrent, sans rien régler
    Et « otp_courriel » avec le mot de passe ouvre aussi la session de « la patiente »
    Quand l'administrateur relâche puis impose les deux facteurs des usagers
    Alors un seul facteur n'ouvre pas la session de « la patiente » une fois les deux imposés
    Et un seul facteur n'ouvre pas la session de « le patient » une fois les deux imposés

  @SSI/IE.52.01
  Scénario: Les tentatives de connexion d'un usager par mot de passe sont limitées
    Étant donné des usagers inscrits
      | compte      | nom     | prénoms |
      | la patiente | ROUSSEL | INES    |
      | le patient  | VIDAL   | HUGO    |
    Quand de mauvais mots de passe sont essayés sur le compte de « la patiente » jusqu'à une restriction
    Alors le bon mot de passe n'est plus admis de « la patiente » pendant la restriction
    Et le mot de passe de « le patient » est toujours admis

  @SSI/IE.52.02
  Scénario: Un mot de passe trop faible est refusé à un usager
    Étant donné des usagers inscrits
      | compte      | nom     | prénoms |
      | la patiente | BRUNEAU | MARGOT  |
    Quand « la patiente », connecté, essaie de prendre un mot de passe de 5 caractères alphanumériques
    Et « la patiente », connecté, essaie de prendre un mot de passe de 7 chiffres
    Alors ces mots de passe sont refusés, et « la patiente » en prend un long et varié

  @SSI/IE.53.01
  Scénario: Un usager ferme sa session
    Étant donné des usagers inscrits
      | compte     | nom    | prénoms |
      | le patient | MARCHAND | NOAM  |
    Quand l'usager « le patient » se connecte puis se déconnecte
    Alors l'usager « le patient » se reconnecte

  @SSI/IE.54.01
  Scénario: L'administrateur règle la durée d'inactivité des usagers
    Étant donné des usagers inscrits
      | compte      | nom     | prénoms |
      | la patiente | HAMON   | LISE    |
      | le patient  | BESNARD | EWEN    |
    Quand l'administrateur règle l'inactivité des usagers à 600 secondes
    Alors la session de « la patiente » tient jusqu'à cette durée, celle de « le patient », inactif, se ferme ensuite
    # Une autre durée : une constante se verrait.
    Quand l'administrateur règle l'inactivité des usagers à 2400 secondes
    Alors la session de « le patient » tient jusqu'à cette durée, celle de « la patiente », inactif, se ferme ensuite

  @SSI/IE.54.02
  Scénario: La session d'un usager se ferme après cinq minutes d'inactivité
    Étant donné des usagers inscrits
      | compte      | nom      | prénoms |
      | la patiente | TANGUY   | NINA    |
      | le patient  | CARLIER  | SACHA   |
    Quand l'administrateur règle l'inactivité des usagers à 300 secondes
    Alors la session de « la patiente » tient jusqu'à cette durée, celle de « le patient », inactif, se ferme ensuite

  @SSI/IE.55.01
  Scénario: Fermer l'onglet ferme la session de l'usager
    Étant donné des usagers inscrits
      | compte      | nom    | prénoms |
      | la patiente | RIVAUD | ALICE   |
    Quand l'usager « la patiente » se connecte puis ferme son onglet sans se déconnecter
    Alors l'usager « la patiente » se reconnecte

  @SSI/IE.55.02
  Scénario: Fermer le navigateur ferme la session de l'usager
    Étant donné des usagers inscrits
      | compte     | nom     | prénoms |
      | le patient | CLEMENT | YANIS   |
    Quand l'usager « le patient » se connecte puis ferme son navigateur sans se déconnecter
    Alors l'usager « le patient » se reconnecte

  @SSI/IE.55.03
  Scénario: Fermer le client de connexion ferme la session de l'usager
    Étant donné des usagers inscrits
      | compte      | nom     | prénoms |
      | la patiente | JACQUES | MILA    |
    Quand l'usager « la patiente » se connecte puis ferme son client sans se déconnecter
    Alors l'usager « la patiente » se reconnecte

  @SSI/IE.55.04
  Scénario: Fermer la session du poste ferme la session de l'usager
    Étant donné des usagers inscrits
      | compte     | nom    | prénoms |
      | le patient | PRIGENT | LEO    |
    Quand l'usager « le patient » se connecte puis ferme son poste sans se déconnecter
    Alors l'usager « le patient » se reconnecte
