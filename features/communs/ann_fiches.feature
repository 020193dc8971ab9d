# language: fr
Fonctionnalité: Utilisateurs et correspondants repris de l'Annuaire Santé
  La fiche d'un professionnel vient de l'annuaire, par son RPPS, à la création comme à la mise à jour.

  @ANN/va1.02.01
  Scénario: Les utilisateurs du logiciel suivent l'annuaire
    Étant donné des professionnels publiés par l'Annuaire Santé
      | professionnel | nom            | prénom      | profession | spécialité |
      | la professionnelle | CHÂTEAU-D'ORGE | Anne-Sophie | Médecin    | Biologie   |
      | l'infirmier   | DE LA TOUR     | René        | Infirmier  |            |
    Et un RPPS « l'absent » que l'Annuaire Santé ne connaît pas
    Et le logiciel est à jour de l'Annuaire Santé
    Quand l'administrateur crée l'utilisateur « la professionnelle » d'après son RPPS
    Alors l'utilisateur « la professionnelle » porte les données que l'annuaire publie
    Quand l'administrateur crée l'utilisateur « l'infirmier » d'après son RPPS
    Alors l'utilisateur « l'infirmier » porte les données que l'annuaire publie
    Quand l'administrateur crée l'utilisateur « l'absent » d'après son RPPS
    Alors l'utilisateur « l'absent » n'est pas créé d'après l'annuaire
    # L'annuaire change entre la création et la mise à jour : une copie gardée se verrait.
    Quand l'Annuaire Santé change la spécialité de « la professionnelle » en « Médecine interne »
    Et l'Annuaire Santé change le nom d'exercice de « l'infirmier » en « DE LA TOUR-ÉPOUX »
    Et l'Annuaire Santé change d'édition
    Et le logiciel est à jour de l'Annuaire Santé
    Et l'administrateur met à jour l'utilisateur « la professionnelle » d'après l'annuaire
    Et l'administrateur met à jour l'utilisateur « l'infirmier » d'après l'annuaire
    Alors l'utilisateur « la professionnelle » porte les données que l'annuaire publie maintenant
    Et l'utilisateur « l'infirmier » porte les données que l'annuaire publie maintenant
    Et les appels à l'annuaire suivent ses règles d'emploi

  @ANN/va1.03.01
  Scénario: Les correspondants d'un dossier suivent l'annuaire
    Étant donné un patient « Alice » connu d'INSi
    Et la fiche du patient « Alice » dans le logiciel
    Et des professionnels publiés par l'Annuaire Santé
      | professionnel  | nom          | prénom | profession          | spécialité  |
      | le cardiologue | NOËL-LEFÈVRE | Jérôme | Médecin             | Cardiologie |
      | la dentiste    | N'GUYEN      | Maëlle | Chirurgien-Dentiste |             |
    Et un RPPS « l'absent » que l'Annuaire Santé ne connaît pas
    Et le logiciel est à jour de l'Annuaire Santé
    Quand le professionnel ajoute le correspondant « le cardiologue » au dossier du patient « Alice » d'après son RPPS
    Alors le correspondant « le cardiologue » porte les données que l'annuaire publie
    Quand le professionnel ajoute le correspondant « la dentiste » au dossier du patient « Alice » d'après son RPPS
    Alors le correspondant « la dentiste » porte les données que l'annuaire publie
    Quand le professionnel ajoute le correspondant « l'absent » au dossier du patient « Alice » d'après son RPPS
    Alors le correspondant « l'absent » n'est pas repris de l'annuaire
    Quand l'Annuaire Santé change la spécialité de « le cardiologue » en « Médecine interne »
    Et l'Annuaire Santé change le nom d'exercice de « la dentiste » en « N'GUYEN-PÂRIS »
    Et l'Annuaire Santé change l'adresse MSSanté de « la dentiste »
    Et l'Annuaire Santé change d'édition
    Et le logiciel est à jour de l'Annuaire Santé
    Et le professionnel met à jour le correspondant « le cardiologue » du dossier du patient « Alice » d'après l'annuaire
    Et le professionnel met à jour le correspondant « la dentiste » du dossier du patient « Alice » d'après l'annuaire
    Alors le correspondant « le cardiologue » porte les données que l'annuaire publie maintenant
    Et le correspondant « la dentiste » porte les données que l'annuaire publie maintenant
    Et les appels à l'annuaire suivent ses règles d'emploi
