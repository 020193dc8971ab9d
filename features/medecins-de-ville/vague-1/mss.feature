# language: fr
Fonctionnalité: Documents reçus par un cabinet et transmis au patient par MSSanté
  Une lettre, un compte rendu opératoire ou une ordonnance reçus d'un établissement partent dans Mon espace santé.

  @MSS/va1.17.01
  Scénario: Les documents reçus en PDF/A-1 partent au patient à l'INS qualifiée
    # Chaque document est reçu comme le volet le transporte : un PDF/A-1 encapsulé dans un CDA R2 N1. L'exigence veut la
    # transmission ; un logiciel qui attend un geste se regarde. Le lien du rapport de l'espace de tests reste à joindre.
    Étant donné un patient « Octavien » à l'INS qualifiée, dont Mon espace santé est ouvert
    Et un patient « Pélagie » à l'INS qualifiée, dont Mon espace santé est ouvert
      | champ            | valeur              |
      | nom de naissance | VALCOURBE-D'ORGEVAL |
    Et l'envoi automatique par MSSanté aux patients
    Quand le cabinet reçoit d'un établissement ces documents en PDF/A-1
      | document             | type                    | patient  |
      | sortie d'Octavien    | lettre de liaison       | Octavien |
      | opération de Pélagie | compte rendu opératoire | Pélagie  |
      | sortie de Pélagie    | lettre de liaison       | Pélagie  |
      | ordonnance           | ordonnance de sortie    | Octavien |
    Alors chacun de ces documents part au patient par MSSanté, de lui-même ou à défaut à la demande
    Et les courriels qui portent ces documents suivent les règles de transmission de documents de santé
