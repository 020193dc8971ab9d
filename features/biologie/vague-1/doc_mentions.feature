# language: fr
Fonctionnalité: Ce que le compte rendu de biologie dit en plus de ses résultats
  Validation automatique, accréditation, demandeur et destinataires.

  @DOC/va1.18.01
  Scénario: La validation automatique d'un examen est dite sur le compte rendu, par un texte réglé
    # Un seul examen automatique suffit ; un compte rendu entièrement revu ne doit pas porter la mention, sans quoi elle ne
    # dirait rien.
    Étant donné un patient « Clotilde » dont le statut est « identité qualifiée »
    Et un patient « Donatien » dont le statut est « identité qualifiée »
    Quand l'administrateur règle la mention de validation automatique
    Et le professionnel valide pour le patient « Clotilde » le compte rendu « bilan mixte » avec ces résultats
      | analyse     | valeur | unité  | validé par    |
      | Sodium      | 141    | mmol/L | un automate   |
      | Hémoglobine | 9.8    | g/dL   | un biologiste |
    Alors le PDF du compte rendu « bilan mixte » dit la validation automatique
    Et l'affichage du compte rendu « bilan mixte » dit la validation automatique
    Quand le professionnel valide pour le patient « Clotilde » le compte rendu « bilan revu » avec ces résultats
      | analyse     | valeur | unité  | validé par    |
      | Potassium   | 3.7    | mmol/L | un biologiste |
      | Ferritine   | 212    | ug/L   | un biologiste |
    Alors le compte rendu « bilan revu », entièrement revu par un biologiste, ne dit pas de validation automatique
    Quand l'administrateur change la mention de validation automatique
    Et le professionnel valide pour le patient « Donatien » le compte rendu « bilan automatique » avec ces résultats
      | analyse | valeur | unité | validé par  |
      | TSH     | 2.31   | mUI/L | un automate |
    Alors le PDF du compte rendu « bilan automatique » dit la validation automatique
    Et l'affichage du compte rendu « bilan automatique » dit la validation automatique

  @DOC/va1.26.01
  Scénario: Le compte rendu nomme tous ceux à qui il va être transmis
    # Le texte officiel demande le lien du rapport de l'espace de tests, qui reste à joindre ; ici, l'exigence est jugée sur
    # le CDA produit : correspondants du dossier, que le professionnel ne redit pas, confrère et service ajoutés à la main.
    Étant donné un patient « Ismérie » dont le statut est « identité qualifiée »
    Et un patient « Joachim » dont le statut est « identité qualifiée »
    Et deux correspondants au dossier du patient « Ismérie »
    Et trois correspondants au dossier du patient « Joachim »
    Et l'envoi automatique par MSSanté aux correspondants
    Quand le professionnel valide pour le patient « Ismérie » le compte rendu « bilan d'Ismérie », adressé aussi à
      | destinataire                   |
      | Service de néphrologie, aile B |
      | un confrère                    |
    Et le professionnel valide pour le patient « Joachim » le compte rendu « bilan de Joachim », adressé aussi à
      | destinataire                    |
      | Unité de chirurgie ambulatoire  |
    Alors le compte rendu « bilan d'Ismérie » nomme tous ses destinataires, et eux seuls
    Et le compte rendu « bilan de Joachim » nomme tous ses destinataires, et eux seuls

  @DOC/va1.28.01
  Scénario: Le compte rendu porte l'adresse MSSanté de celui qui a demandé les examens
    # Le lien du rapport de l'espace de tests reste à joindre. Deux demandeurs : une adresse constante ne passe pas.
    Étant donné un patient « Kilian » dont le statut est « identité qualifiée »
    Et un patient « Léonie » dont le statut est « identité qualifiée »
    Quand le professionnel valide pour le patient « Kilian » le compte rendu « bilan de Kilian », demandé par un médecin
    Et le professionnel valide pour le patient « Léonie » le compte rendu « bilan de Léonie », demandé par un autre médecin
    Alors le compte rendu « bilan de Kilian » porte l'adresse MSSanté de son demandeur
    Et le compte rendu « bilan de Léonie » porte l'adresse MSSanté de son demandeur

  @DOC/va1.29.01
  Scénario: Les mentions Cofrac paraissent avec un examen accrédité, et jamais sans
    # Le texte officiel demande un compte rendu sans examen accrédité et un autre qui en a deux, en PDF/A-1 et à l'affichage.
    # L'exigence vaut aussi pour le CDA N1, dont le PDF encapsulé est lu. Numéro, portée et signe sont tirés au hasard, puis
    # changés. Le logo du Cofrac, une image, n'est pas lu.
    Étant donné un patient « Maxence » dont le statut est « identité qualifiée »
    Et un patient « Ninon » dont le statut est « identité qualifiée »
    Quand l'administrateur règle l'accréditation du laboratoire
    Et le professionnel valide pour le patient « Maxence » le compte rendu « sans accréditation » avec ces résultats
      | analyse     | valeur | unité  | accrédité |
      | Sodium      | 137    | mmol/L | non       |
      | Hémoglobine | 14.6   | g/dL   | non       |
    Alors le compte rendu « sans accréditation » ne porte aucune mention d'accréditation
    Quand le professionnel valide pour le patient « Maxence » le compte rendu « deux examens accrédités » avec ces résultats
      | analyse     | valeur | unité  | accrédité |
      | Sodium      | 140    | mmol/L | oui       |
      | Potassium   | 5.2    | mmol/L | non       |
      | Hémoglobine | 14.1   | g/dL   | oui       |
      | Ferritine   | 77     | ug/L   | non       |
    Alors le PDF du compte rendu « deux examens accrédités » porte l'accréditation et la marque de ces examens
    Et l'affichage du compte rendu « deux examens accrédités » porte l'accréditation et la marque de ces examens
    Et le CDA du compte rendu « deux examens accrédités » porte l'accréditation, en N3 et en N1
    Quand l'administrateur change l'accréditation du laboratoire
    Et le professionnel valide pour le patient « Ninon » le compte rendu « un examen accrédité » avec ces résultats
      | analyse   | valeur | unité | accrédité |
      | TSH       | 0.9    | mUI/L | non       |
      | Ferritine | 18     | ug/L  | oui       |
    Alors le PDF du compte rendu « un examen accrédité » porte l'accréditation et la marque de ces examens
    Et l'affichage du compte rendu « un examen accrédité » porte l'accréditation et la marque de ces examens
    Et le CDA du compte rendu « un examen accrédité » porte l'accréditation, en N3 et en N1
