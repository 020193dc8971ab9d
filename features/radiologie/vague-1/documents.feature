# language: fr
Fonctionnalité: Comptes rendus d'imagerie en CDA R2 N1
  Le compte rendu validé porte son type, son texte, ses destinataires, son demandeur, et dit qui l'a validé et quand.

  # Les scénarios officiels demandent le lien du rapport de l'espace de tests d'interopérabilité : il reste à joindre.
  # Le banc juge l'exigence elle-même, sur les comptes rendus que le logiciel produit.

  @CRI/va1.07.01
  Scénario: Le compte rendu d'imagerie porte le code 18748-4
    # Deux patients, deux radiologues.
    Étant donné un patient « Adélie » dont le statut est « identité qualifiée »
    Et un patient « Blaise » dont le statut est « identité qualifiée »
    Quand le professionnel rédige et valide pour le patient « Adélie » le document « scanner »
    Et un autre professionnel rédige et valide pour le patient « Blaise » le document « échographie »
    Alors le document « scanner » est un compte rendu d'imagerie en CDA R2 N1, avec tout son texte
    Et le document « échographie » est un compte rendu d'imagerie en CDA R2 N1, avec tout son texte

  @CRI/va1.01.01
  Scénario: Le compte rendu imprimé dit qu'il est validé, par qui et quand
    # Deux radiologues, deux actes d'un autre jour : un nom figé, ou la date de l'acte, ne passent pas. La capture du statut
    # à l'écran reste à joindre.
    Étant donné un patient « Clarisse » dont le statut est « identité qualifiée »
    Et un patient « Désiré » dont le statut est « identité qualifiée »
    Quand le professionnel rédige et valide pour le patient « Clarisse » le document « scanner » d'un acte du 11/02/2024 08:13
    Et un autre professionnel rédige et valide pour le patient « Désiré » le document « échographie » d'un acte du 19/10/2023 16:41
    Alors le PDF du document « scanner » est un PDF/A-1
    Et le PDF du document « scanner » dit qu'il est validé, par qui et quand
    Et le PDF du document « échographie » est un PDF/A-1
    Et le PDF du document « échographie » dit qu'il est validé, par qui et quand

  @DOC/va1.16.01
  Scénario: Le compte rendu d'imagerie se produit en CDA R2 N1, son PDF encapsulé, dès la validation
    Étant donné un patient « Edgar » dont le statut est « identité qualifiée »
    Et un patient « Flora » dont le statut est « identité qualifiée »
    Quand le professionnel rédige et valide pour le patient « Edgar » le document « scanner »
    Et un autre professionnel rédige et valide pour le patient « Flora » le document « radiographie »
    Alors le document « scanner » est un compte rendu d'imagerie en CDA R2 N1, avec tout son texte
    Et le document « scanner » porte l'INS et les traits qualifiés de son patient, et suit le volet
    Et le document « radiographie » est un compte rendu d'imagerie en CDA R2 N1, avec tout son texte
    Et le document « radiographie » porte l'INS et les traits qualifiés de son patient, et suit le volet

  @DOC/va1.15.01
  Scénario: Le compte rendu d'imagerie nomme tous ses destinataires, et eux seuls
    # Le service prescripteur et le confrère sont choisis à la validation ; les correspondants du dossier, à qui le compte
    # rendu va être transmis, ne sont pas redits.
    Étant donné un patient « Gaëtane » dont le statut est « identité qualifiée »
    Et un patient « Hubert » dont le statut est « identité qualifiée »
    Et deux correspondants au dossier du patient « Gaëtane »
    Et un correspondant au dossier du patient « Hubert »
    Et l'envoi automatique par MSSanté aux correspondants
    Quand le professionnel valide pour le patient « Gaëtane » le compte rendu d'imagerie « scanner », adressé aussi à
      | destinataire                     |
      | un confrère                      |
      | SERVICE DE PNEUMOLOGIE DU BOCAGE |
    Et un autre professionnel valide pour le patient « Hubert » le compte rendu d'imagerie « IRM », adressé aussi à
      | destinataire                  |
      | UNITÉ DE CHIRURGIE AMBULATOIRE |
    Alors le document « scanner » est un compte rendu d'imagerie en CDA R2 N1, avec tout son texte
    Et le document « scanner » nomme tous ses destinataires, et eux seuls
    Et le document « IRM » nomme tous ses destinataires, et eux seuls

  @DOC/va1.17.01
  Scénario: Le compte rendu d'imagerie porte l'adresse MSSanté de celui qui a demandé l'examen
    # Deux demandeurs : une adresse constante ne passe pas.
    Étant donné un patient « Irma » dont le statut est « identité qualifiée »
    Et un patient « Jules » dont le statut est « identité qualifiée »
    Quand le professionnel rédige et valide pour le patient « Irma » le document « scanner », demandé par un médecin
    Et le professionnel rédige et valide pour le patient « Jules » le document « IRM », demandé par un autre médecin
    Alors le document « scanner » est un compte rendu d'imagerie en CDA R2 N1, avec tout son texte
    Et le document « scanner » porte l'adresse MSSanté de son demandeur
    Et le document « IRM » porte l'adresse MSSanté de son demandeur
