# language: fr
Fonctionnalité: Structure du compte rendu de biologie
  Ce que le professionnel a saisi se retrouve, valeur par valeur, dans chaque forme du compte rendu.

  # Les scénarios officiels demandent le lien du rapport de l'espace de tests d'interopérabilité : il reste à joindre.
  # Le banc juge l'exigence elle-même, sur les documents que le logiciel produit.

  @DOC/va1.27.01
  Scénario: Le compte rendu se produit en CDA de niveau 1, un PDF encapsulé
    # Deux patients et deux séries de résultats : un document figé ne passe pas.
    Étant donné un patient « Aurore » dont le statut est « identité qualifiée »
    Et un patient « Barnabé » dont le statut est « identité qualifiée »
    Quand le professionnel valide pour le patient « Aurore » le compte rendu « bilan martial » avec ces résultats
      | analyse     | valeur | unité |
      | Hémoglobine | 11.7   | g/dL  |
      | Ferritine   | 18     | ug/L  |
    Et le professionnel valide pour le patient « Barnabé » le compte rendu « ionogramme » avec ces résultats
      | analyse   | valeur | unité  |
      | Sodium    | 143    | mmol/L |
      | Potassium | 3.86   | mmol/L |
    Alors le compte rendu « bilan martial » se produit en CDA R2 N1, son PDF encapsulé portant chaque résultat
    Et le compte rendu « ionogramme » se produit en CDA R2 N1, son PDF encapsulé portant chaque résultat

  @DOC/va1.30.01
  Scénario: Le compte rendu se produit en CDA R2 N3 : sections, versions successives, microbiologie
    # Cas Sc1 de l'espace de tests : sections et entrées ; Sc2 : versions d'une même demande ; Sc3 : microbiologie.
    Étant donné un patient « Capucine » dont le statut est « identité qualifiée »
    Et un patient « Dorian » dont le statut est « identité qualifiée »
    Quand le professionnel valide pour le patient « Capucine » le compte rendu « bilan d'entrée » avec ces résultats
      | analyse             | valeur | unité  |
      | Hémoglobine         | 12.9   | g/dL   |
      | INR                 | 2.4    |        |
      | Sodium              | 138    | mmol/L |
      | Protéine C réactive | 47     | mg/L   |
    Alors le compte rendu « bilan d'entrée » porte en CDA R2 N3 chaque résultat, codé et rangé dans un chapitre, lisible dans le récit et dans le PDF
    Et le compte rendu « bilan d'entrée » en CDA R2 N3 suit le volet
    # Une même demande : partielle, complétée, puis corrigée.
    Quand le professionnel valide pour le patient « Dorian » le compte rendu « ionogramme partiel » avec ces résultats
      | analyse   | valeur     | unité  |
      | Sodium    | 133        | mmol/L |
      | Potassium | en attente | mmol/L |
    Et le professionnel remplace le compte rendu « ionogramme partiel » du patient « Dorian » par « ionogramme complet », avec ces résultats
      | analyse   | valeur | unité  |
      | Sodium    | 133    | mmol/L |
      | Potassium | 5.2    | mmol/L |
    Et le professionnel remplace le compte rendu « ionogramme complet » du patient « Dorian » par « ionogramme corrigé », avec ces résultats
      | analyse   | valeur | unité  |
      | Sodium    | 133    | mmol/L |
      | Potassium | 4.1    | mmol/L |
    Alors le compte rendu « ionogramme partiel » se dit partiel en CDA R2 N3
    Et le compte rendu « ionogramme complet » se dit complet en CDA R2 N3
    Et le compte rendu « ionogramme complet » est en CDA R2 N3 la version qui suit « ionogramme partiel »
    Et le compte rendu « ionogramme corrigé » est en CDA R2 N3 la version qui suit « ionogramme complet »
    Et le compte rendu « ionogramme corrigé » ne porte plus les valeurs de « ionogramme complet » qui ont été corrigées
    Et le compte rendu « ionogramme partiel » porte en CDA R2 N3 chaque résultat, codé et rangé dans un chapitre, lisible dans le récit et dans le PDF
    Et le compte rendu « ionogramme corrigé » porte en CDA R2 N3 chaque résultat, codé et rangé dans un chapitre, lisible dans le récit et dans le PDF
    Et le compte rendu « ionogramme corrigé » en CDA R2 N3 suit le volet
    # Deux germes qui n'ont pas le même antibiogramme.
    Étant donné ces germes trouvés pour le compte rendu « examen des urines »
      | prélèvement      | germe                 | antibiotique   | sensibilité | CMI  |
      | Urine du matin   | Escherichia coli      | Amoxicilline   | R           | 32   |
      | Urine du matin   | Escherichia coli      | Ceftriaxone    | S           | 0.25 |
      | Urine du matin   | Escherichia coli      | Ciprofloxacine | I           | 0.5  |
      | Urine du matin   | Enterococcus faecalis | Amoxicilline   | S           | 1    |
      | Urine du matin   | Enterococcus faecalis | Vancomycine    | R           | 64   |
    Quand le professionnel valide pour le patient « Capucine » le compte rendu « examen des urines » avec ces résultats
      | analyse             | valeur | unité |
      | Protéine C réactive | 88     | mg/L  |
    Alors le compte rendu « examen des urines » porte chaque germe et son antibiogramme, codés, au récit et au PDF
    Et le compte rendu « examen des urines » en CDA R2 N3 suit le volet

  @DOC/va1.22.01
  Scénario: Les examens sous-traités sont dans le CDA R2 N3 du laboratoire
    # L'exigence laisse le choix : le PDF du sous-traitant, ou ses résultats structurés. Les deux sont essayés.
    Étant donné un patient « Éléonore » dont le statut est « identité qualifiée »
    Et un patient « Firmin » dont le statut est « identité qualifiée »
    Et ce laboratoire sous-traitant pour le compte rendu « bilan vitaminique »
      | nom                      | FINESS    | adresse           | code postal | ville      | téléphone      |
      | LABORATOIRE DES ÉTOILES  | 990000025 | 17 quai du Rhône  | 69007       | LYON       | 04 72 00 11 22 |
    Et ce laboratoire sous-traitant pour le compte rendu « bilan génétique »
      | nom                      | FINESS    | adresse           | code postal | ville      | téléphone      |
      | GÉNÉTIQUE DU LITTORAL    | 990000033 | 3 rue de la Digue | 35400       | SAINT-MALO | 02 99 00 33 44 |
    Et le compte rendu PDF que ce laboratoire a envoyé pour « bilan génétique »
    Quand le professionnel valide pour le patient « Éléonore » le compte rendu « bilan vitaminique » avec ces résultats
      | analyse            | valeur | unité | exécutée par     |
      | Ferritine          | 64     | ug/L  | le laboratoire   |
      | Vitamine D (25-OH) | 21.5   | ng/mL | le sous-traitant |
    Et le professionnel valide pour le patient « Firmin » le compte rendu « bilan génétique » avec ces résultats
      | analyse     | valeur | unité  | exécutée par   |
      | Hémoglobine | 14.1   | g/dL   | le laboratoire |
    Alors le compte rendu « bilan vitaminique » porte en CDA R2 N3 les résultats du sous-traitant, avec son nom et ses coordonnées
    Et le compte rendu « bilan génétique » porte en CDA R2 N3 le PDF du sous-traitant, tel que reçu

  @DOC/va1.19.01
  Scénario: Un examen sous-traité ne part pas à part, et n'est ni un lien ni une image
    # Le compte rendu suivant, arrivé par les deux canaux, clôt l'observation et montre que les envois se voient.
    Étant donné un patient « Gaëlle » à l'INS qualifiée, dont le DMP est ouvert
    Et un correspondant au dossier du patient « Gaëlle »
    Et ce laboratoire sous-traitant pour le compte rendu « bilan osseux »
      | nom                     | FINESS    | adresse          | code postal | ville | téléphone      |
      | LABORATOIRE DES ÉTOILES | 990000025 | 17 quai du Rhône | 69007       | LYON  | 04 72 00 11 22 |
    Et le compte rendu PDF que ce laboratoire a envoyé pour « bilan osseux »
    Quand le professionnel valide pour le patient « Gaëlle » le compte rendu « bilan osseux » avec ces résultats
      | analyse            | valeur | unité  | exécutée par     |
      | Sodium             | 142    | mmol/L | le laboratoire   |
      | Vitamine D (25-OH) | 23.7   | ng/mL  | le sous-traitant |
    Et le compte rendu « bilan osseux » part au DMP et par MSSanté à ses correspondants
    Et le professionnel valide pour le patient « Gaëlle » le compte rendu « contrôle » avec ces résultats
      | analyse   | valeur | unité  | exécutée par   |
      | Potassium | 3.9    | mmol/L | le laboratoire |
    Et le compte rendu « contrôle » part au DMP et par MSSanté à ses correspondants
    Alors le compte rendu du sous-traitant de « bilan osseux » n'est parti à part ni au DMP, ni par MSSanté
    Et les résultats sous-traités de « bilan osseux » ne sont ni un lien ni une image, en N3, en N1 et en PDF

  @DOC/va1.23.01
  Scénario: Le compte rendu se voit en CDA N3, en CDA N1 et en PDF
    # Le texte officiel renvoie à d'autres scénarios ; l'exigence demande que les trois formes se voient. Les captures
    # restent à joindre.
    Étant donné un patient « Hortense » dont le statut est « identité qualifiée »
    Et un patient « Isidore » dont le statut est « identité qualifiée »
    Quand le professionnel valide pour le patient « Hortense » le compte rendu « bilan de fatigue » avec ces résultats
      | analyse   | valeur | unité  |
      | Ferritine | 348    | ug/L   |
      | Sodium    | 136    | mmol/L |
    Et le professionnel valide pour le patient « Isidore » le compte rendu « bilan inflammatoire » avec ces résultats
      | analyse             | valeur | unité |
      | Hémoglobine         | 15.3   | g/dL  |
      | Protéine C réactive | 7.45   | mg/L  |
    Et le professionnel affiche le compte rendu « bilan de fatigue » en N3, en N1 et en PDF
    Et le professionnel affiche le compte rendu « bilan inflammatoire » en N3, en N1 et en PDF
    Alors l'affichage du compte rendu « bilan de fatigue » montre en N3, en N1 et en PDF chaque résultat
    Et l'affichage du compte rendu « bilan inflammatoire » montre en N3, en N1 et en PDF chaque résultat

  @DOC/va1.25.01
  Scénario: Le compte rendu auto-présentable embarque sa feuille de style et montre tout ce que dit le PDF
    # Cas Sc3 de l'espace de tests, avec microbiologie. Les captures de Chrome, Firefox et Safari restent à joindre ;
    # avec --navigateur=chromium, le banc ouvre aussi le fichier dans Chromium.
    Étant donné un patient « Joséphine » dont le statut est « identité qualifiée »
    Et ces germes trouvés pour le compte rendu « hémoculture »
      | prélèvement        | germe                 | antibiotique | sensibilité | CMI  |
      | Sang, bras gauche  | Klebsiella pneumoniae | Ceftriaxone  | R           | 8    |
      | Sang, bras gauche  | Klebsiella pneumoniae | Gentamicine  | S           | 0.5  |
    Quand le professionnel valide pour le patient « Joséphine » le compte rendu « hémoculture » avec ces résultats
      | analyse             | valeur | unité  |
      | Hémoglobine         | 10.2   | g/dL   |
      | Protéine C réactive | 164    | mg/L   |
    Et le professionnel exporte le compte rendu « hémoculture » en CDA R2 N3 auto-présentable
    Alors le CDA auto-présentable « hémoculture » embarque sa feuille de style, qui montre tout ce que dit le PDF
    Et l'affichage du CDA auto-présentable « hémoculture » est à regarder dans Google Chrome, Mozilla Firefox et Apple Safari
