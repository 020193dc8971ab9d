# language: fr
Fonctionnalité: Documents confiés à la plateforme en HL7 v2, et retours qu'elle en rend
  Les systèmes de l'établissement (dossier patient, laboratoire, imagerie) confient leurs documents à la plateforme sur une
  vraie connexion MLLP ; elle les dépose au DMP, les envoie par MSSanté, et rend compte de chaque opération.

  @CDA/HL7.01.01
  Scénario: Les documents d'un dossier patient, d'un laboratoire et d'une imagerie sont reçus et déposés
    Étant donné la prise HL7 v2 de la plateforme, où le banc joue les systèmes de l'établissement
    Et un patient « Jeanne » à l'INS qualifiée, dont le DMP est ouvert
    Et un patient « Kilian » à l'INS qualifiée, dont le DMP est ouvert
    Quand les systèmes de l'établissement confient ces documents à la plateforme
      | document      | système | type                         | patient | à faire       | restriction               |
      | lettre        | DPI     | lettre de liaison            | Jeanne  | DMP           |                           |
      | bilan         | SGL     | résultats de biologie        | Kilian  | DMP           | invisible au patient      |
      | compte rendu  | RIS     | compte rendu de consultation | Jeanne  | DMP           | masqué aux professionnels |
      | lettre privée | DPI     | lettre de liaison            | Kilian  | professionnel |                           |
    Alors la plateforme acquitte et accepte chacun de ces messages
    Et chaque document destiné au DMP y est arrivé tel quel, avec ses restrictions, et aucun autre
    Et elle refuse, en disant pourquoi, « lettre » sans patient
    Et elle refuse, en disant pourquoi, « bilan » dont le document ne se décode pas
    Et elle refuse, en disant pourquoi, « bilan » d'un type inconnu

  @CDA/HL7.02.01
  Scénario: Chaque opération demandée a son retour, réussie ou non
    # Le DMP de Mathilde n'existe pas, et un professionnel ne sera plus joignable : deux échecs, de deux sortes.
    Étant donné la prise HL7 v2 de la plateforme, où le banc joue les systèmes de l'établissement
    Et un patient « Lucien » à l'INS qualifiée, dont le DMP est ouvert
    Et un patient « Mathilde » dont le statut est « identité qualifiée »
    Quand les systèmes de l'établissement confient ces documents à la plateforme
      | document     | système | type                         | patient  | à faire                     | restriction |
      | consultation | DPI     | compte rendu de consultation | Lucien   | DMP, professionnel, patient |             |
      | bilan        | SGL     | résultats de biologie        | Mathilde | DMP                         |             |
    Et un destinataire de « consultation » devient injoignable par MSSanté, et le DPI confie de nouveau son compte rendu de consultation
    Alors la plateforme acquitte et accepte chacun de ces messages
    Et l'émetteur de chaque document reçoit le retour de chaque opération, réussie ou non
    # L'accusé de lecture n'est rendu que de ce que le lecteur a accusé : l'un intègre, l'autre refuse, le dernier se tait.
    Quand les systèmes de l'établissement confient ces documents à la plateforme
      | document | système | type                         | patient | à faire                          | restriction |
      | suivi    | DPI     | lettre de liaison            | Lucien  | professionnel, accusé de lecture |             |
      | avis     | SGL     | résultats de biologie        | Lucien  | professionnel, accusé de lecture |             |
      | rappel   | DPI     | compte rendu de consultation | Lucien  | professionnel, accusé de lecture |             |
    Alors le courriel de « suivi », « avis », « rappel » demande un accusé de lecture
    Quand le lecteur de « suivi » en accuse l'intégration, et celui de « avis » l'échec, que la plateforme relève
    Alors l'émetteur reçoit l'accusé de lecture de « suivi » et de « avis », tel que le lecteur l'a dit, et aucun de « rappel »

  @CDA/HL7.03.01
  Scénario: Les documents de courriels MSSanté sont remis, inchangés, au système destinataire
    # Le banc joue le système destinataire. Le texte laisse le volet à définir : celui de transmission au LPS, paru depuis, est
    # jugé quand le message l'annonce ; un autre se regarde. Le résultat de l'espace de tests reste à joindre.
    Étant donné la prise HL7 v2 de la plateforme, où le banc joue les systèmes de l'établissement
    Et un patient « Ursule » dont le statut est « identité qualifiée »
    Et un patient « Victor » dont le statut est « identité qualifiée »
    Et un courriel « dossier d'Ursule » d'un confrère, portant deux documents du patient « Ursule », dans la boîte applicative
    Et un courriel « sortie de Victor » d'un confrère, portant une lettre du patient « Victor », dans la boîte applicative
    Quand la plateforme relève sa boîte applicative
    Alors chaque document de ces courriels est remis en HL7 v2 au système destinataire, inchangé, et lui seul
    Et chaque message de remise suit le volet, et porte le patient de son document

  @CDA/HL7.04.01
  Scénario: L'accusé du système destinataire revient à l'émetteur du courriel, réussite ou échec
    # L'accusé du destinataire est l'acquittement du message de remise. Un troisième courriel, que le destinataire n'acquitte
    # pas, ne doit pas avoir d'accusé. Le résultat de l'espace de tests reste à joindre.
    Étant donné la prise HL7 v2 de la plateforme, où le banc joue les systèmes de l'établissement
    Et un patient « Wilfried » dont le statut est « identité qualifiée »
    Et un patient « Xavière » dont le statut est « identité qualifiée »
    Quand le système destinataire accepte le document du courriel « lettre intégrée », une lettre du patient « Wilfried » que la plateforme relève
    Et le système destinataire refuse le document du courriel « lettre refusée », une lettre du patient « Xavière » que la plateforme relève
    Et le système destinataire n'acquitte pas le document du courriel « lettre en attente », une lettre du patient « Wilfried » que la plateforme relève
    Alors la plateforme rend à l'émetteur de chaque courriel ce que le destinataire en a dit, et rien avant lui
    Et chacun de ces accusés a la forme qu'en attend l'émetteur d'un courriel MSSanté
