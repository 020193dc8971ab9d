# language: fr
Fonctionnalité: Ce que porte tout document produit
  Le PDF/A-1 et son nom, l'INS et son datamatrix, l'information du patient, quel que soit le type de logiciel.

  @DOC/va1.01.01
  Scénario: Le document s'édite en PDF/A-1, sous un nom qui dit l'acte, le type et le patient
    # Le scénario officiel cite le code 57833-6 (prescription) ; l'exigence porte sur le document que le logiciel produit,
    # jugé ici, avec sa prescription s'il en fait. Deux patients, l'un au nom composé, des dates d'acte qui ne sont pas du jour.
    Étant donné un patient « Éléonore » dont le statut est « identité qualifiée »
    Et un patient « Fulgence » dont le statut est « identité qualifiée »
      | champ            | valeur              |
      | nom de naissance | D'ARGENT-SAINT MAUR |
    Quand le professionnel rédige et valide pour le patient « Éléonore » le document « premier » d'un acte du 14/03/2024 10:20
    Et le professionnel rédige et valide pour le patient « Fulgence » le document « second » d'un acte du 02/11/2023 17:45
    Et un autre professionnel rédige et valide pour le patient « Fulgence » la prescription « ordonnance » d'un acte du 05/02/2024 08:30, si ce couloir en produit
    Alors le PDF du document « premier » est un PDF/A-1
    Et le nom du PDF du document « premier » donne la date de l'acte, le type, le NOM et le prénom
    Et le PDF du document « second » est un PDF/A-1
    Et le nom du PDF du document « second » donne la date de l'acte, le type, le NOM et le prénom
    Et la prescription « ordonnance », s'il y en a une, est un PDF/A-1 au nom réglementaire

  @DOC/va1.04.01
  Scénario: L'INS qualifiée est dans le CDA R2 N1, et son datamatrix dans le PDF/A-1
    # Le lien du rapport de l'espace de tests et la capture de la fiche restent à joindre. Deux patients : une identité figée
    # ne passe pas.
    Étant donné un patient « Guilhem » dont le statut est « identité qualifiée »
    Et un patient « Honorine » dont le statut est « identité qualifiée »
      | champ                | valeur           |
      | prénoms de naissance | MARIE-LOU SOPHIE |
    Quand le professionnel rédige et valide pour le patient « Guilhem » le document « premier »
    Et un autre professionnel rédige et valide pour le patient « Honorine » le document « second »
    Alors le document « premier » porte l'INS et les traits qualifiés de son patient, et suit le volet
    Et le PDF du document « premier » est un PDF/A-1
    Et le datamatrix INS du PDF du document « premier » porte l'identité de son patient
    Et le document « second » porte l'INS et les traits qualifiés de son patient, et suit le volet
    Et le PDF du document « second » est un PDF/A-1
    Et le datamatrix INS du PDF du document « second » porte l'identité de son patient

  @DOC/va1.05.01
  Scénario: Les mentions RGPD réglées sont au bas du document, en PDF et à l'affichage
    # Le texte officiel demande au moins le PDF et la capture de l'affichage. Le texte réglé est tiré au hasard puis changé,
    # d'un patient à l'autre : un texte constant ne passe pas. Ce que devient un document déjà validé n'est pas jugé.
    Étant donné un patient « Amandine » dont le statut est « identité qualifiée »
    Et un patient « Bastien » dont le statut est « identité qualifiée »
    Quand l'administrateur règle les mentions RGPD
    Et le professionnel rédige et valide pour le patient « Amandine » le document « premier »
    Alors le PDF du document « premier » porte ces mentions RGPD au bas de la page
    Et l'affichage du document « premier » montre ces mentions RGPD
    Quand l'administrateur change les mentions RGPD
    Et le professionnel rédige et valide pour le patient « Bastien » le document « second »
    Alors le PDF du document « second » porte ces mentions RGPD au bas de la page
    Et l'affichage du document « second » montre ces mentions RGPD
