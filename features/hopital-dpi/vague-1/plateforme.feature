# language: fr
Fonctionnalité: Documents confiés à la plateforme pour le DMP et pour la messagerie
  Un document part vers la plateforme quand l'utilisateur le choisit, ou de lui-même dès sa validation ; le message dit ce
  qu'elle doit en faire. Le banc joue la plateforme, sur une vraie connexion MLLP.

  @DMP/va1.03.01 @MSS/va1.23.01
  Scénario: L'utilisateur choisit d'envoyer un document au DMP, par MSSanté, ou les deux
    # Les trois types de l'exigence, et un choix différent pour chacun : une demande figée ne conviendrait pas.
    Étant donné la prise HL7 v2 du logiciel, où le banc joue la plateforme d'intermédiation
    Et un patient « Gabin » dont le statut est « identité qualifiée »
    Et les documents transmis à la plateforme à la demande de l'utilisateur
    Quand le professionnel valide ces documents
      | document             | type                     | patient |
      | lettre de sortie     | lettre de liaison        | Gabin   |
      | compte rendu opéré   | compte rendu hospitalier | Gabin   |
      | ordonnance de sortie | prescription             | Gabin   |
      | lettre de suivi      | lettre de liaison        | Gabin   |
    Et l'utilisateur demande à la plateforme le dépôt au DMP de « lettre de sortie »
    Et l'utilisateur demande à la plateforme l'envoi par MSSanté de « compte rendu opéré »
    Et l'utilisateur demande à la plateforme le dépôt au DMP et l'envoi par MSSanté de « ordonnance de sortie »
    Et l'utilisateur demande à la plateforme l'envoi par MSSanté de « lettre de suivi »
    Alors chaque message demande ce que l'utilisateur a choisi, et rien n'était parti avant ce choix
    Et chaque document est parvenu à la plateforme dans un message conforme au volet

  @DMP/va1.05.01 @MSS/va1.24.01
  Scénario: Un document part de lui-même dès sa validation, pas avant
    Étant donné la prise HL7 v2 du logiciel, où le banc joue la plateforme d'intermédiation
    Et un patient « Hermine » dont le statut est « identité qualifiée »
    Et les documents transmis à la plateforme dès leur validation
    Quand le professionnel enregistre sans la valider la lettre de liaison « lettre de sortie » du patient « Hermine »
    Et il valide la lettre de liaison « lettre de sortie » du patient « Hermine »
    Alors rien n'était parti vers la plateforme avant la validation de « lettre de sortie »
    Et « lettre de sortie » est parvenu à la plateforme dans un message conforme au volet
    Et le message de « lettre de sortie » demande le dépôt au DMP et l'envoi par MSSanté à son destinataire
    Quand le professionnel valide ces documents
      | document           | type                     | patient |
      | compte rendu opéré | compte rendu hospitalier | Hermine |
      | ordonnance         | prescription             | Hermine |
    Alors le message de « compte rendu opéré » demande le dépôt au DMP et l'envoi par MSSanté à son destinataire
    Et le message de « ordonnance » demande le dépôt au DMP et l'envoi par MSSanté à son destinataire

  @MSS/va1.20.01
  Scénario: Le refus du patient retire l'envoi à sa messagerie de ce qui est demandé à la plateforme
    # Un DPI envoie par une plateforme (DPI.MSS/va1.23 et va1.24) : c'est à elle que l'envoi au patient se demande, ou pas.
    # Le document d'après l'accord, du même patient, montre que le refus était bien la cause. La vidéo reste à joindre.
    Étant donné la prise HL7 v2 du logiciel, où le banc joue la plateforme d'intermédiation
    Et un patient « Isaure » dont le statut est « identité qualifiée »
    Et les documents transmis à la plateforme dès leur validation
    Quand le professionnel enregistre que le patient « Isaure » refuse l'envoi par MSSanté patient
    Et le professionnel valide ces documents
      | document       | type              | patient |
      | lettre refusée | lettre de liaison | Isaure  |
    Et le professionnel enregistre que le patient « Isaure » accepte l'envoi par MSSanté patient
    Et le professionnel valide ces documents
      | document        | type              | patient |
      | lettre acceptée | lettre de liaison | Isaure  |
    Alors l'envoi au patient n'est demandé qu'une fois le refus levé, pour « lettre acceptée » et non pour « lettre refusée »
