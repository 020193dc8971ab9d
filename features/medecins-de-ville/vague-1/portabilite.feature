# language: fr
Fonctionnalité: Portabilité de l'historique d'un cabinet
  Le cabinet change de logiciel : l'administrateur exporte l'historique des documents, sur la période qu'il choisit, et la
  documentation dit ce qu'il obtient.

  @PORT/va1.01.01
  Scénario: L'historique s'exporte sur la période choisie, et sa documentation dit ce qu'il contient
    # Le texte officiel ne demande que la documentation : données, format ou moyen d'accès, emplacement. On vérifie aussi
    # l'exigence : l'export lui-même, ses bornes comprises, à deux profondeurs, comparé à ce que la documentation en dit, et
    # l'identité que ce REM veut sous une forme structurée, dans le document ou à côté.
    Étant donné un patient « Philomène » dont le statut est « identité qualifiée »
    Et un patient « Aurèle » dont le statut est « identité provisoire »
    Et des documents validés pour des actes de ces dates
      | document  | patient   | acte                                    |
      | veille    | Aurèle    | la veille de la période, à 23:50        |
      | premier   | Philomène | le premier jour de la période, à 00:10  |
      | milieu    | Aurèle    | le milieu de la période, à 11:00        |
      | dernier   | Philomène | le dernier jour de la période, à 23:50  |
      | lendemain | Philomène | le lendemain de la période, à 00:10     |
    Quand l'administrateur exporte l'historique de la période, puis celui de trois ans
    Alors l'export de la période porte les documents de la période, et eux seuls
    Et l'export de la période donne, sous une forme structurée, l'identité de chaque patient
    Quand l'administrateur ouvre la documentation de l'export de l'historique
    Alors la documentation dit les données mises à disposition, leur format et leur emplacement, et dit vrai
