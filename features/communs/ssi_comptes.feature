# language: fr
Fonctionnalité: Base de comptes tenue à jour
  Si le logiciel a sa propre base de comptes, elle suit le référentiel de la structure ou un fichier de mise à jour.

  @SSI/IAM.83.01
  Scénario: La synchronisation reprend l'identité et les permissions du référentiel local
    Étant donné des comptes de professionnels dans le logiciel
      | compte        | nom            | prénom      | permissions               |
      | la professionnelle | CHÂTEAU-D'ORGE | Anne-Sophie | consultation, impression  |
      | le technicien | N'GUYEN        | Jérôme      | consultation              |
    Et le référentiel local donne « la professionnelle »
      | nom             | prénom      | courriel | permissions                   |
      | DE LA TOUR-NOËL | Anne-Sophie | nouveau  | consultation, biologie, envoi |
    Et le référentiel local donne « le technicien »
      | nom     | prénom | courriel | permissions            |
      | N'GUYEN | Éloïse | nouveau  | impression, accueil |
    Quand l'administrateur synchronise les comptes
    Alors l'identité de « la professionnelle » est celle du référentiel
    Et l'identité de « le technicien » est celle du référentiel
    Et les permissions de « la professionnelle » sont celles du référentiel
    Et les permissions de « le technicien » sont celles du référentiel
    # Une seconde fois, pour un seul compte : une synchronisation unique ou cumulée se verrait.
    Étant donné que le référentiel local donne « la professionnelle »
      | nom   | prénom | courriel | permissions          |
      | PÂRIS | Zoé    | nouveau  | consultation, export |
    Quand l'administrateur synchronise les comptes
    Alors l'identité de « la professionnelle » est celle du référentiel
    Et les permissions de « la professionnelle » sont celles du référentiel
    Et « le technicien » est resté ce que dit le référentiel

  @SSI/IAM.83.02
  Scénario: La synchronisation reprend les permissions du référentiel local
    Étant donné des comptes de professionnels dans le logiciel
      | compte         | nom           | prénom | permissions              |
      | le pharmacien  | LEFÈVRE-BLANC | Maël   | consultation, impression |
      | la secrétaire  | O'CONNOR      | Ysé    | accueil                  |
    Et le référentiel local donne « le pharmacien »
      | permissions       |
      | biologie, envoi |
    Et le référentiel local donne « la secrétaire »
      | permissions               |
      | accueil, export, impression|
    Quand l'administrateur synchronise les comptes
    Alors les permissions de « le pharmacien » sont celles du référentiel
    Et les permissions de « la secrétaire » sont celles du référentiel
    Étant donné que le référentiel local donne « la secrétaire »
      | permissions  |
      | export       |
    Quand l'administrateur synchronise les comptes
    Alors les permissions de « la secrétaire » sont celles du référentiel
    Et « le pharmacien » est resté ce que dit le référentiel

  @SSI/IAM.88.01
  Scénario: Un fichier de mise à jour crée, modifie et supprime des comptes
    Étant donné des comptes de professionnels dans le logiciel
      | compte       | nom           | prénom   | permissions  |
      | à modifier   | MÜLLER-ROCHE  | Chloé    | consultation |
      | à supprimer  | D'ARTAGNAN    | Loïc     | consultation |
      | témoin       | BÉRANGER      | Inès     | impression   |
      | autre témoin | LE GALL-PÉREZ | François | export       |
    Et un compte « à créer » absent du logiciel
      | nom         | prénom | permissions |
      | ÇELIK-FAŸ   | Œnone  |             |
    Quand l'administrateur extrait les comptes
    Alors le fichier extrait porte les comptes tels qu'ils sont
    Quand l'administrateur charge un fichier de mise à jour
      | action    | compte      | nom          | prénom |
      | creer     | à créer     | ÇELIK-FAŸ    | Œnone  |
      | modifier  | à modifier  | ROCHE-MÜLLER | Chloé  |
      | supprimer | à supprimer |              |        |
    Et l'administrateur extrait de nouveau les comptes
    Alors le compte « à créer » apparaît dans l'extraction
    Et le compte « à modifier » porte les données du fichier dans l'extraction
    Et le compte « à supprimer » n'apparaît plus dans l'extraction
    Et les comptes « témoin, autre témoin » n'ont pas changé
    Et le fichier extrait porte les comptes tels qu'ils sont

  @SSI/IAM.88.02
  Scénario: Un fichier de mise à jour ajoute et retire des permissions
    Étant donné des comptes de professionnels dans le logiciel
      | compte     | nom            | prénom  | permissions                      |
      | à enrichir | GARÇON-VILLARS | Hélène  | consultation, impression         |
      | à réduire  | DE SAINT-ÉLOI  | Mickaël | consultation, export, impression |
      | témoin     | NOËL           | Amélie  | consultation, impression         |
    Quand l'administrateur extrait les comptes
    Et l'administrateur charge un fichier de mise à jour
      | action             | compte     | permission |
      | ajouter_permission | à enrichir | biologie   |
      | retirer_permission | à réduire  | export     |
    Et l'administrateur extrait de nouveau les comptes
    Alors le compte « à enrichir » a la permission « biologie » en plus dans l'extraction
    Et le compte « à réduire » a la permission « export » en moins dans l'extraction
    Et les comptes « témoin » n'ont pas changé
    Et le fichier extrait porte les comptes tels qu'ils sont
