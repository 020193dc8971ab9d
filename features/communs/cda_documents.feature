# language: fr
Fonctionnalité: Documents CDA dans le dossier du patient
  Les documents reçus sont gardés, affichés et triés comme les documents produits ; ceux qui sont déjà là ne reviennent pas.

  @CDA/INT.15.01
  Scénario: Des documents CDA N1 et N3 sont gardés et s'affichent, avec ou sans feuille de style
    Étant donné un patient « Amandine » à l'INS qualifiée, dont le DMP est ouvert
    Quand le logiciel intègre un document CDA R2 N1 « lettre » du patient « Amandine »
    Et le logiciel intègre un document CDA R2 N3 avec feuille de style « consultation » du patient « Amandine »
    Et le logiciel intègre un document CDA R2 N3 sans feuille de style « seconde consultation » du patient « Amandine »
    Alors le document « lettre » est gardé tel que reçu et s'affiche, corps compris
    Et le document « consultation » est gardé tel que reçu et s'affiche, avec la feuille de style de son producteur
    Et le document « seconde consultation » est gardé tel que reçu et s'affiche, avec celle du logiciel

  @CDA/INT.16.01
  Scénario: La feuille de style du logiciel montre aussi les sections ajoutées
    Étant donné un patient « Bertille » à l'INS qualifiée, dont le DMP est ouvert
    Quand le professionnel valide pour le patient « Bertille » un compte rendu avec des sections ajoutées
      | titre                      | texte                                                        |
      | Commentaire du biologiste  | Hémolyse légère du prélèvement : potassium à contrôler.      |
      | Conditions de prélèvement  | À jeun depuis 12 h, dixième minute de repos (fauteuil n° 4). |
    Alors la feuille de style fournie avec le compte rendu du patient « Bertille » en montre toutes les sections

  @CDA/INT.04.01
  Scénario: Les documents reçus et produits se trient par date de création et par code de type
    # Le texte officiel demande au moins deux documents. Trois se rangent autrement selon l'arrivée, la création et le type :
    # une liste toujours triée de la même façon se verrait ; le bilan, d'un acte ancien, trahit un tri par date de l'acte.
    Étant donné un patient « Cyprien » à l'INS qualifiée, dont le DMP est ouvert
    Et des documents reçus dans le dossier du patient « Cyprien »
      | document | forme | créé le          |
      | lettre   | N1    | 02/11/2023 17:45 |
    Et un compte rendu « bilan » du patient « Cyprien » produit pour un acte du 09/01/2023 08:30
    Et des documents reçus dans le dossier du patient « Cyprien »
      | document     | forme                    | créé le          |
      | consultation | N3 sans feuille de style | 14/03/2024 10:20 |
    Quand le professionnel trie les documents du patient « Cyprien » par date de création
    Alors les documents reçus et produits du patient « Cyprien » sont tous là, dans l'ordre demandé
    Quand le professionnel trie les documents du patient « Cyprien » par code de type
    Alors les documents reçus et produits du patient « Cyprien » sont tous là, dans l'ordre demandé

  @CDA/DD.04.01
  Scénario: Un document du DMP déjà au dossier est reconnu
    # Deux origines (produit, repris du DMP) et un troisième document, absent du dossier, qui doit s'ouvrir normalement.
    Étant donné un patient « Delphine » à l'INS qualifiée, dont le DMP est ouvert
    Et des documents d'autres professionnels dans le DMP du patient « Delphine »
      | document | type                         | date de l'acte   |
      | sortie   | lettre de liaison            | 12/03/2024 10:00 |
      | conseil  | compte rendu de consultation | 20/05/2024 08:15 |
    Et le choix du patient « Delphine » sur la consultation de son DMP : non-opposition
    Et un compte rendu « bilan » du patient « Delphine » au dossier et au DMP
    Et le document « sortie » du DMP intégré au dossier du patient « Delphine »
    Et un exemplaire du document « bilan » du dossier déposé au DMP, que l'on distingue de celui du dossier
    Et un exemplaire du document « sortie » du dossier déposé au DMP, que l'on distingue de celui du dossier
    Quand le professionnel ouvre au DMP du patient « Delphine » le document « bilan »
    Alors le logiciel dit que « bilan » est déjà au dossier et montre celui du dossier
    Quand le professionnel ouvre au DMP du patient « Delphine » le document « sortie »
    Alors le logiciel dit que « sortie » est déjà au dossier et montre celui du dossier
    Quand le professionnel ouvre au DMP du patient « Delphine » le document « conseil »
    Alors « conseil », qui n'est pas au dossier, s'ouvre depuis le DMP
    Quand le professionnel essaie d'intégrer au dossier du patient « Delphine » le document « sortie » de son DMP
    Alors « sortie » n'est pas intégré une seconde fois
