# language: fr
Fonctionnalité: Comptes rendus des plateaux techniques confiés à la plateforme
  La plateforme intègre les comptes rendus de biologie et d'imagerie qu'on lui confie en HL7 v2, les dépose au DMP et les
  envoie par MSSanté à ceux à qui ils sont destinés, et à eux seuls.

  # La trace d'intégration que la plateforme montre reste à joindre. Le dernier document de chaque scénario, sans
  # restriction, ferme la fenêtre où rien ne doit partir.

  @INTRA/va1.01.01
  Scénario: Des comptes rendus d'imagerie, sans restriction puis masqué aux professionnels
    Étant donné la prise HL7 v2 de la plateforme, où le banc joue les systèmes de l'établissement
    Et un patient « Noémie » à l'INS qualifiée, dont le DMP est ouvert
    Et un patient « Octave » à l'INS qualifiée, dont le DMP est ouvert
    Et Mon espace santé du patient « Noémie » est ouvert
    Et Mon espace santé du patient « Octave » est ouvert
    Quand les systèmes de l'établissement confient ces documents à la plateforme
      | document     | système | type                    | patient | à faire                     | restriction               | preuve               |
      | scanner      | RIS     | compte rendu d'imagerie | Noémie  | DMP, professionnel, patient |                           | INTRA/va1.01.01.01   |
      | IRM          | RIS     | compte rendu d'imagerie | Octave  | DMP, patient                | masqué aux professionnels | INTRA/va1.01.01.02   |
      | échographie  | RIS     | compte rendu d'imagerie | Octave  | DMP, professionnel, patient |                           |                      |
    Alors la plateforme acquitte et accepte chacun de ces messages
    Et chaque document destiné au DMP y est arrivé tel quel, avec ses restrictions, et aucun autre
    Et chaque document destiné à un professionnel ou au patient lui est parvenu par MSSanté tel quel, et à personne d'autre
    Et les courriels de la plateforme suivent les règles de transmission de documents de santé
    Et l'archive et le PDF/A-1 du courriel de « scanner » sont gardés pour les preuves INTRA/va1.01.01.03 et INTRA/va1.01.01.04

  @INTRA/va1.02.01
  Scénario: Des comptes rendus de biologie en N1 et en N3, sans restriction puis invisibles au patient
    Étant donné la prise HL7 v2 de la plateforme, où le banc joue les systèmes de l'établissement
    Et un patient « Pauline » à l'INS qualifiée, dont le DMP est ouvert
    Et un patient « Quentin » à l'INS qualifiée, dont le DMP est ouvert
    Et Mon espace santé du patient « Pauline » est ouvert
    Et Mon espace santé du patient « Quentin » est ouvert
    Quand les systèmes de l'établissement confient ces documents à la plateforme
      | document        | système | type                             | patient | à faire                     | restriction          | preuve             |
      | bilan N1        | SGL     | résultats de biologie            | Pauline | DMP, professionnel, patient |                      | INTRA/va1.02.01.01 |
      | à annoncer N1   | SGL     | résultats de biologie            | Quentin | DMP, professionnel          | invisible au patient | INTRA/va1.02.01.02 |
      | bilan N3        | SGL     | résultats de biologie structurés | Pauline | DMP, professionnel, patient |                      | INTRA/va1.02.01.03 |
      | à annoncer N3   | SGL     | résultats de biologie structurés | Quentin | DMP, professionnel          | invisible au patient | INTRA/va1.02.01.04 |
      | bilan de suivi  | SGL     | résultats de biologie structurés | Quentin | DMP, professionnel, patient |                      |                    |
    Alors la plateforme acquitte et accepte chacun de ces messages
    Et chaque document destiné au DMP y est arrivé tel quel, avec ses restrictions, et aucun autre
    Et chaque document destiné à un professionnel ou au patient lui est parvenu par MSSanté tel quel, et à personne d'autre
    Et les courriels de la plateforme suivent les règles de transmission de documents de santé
    Et l'archive et le PDF/A-1 du courriel de « bilan N1 » sont gardés pour les preuves INTRA/va1.02.01.05 et INTRA/va1.02.01.06

  @MSS/va1.17.01
  Scénario: Lettre, compte rendu opératoire et ordonnance confiés pour le patient partent d'eux-mêmes à sa boîte
    # Chaque document est reçu comme le volet le transporte : un PDF/A-1 encapsulé dans un CDA R2 N1. Aucun geste ensuite. Le
    # lien du rapport de l'espace de tests d'interopérabilité reste à joindre.
    Étant donné la prise HL7 v2 de la plateforme, où le banc joue les systèmes de l'établissement
    Et un patient « Raoul » à l'INS qualifiée, dont Mon espace santé est ouvert
    Et un patient « Solange » à l'INS qualifiée, dont Mon espace santé est ouvert
      | champ            | valeur              |
      | nom de naissance | VALCOURBE-D'ORGEVAL |
    Quand les systèmes de l'établissement confient ces documents à la plateforme
      | document              | système | type                    | patient | à faire | restriction |
      | sortie de Raoul       | DPI     | lettre de liaison       | Raoul   | patient |             |
      | opération de Solange  | DPI     | compte rendu opératoire | Solange | patient |             |
      | ordonnance de Raoul   | DPI     | ordonnance de sortie    | Raoul   | patient |             |
      | ordonnance de Solange | DPI     | ordonnance de sortie    | Solange | patient |             |
    Alors la plateforme acquitte et accepte chacun de ces messages
    Et chaque document destiné à un professionnel ou au patient lui est parvenu par MSSanté tel quel, et à personne d'autre
    Et chaque courriel de la plateforme est parti d'une boîte applicative
    Et les courriels de la plateforme suivent les règles de transmission de documents de santé
    Et le courriel de « sortie de Raoul » et son PDF/A-1 sont gardés pour les preuves MSS/va1.17.01.03 et MSS/va1.17.01.02
