# language: fr
Fonctionnalité: Numéro RPPS des comptes de professionnels
  Le banc ne donne jamais le numéro au logiciel : celui que porte le compte vient de l'annuaire.

  @SSI/IE.30.01
  Scénario: À la création d'un compte, le numéro RPPS est trouvé et associé
    Étant donné des professionnels publiés par l'Annuaire Santé, aux noms uniques
      | professionnel | nom            | prénom      | profession |
      | la professionnelle | CHÂTEAU-D'ORGE | Anne-Sophie | Médecin    |
      | le pharmacien | N'GUYEN        | Jérôme      | Pharmacien |
      | l'infirmière  | DE LA TOUR     | Éloïse      | Infirmier  |
    Et le logiciel est à jour de l'Annuaire Santé
    Quand l'administrateur déclare le compte de « la professionnelle » sans donner son RPPS
    Et l'administrateur déclare le compte de « le pharmacien » sans donner son RPPS
    Et le fichier de mise à jour déclare le compte de « l'infirmière » sans donner son RPPS
    Alors le compte de « la professionnelle » est associé au RPPS que l'annuaire publie
    Et le compte de « le pharmacien » est associé au RPPS que l'annuaire publie
    Et le compte de « l'infirmière », s'il a été déclaré, est associé au RPPS que l'annuaire publie

  @SSI/IE.30.02
  Scénario: Introuvable d'abord, le numéro RPPS est cherché de nouveau jusqu'à être associé
    Étant donné des professionnels publiés par l'Annuaire Santé, aux noms uniques
      | professionnel | nom          | prénom | profession |
      | la professionnelle | NOËL-LEFÈVRE | Maëlle | Médecin    |
    Et un professionnel « le nouveau » que l'annuaire ne publie pas encore
      | nom       | prénom  | profession |
      | D'ARCY-LÉ | Mickaël | Médecin    |
    Et un professionnel « la privée d'annuaire » que l'annuaire ne publie pas encore
      | nom           | prénom | profession |
      | BRÛLÉ-HUGUES  | Inès   | Infirmier  |
    Et la recherche du RPPS reprise toutes les 6 heures
    Quand l'administrateur déclare le compte de « la professionnelle » sans donner son RPPS
    Et l'administrateur déclare le compte de « le nouveau » sans donner son RPPS
    Et l'administrateur déclare le compte de « la privée d'annuaire » pendant une panne de l'annuaire
    Alors le logiciel signale que le RPPS de « le nouveau » n'est pas trouvé
    Et le logiciel signale que le RPPS de « la privée d'annuaire » n'est pas trouvé
    Et le compte de « le nouveau » n'a aucun RPPS
    Et le compte de « la privée d'annuaire » n'a aucun RPPS
    Quand deux périodes de 6 heures passent
    Alors la recherche du RPPS de « le nouveau » est reprise à chaque période
    Et la recherche du RPPS de « la privée d'annuaire » est reprise à chaque période
    Et le compte de « le nouveau » n'a aucun RPPS
    Quand l'Annuaire Santé publie enfin « le nouveau »
    Et l'Annuaire Santé publie enfin « la privée d'annuaire »
    Et une période de 6 heures passe
    Alors le compte de « le nouveau » a reçu son RPPS
    Et le compte de « la privée d'annuaire » a reçu son RPPS

  @SSI/IE.30.03
  Scénario: Le numéro RPPS est contrôlé au moins tous les deux ans
    Étant donné des professionnels publiés par l'Annuaire Santé, aux noms uniques
      | professionnel | nom            | prénom  | profession |
      | la professionnelle | GARÇON-PÉREZ   | Hélène  | Médecin    |
      | le pharmacien | L'HERBIER-FAYE | Loïc    | Pharmacien |
    Et le logiciel est à jour de l'Annuaire Santé
    Quand l'administrateur déclare le compte de « la professionnelle » sans donner son RPPS
    Et l'administrateur déclare le compte de « le pharmacien » sans donner son RPPS
    Alors le compte de « la professionnelle » est associé au RPPS que l'annuaire publie
    Et le compte de « le pharmacien » est associé au RPPS que l'annuaire publie
    Quand deux ans passent
    Alors le RPPS de « la professionnelle » et de « le pharmacien » a été contrôlé dans l'annuaire
