# language: fr
Fonctionnalité: Documents produits par un dossier patient informatisé
  Lettres de liaison, comptes rendus hospitaliers et prescriptions en CDA R2 N1 : destinataires, identité, contenu.

  # Les scénarios officiels demandent le lien du rapport de l'espace de tests d'interopérabilité : il reste à joindre.
  # Le banc juge l'exigence elle-même, sur les documents que le logiciel produit.

  @DOC/va1.06.01
  Scénario: Une lettre de liaison nomme tous ses destinataires, et eux seuls
    # Deux patients, deux professionnels : la liste de l'un n'est pas celle de l'autre. L'exigence vaut aussi pour la
    # prescription, qui a ici les siens.
    Étant donné un patient « Aurélien » dont le statut est « identité qualifiée »
    Et un patient « Bérengère » dont le statut est « identité qualifiée »
    Et deux correspondants au dossier du patient « Aurélien »
    Et un correspondant au dossier du patient « Bérengère »
    Quand le professionnel valide pour le patient « Aurélien » la lettre de liaison « sortie d'Aurélien », adressée à
      | destinataire                              |
      | les correspondants du dossier             |
      | un confrère                               |
      | SERVICE DE SOINS INFIRMIERS DES TROIS RUES |
    Et un autre professionnel valide pour le patient « Bérengère » la lettre de liaison « sortie de Bérengère », adressée à
      | destinataire                  |
      | les correspondants du dossier |
    Et le professionnel valide pour le patient « Aurélien » la prescription « ordonnance d'Aurélien », adressée à
      | destinataire                  |
      | les correspondants du dossier |
      | un confrère                   |
    Alors le document « sortie d'Aurélien » est une lettre de liaison en CDA R2 N1, avec tout son texte
    Et le document « sortie d'Aurélien » nomme tous ses destinataires, et eux seuls
    Et le document « sortie de Bérengère » nomme tous ses destinataires, et eux seuls
    Et le document « ordonnance d'Aurélien » est une prescription en CDA R2 N1, avec tout son texte
    Et le document « ordonnance d'Aurélien » nomme tous ses destinataires, et eux seuls

  @DOC/va1.07.01
  Scénario: L'INS qualifiée du patient est dans chaque document en CDA N1
    # Le texte officiel demande une lettre ; l'exigence, tous les types. Deux patients : une identité figée ne passe pas.
    Étant donné un patient « Célestin » dont le statut est « identité qualifiée »
    Et un patient « Delphine » dont le statut est « identité qualifiée »
      | champ               | valeur              |
      | nom de naissance    | VAL-D'OR DE KERGOAT |
      | prénoms de naissance | DELPHINE MARIE-LOU |
    Quand le professionnel valide pour le patient « Célestin » la lettre de liaison « sortie de Célestin », adressée à
      | destinataire |
      | un confrère  |
    Et un autre professionnel valide pour le patient « Delphine » le compte rendu hospitalier « séjour de Delphine », adressé à
      | destinataire |
      | un confrère  |
    Et le professionnel valide pour le patient « Delphine » la prescription « ordonnance de Delphine », adressée à
      | destinataire |
      | un confrère  |
    Alors le document « sortie de Célestin » est une lettre de liaison en CDA R2 N1, avec tout son texte
    Et le document « sortie de Célestin » porte l'INS et les traits qualifiés de son patient, et suit le volet
    Et le document « séjour de Delphine » est un compte rendu hospitalier en CDA R2 N1, avec tout son texte
    Et le document « séjour de Delphine » porte l'INS et les traits qualifiés de son patient, et suit le volet
    Et le document « ordonnance de Delphine » est une prescription en CDA R2 N1, avec tout son texte
    Et le document « ordonnance de Delphine » porte l'INS et les traits qualifiés de son patient, et suit le volet

  @DOC/va1.08.01
  Scénario: Une prescription de médicaments se produit en CDA N1, un PDF encapsulé
    # Deux prescriptions : une ordonnance figée ne passe pas. Une posologie écrite autrement va à une personne.
    Étant donné un patient « Edmond » dont le statut est « identité qualifiée »
    Et un patient « Félicité » dont le statut est « identité qualifiée »
    Quand le professionnel prescrit au patient « Edmond » dans le document « ordonnance d'Edmond »
      | médicament              | posologie                       | durée    |
      | AMOXICILLINE 500 mg     | une gélule matin, midi et soir  | 65 jours |
      | MACROGOL 10 g           | deux sachets au petit déjeuner  | 83 jours |
      | PREDNISOLONE 20 mg      | trois comprimés orodispersibles | 74 jours |
    Et un autre professionnel prescrit au patient « Félicité » dans le document « ordonnance de Félicité »
      | médicament              | posologie                       | durée    |
      | ENOXAPARINE 4000 UI     | une injection chaque soir       | 92 jours |
    Alors le document « ordonnance d'Edmond » est une prescription en CDA R2 N1, avec tout son texte
    Et le document « ordonnance d'Edmond » porte chaque médicament prescrit, sa posologie et sa durée
    Et le document « ordonnance d'Edmond » porte l'INS et les traits qualifiés de son patient, et suit le volet
    Et le document « ordonnance de Félicité » est une prescription en CDA R2 N1, avec tout son texte
    Et le document « ordonnance de Félicité » porte chaque médicament prescrit, sa posologie et sa durée
    Et le document « ordonnance de Félicité » porte l'INS et les traits qualifiés de son patient, et suit le volet
