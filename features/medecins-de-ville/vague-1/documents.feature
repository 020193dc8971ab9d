# language: fr
Fonctionnalité: Prescriptions d'un cabinet
  Une prescription se produit en CDA R2 N1 et en PDF/A-1, avec l'INS de son patient.

  @DOC/va1.10.01
  Scénario: L'INS du patient est sur sa prescription, en CDA R2 N1 et en PDF/A-1
    # Deux patients, deux professionnels : une identité figée ne passe pas. Le lien du rapport de l'espace de tests
    # d'interopérabilité et la capture du statut qualifié restent à joindre.
    Étant donné un patient « Ignace » dont le statut est « identité qualifiée »
    Et un patient « Jacinthe » dont le statut est « identité qualifiée »
      | champ                | valeur             |
      | nom de naissance     | D'HAUTEVILLE-LE BIHAN |
      | prénoms de naissance | JACINTHE MARIE-ANGE |
    Quand le professionnel rédige pour le patient « Ignace » la prescription « ordonnance d'Ignace »
    Et un autre professionnel rédige pour le patient « Jacinthe » la prescription « ordonnance de Jacinthe »
    Alors « ordonnance d'Ignace » est une prescription en CDA R2 N1, au PDF encapsulé, avec tout son texte
    Et le document « ordonnance d'Ignace » porte l'INS et les traits qualifiés de son patient, et suit le volet
    Et le PDF/A-1 de « ordonnance d'Ignace » porte l'identité et l'INS de son patient
    Et « ordonnance de Jacinthe » est une prescription en CDA R2 N1, au PDF encapsulé, avec tout son texte
    Et le document « ordonnance de Jacinthe » porte l'INS et les traits qualifiés de son patient, et suit le volet
    Et le PDF/A-1 de « ordonnance de Jacinthe » porte l'identité et l'INS de son patient
