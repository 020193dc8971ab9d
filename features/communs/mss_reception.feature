# language: fr
Fonctionnalité: Courriels MSSanté reçus, réponses et accusés
  Le logiciel relève ses boîtes, reconnaît l'usager par l'archive jointe, répond dans le fil et montre les accusés.

  @MSS/va1.08.01
  Scénario: Une réponse se rattache au courriel d'origine
    # Trois courriels : sans fil, déjà dans un fil, et dont le fil n'est dit que par In-Reply-To (RFC 5322, § 3.6.4).
    Étant donné un courriel « première question » reçu par le professionnel
    Et un courriel « suite d'un long échange » déjà dans un fil, reçu par un autre professionnel
    Et un courriel « suite sans références » lié à un seul message, reçu par le professionnel
    Quand le professionnel répond au courriel « première question »
    Et un autre professionnel répond au courriel « suite d'un long échange »
    Et le professionnel répond au courriel « suite sans références »
    Alors chaque réponse se rattache à son courriel d'origine

  @MSS/va1.14.01
  Scénario: L'accusé revenu se voit sur le message qu'il concerne, et sur lui seul
    # L'accusé d'un message que le logiciel n'a pas envoyé montre qu'un accusé ne suffit pas : il faut le bon. L'avis
    # d'échec, de même forme, ne dit pas une réception.
    Étant donné un patient « Noémie » à l'INS qualifiée, dont Mon espace santé est ouvert
    Et aucun envoi automatique par MSSanté
    Et des opérateurs qui n'accusent pas la distribution d'eux-mêmes
    Et un compte rendu « bilan » du patient « Noémie »
    Quand le professionnel envoie à un correspondant le courriel « Bilan accusé » avec le document « bilan » en demandant les accusés de distribution et de lecture
    Et le professionnel envoie à un correspondant le courriel « Bilan sans nouvelles » avec le document « bilan » en demandant les accusés de distribution et de lecture
    Et le professionnel envoie à un correspondant le courriel « Bilan refusé » avec le document « bilan » en demandant les accusés de distribution et de lecture
    Alors ni réception ni lecture n'est montrée pour « Bilan accusé », « Bilan sans nouvelles », « Bilan refusé »
    Quand l'opérateur du destinataire annonce l'échec du courriel « Bilan refusé »
    Et l'opérateur du destinataire accuse la distribution du courriel « Bilan accusé »
    Et un accusé de lecture arrive pour un message jamais envoyé
    Alors la réception est montrée pour « Bilan accusé », sans lecture
    Et ni réception ni lecture n'est montrée pour « Bilan sans nouvelles »
    Quand le destinataire accuse la lecture du courriel « Bilan accusé »
    Alors la lecture est montrée pour « Bilan accusé »
    Et ni réception ni lecture n'est montrée pour « Bilan sans nouvelles », « Bilan refusé »

  @MSS/CONF.23.01
  Scénario: Un courriel de transmission ne concerne qu'un usager et joint archive et PDF/A-1
    # Le scénario officiel montre un courriel reçu ; l'exigence porte sur le courriel : celui que le logiciel émet est
    # recalculé de l'archive, et celui qu'il reçoit doit se lire pièce par pièce.
    Étant donné un patient « Octavie » à l'INS qualifiée, dont Mon espace santé est ouvert
    Et un patient « Philémon » à l'INS qualifiée, dont Mon espace santé est ouvert
    Et deux correspondants au dossier du patient « Octavie »
    Et aucun envoi automatique par MSSanté
    Et un compte rendu « bilan » du patient « Octavie »
    Et un compte rendu « bilan de Philémon » du patient « Philémon »
    Et une lettre de liaison « sortie » reçue pour le patient « Philémon »
    Et un courriel « transmission d'un confrère » portant les documents du patient « Octavie », reçu par le professionnel
    Quand le professionnel envoie par MSSanté le compte rendu « bilan » aux correspondants
    Et un autre professionnel envoie par MSSanté le compte rendu « bilan de Philémon » au patient
    Et le professionnel envoie à un correspondant le courriel « Deux documents » avec les documents « bilan de Philémon », « sortie »
    Et le professionnel ouvre le courriel « transmission d'un confrère »
    Alors chaque transmission émise ne concerne qu'un usager, archive et PDF/A-1 joints
    Et le courriel « transmission d'un confrère » est montré avec toutes ses pièces

  @MSS/CONF.24.01
  Scénario: L'usager d'un courriel est reconnu par le patientId de l'archive
    # Un homonyme né le même jour, un corps qui cite un autre patient et une INS inconnue : seul patientId départage.
    Étant donné un patient « Quentin » à l'INS qualifiée, dont Mon espace santé est ouvert
    Et un homonyme « Quentin bis » du patient « Quentin », à l'INS qualifiée
    Et un patient « Rosalie » à l'INS qualifiée, dont Mon espace santé est ouvert
    Et un courriel « pour Quentin » portant les documents du patient « Quentin » et citant le patient « Rosalie », reçu par le professionnel
    Et un courriel « pour l'homonyme » portant les documents du patient « Quentin bis », reçu par un autre professionnel
    Et un courriel « pour un inconnu » portant les documents d'un homonyme inconnu du patient « Rosalie », reçu par le professionnel
    Quand le professionnel ouvre le courriel « pour Quentin »
    Et un autre professionnel ouvre le courriel « pour l'homonyme »
    Et le professionnel ouvre le courriel « pour un inconnu »
    Alors le courriel « pour Quentin » est reconnu du patient « Quentin »
    Et le courriel « pour l'homonyme » est reconnu du patient « Quentin bis »
    Et le courriel « pour un inconnu » n'est reconnu d'aucun patient
    Quand le professionnel intègre les documents du courriel « pour Quentin »
    Alors les documents du courriel « pour Quentin » sont au dossier du patient « Quentin »

  @MSS/CONF.25.01
  Scénario: L'objet d'une transmission est XDM/1.0/DDM+, le document et l'usager
    # Émis : l'objet est recalculé du CDA, un document puis deux. Reçu : il doit se lire, préfixe retiré ou non.
    Étant donné un patient « Séverin » à l'INS qualifiée, dont Mon espace santé est ouvert
      | champ            | valeur              |
      | nom de naissance | MONTCHARMONT-LE GALL |
    Et un patient « Théophanie » à l'INS qualifiée, dont Mon espace santé est ouvert
    Et aucun envoi automatique par MSSanté
    Et un compte rendu « bilan » du patient « Séverin »
    Et un compte rendu « bilan de Théophanie » du patient « Théophanie »
    Et une lettre de liaison « sortie » reçue pour le patient « Théophanie »
    Et un courriel « transmission d'un confrère » portant les documents du patient « Séverin », reçu par le professionnel
    Quand le professionnel envoie à un correspondant le courriel « Bilan » avec le document « bilan »
    Et un autre professionnel envoie par MSSanté le compte rendu « bilan de Théophanie » au patient
    Et le professionnel envoie à deux correspondants le courriel « Deux documents » avec les documents « bilan de Théophanie », « sortie »
    Et le professionnel ouvre le courriel « transmission d'un confrère »
    Alors l'objet de chaque transmission émise est recalculé de ses documents
    Et l'objet du courriel « transmission d'un confrère » se lit avec le nom de l'usager
