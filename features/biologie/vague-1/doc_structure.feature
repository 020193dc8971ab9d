# language: fr
Fonctionnalité: Structure du compte rendu de biologie
  Ce que le biologiste a saisi se retrouve, valeur par valeur, dans chaque forme du compte rendu.

  # Les scénarios officiels demandent le lien du rapport de l'espace de tests d'interopérabilité : il reste à joindre.
  # Le banc juge l'exigence elle-même, sur les documents que le logiciel produit.

  @DOC/va1.27.01
  Scénario: Le compte rendu se produit en CDA de niveau 1, un PDF encapsulé
    # Deux patients et deux séries de résultats : un document figé ne passe pas.
    Étant donné un patient « Aurore » dont le statut est « identité qualifiée »
    Et un patient « Barnabé » dont le statut est « identité qualifiée »
    Quand le biologiste valide pour le patient « Aurore » le compte rendu « bilan martial » avec ces résultats
      | analyse     | valeur | unité |
      | Hémoglobine | 11.7   | g/dL  |
      | Ferritine   | 18     | ug/L  |
    Et le biologiste valide pour le patient « Barnabé » le compte rendu « ionogramme » avec ces résultats
      | analyse   | valeur | unité  |
      | Sodium    | 143    | mmol/L |
      | Potassium | 3.86   | mmol/L |
    Alors le compte rendu « bilan martial » se produit en CDA R2 N1, son PDF encapsulé portant chaque résultat
    Et le compte rendu « ionogramme » se produit en CDA R2 N1, son PDF encapsulé portant chaque résultat
