# language: fr
Fonctionnalité: Adresse MSSanté d'un correspondant, cherchée dans l'Annuaire Santé
  Le logiciel retrouve l'adresse qu'un professionnel publie, par l'API ou par l'extraction ; jamais une autre.

  @ANN/va1.05.01 @ANN/va1.06.01
  Scénario: L'adresse MSSanté de chaque correspondant est la sienne, même entre homonymes
    # Le texte officiel demande au moins une recherche ; homonymes, accents, plusieurs adresses et absence d'adresse
    # montrent que rien n'est figé ni deviné.
    Étant donné des professionnels publiés par l'Annuaire Santé
      | professionnel  | nom            | prénom  | spécialité   | adresses MSSanté | lieu        |
      | le cardiologue | LEFÈVRE-O'NEIL | Zoé     | Cardiologie  | 1                | SAINT-ESSAI |
      | son homonyme   | LEFÈVRE-O'NEIL | Zoé     | Pneumologie  | 1                | LA BANCALE  |
      | la généraliste | D'ÉTÉ DU GRÈS  | Anaëlle | Qualifié     | 2                | LA BANCALE  |
      | le discret     | SANSADRESSE    | Gaël    | Dermatologie | liste rouge      | SAINT-ESSAI |
      | la perdue      | FOULARD        | Maëlle  | Pneumologie  | 1                | ÎLE-RARE    |
    Et le logiciel est à jour de l'Annuaire Santé
    Quand le professionnel cherche « le cardiologue » dans l'annuaire par son RPPS
    Alors l'adresse MSSanté montrée pour « le cardiologue » est celle que l'annuaire publie
    Quand le professionnel cherche « son homonyme » dans l'annuaire par son nom et son prénom
    Alors l'adresse MSSanté montrée pour « le cardiologue » est celle que l'annuaire publie
    Et l'adresse MSSanté montrée pour « son homonyme » est celle que l'annuaire publie
    Quand un autre professionnel cherche « la généraliste » dans l'annuaire par son nom et son prénom
    Alors l'adresse MSSanté montrée pour « la généraliste » est celle que l'annuaire publie
    Quand le professionnel cherche « le discret » dans l'annuaire par son RPPS
    Alors aucune adresse MSSanté n'est montrée pour « le discret »
    Quand l'Annuaire Santé change l'adresse MSSanté de « le cardiologue »
    Et le logiciel est à jour de l'Annuaire Santé
    Et le professionnel cherche « le cardiologue » dans l'annuaire par son RPPS
    Alors l'adresse MSSanté montrée pour « le cardiologue » est celle que l'annuaire publie
    # Parmi soixante homonymes, la personne cherchée est la dernière que l'annuaire rende.
    Étant donné 59 homonymes de « la perdue » publiés par l'Annuaire Santé
    Et le logiciel est à jour de l'Annuaire Santé
    Quand le professionnel cherche « la perdue » dans l'annuaire par son nom, son prénom et son lieu
    Alors l'adresse MSSanté montrée pour « la perdue » est celle que l'annuaire publie
    Quand l'Annuaire Santé refuse pour excès le prochain appel
    Et le professionnel cherche « la généraliste » dans l'annuaire par son RPPS
    Alors les appels à l'annuaire suivent ses règles d'emploi
