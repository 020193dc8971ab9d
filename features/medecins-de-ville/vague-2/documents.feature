# language: fr
Fonctionnalité: Documents d'un cabinet en CDA R2 N1
  Chaque document de l'annexe 3 se produit en CDA de niveau 1, son PDF encapsulé en base 64.

  @DOC.01.01
  Scénario: Lettre d'adressage, lettre de suivi et prescription en CDA R2 N1
    # Le scénario officiel demande la lettre d'adressage, dont il laisse le code en blanc : son type n'est pas jugé. L'exigence
    # vaut pour chaque type. Le lien du rapport de l'espace de tests d'interopérabilité reste à joindre.
    Étant donné un patient « Lothaire » dont le statut est « identité qualifiée »
    Et un patient « Mélusine » dont le statut est « identité qualifiée »
    Quand le professionnel rédige pour le patient « Lothaire » la lettre d'adressage « avis du cardiologue »
    Et un autre professionnel rédige pour le patient « Mélusine » la lettre d'adressage « avis du rhumatologue »
    Et le professionnel rédige pour le patient « Mélusine » la lettre de suivi « suivi de Mélusine »
    Et le professionnel rédige pour le patient « Lothaire » la prescription « ordonnance de Lothaire »
    Alors « avis du cardiologue » est une lettre d'adressage en CDA R2 N1, au PDF encapsulé, avec tout son texte
    Et le document « avis du cardiologue » porte l'INS et les traits qualifiés de son patient, et suit le volet
    Et « avis du rhumatologue » est une lettre d'adressage en CDA R2 N1, au PDF encapsulé, avec tout son texte
    Et le document « avis du rhumatologue » porte l'INS et les traits qualifiés de son patient, et suit le volet
    Et « suivi de Mélusine » est une lettre de suivi en CDA R2 N1, au PDF encapsulé, avec tout son texte
    Et le document « suivi de Mélusine » porte l'INS et les traits qualifiés de son patient, et suit le volet
    Et « ordonnance de Lothaire » est une prescription en CDA R2 N1, au PDF encapsulé, avec tout son texte
    Et le document « ordonnance de Lothaire » porte l'INS et les traits qualifiés de son patient, et suit le volet
