# language: fr
Fonctionnalité: Ce que le compte rendu de biologie dit en plus de ses résultats
  Information du patient, validation automatique, accréditation, demandeur et destinataires, nom du fichier.

  @DOC/va1.05.01
  Scénario: Les mentions RGPD réglées sont au bas du compte rendu, en PDF et à l'affichage
    # Le texte officiel demande au moins le PDF et la capture de l'affichage. Le texte réglé est tiré au hasard puis changé,
    # d'un patient à l'autre : un texte constant ne passe pas. Ce que devient un compte rendu déjà validé n'est pas jugé.
    Étant donné un patient « Amandine » dont le statut est « identité qualifiée »
    Et un patient « Bastien » dont le statut est « identité qualifiée »
    Quand l'administrateur règle les mentions RGPD
    Et le biologiste valide pour le patient « Amandine » le compte rendu « ionogramme » avec ces résultats
      | analyse   | valeur | unité  |
      | Sodium    | 138    | mmol/L |
      | Potassium | 4.12   | mmol/L |
    Alors le PDF du compte rendu « ionogramme » porte ces mentions RGPD au bas de la page
    Et l'affichage du compte rendu « ionogramme » montre ces mentions RGPD
    Quand l'administrateur change les mentions RGPD
    Et le biologiste valide pour le patient « Bastien » le compte rendu « bilan martial » avec ces résultats
      | analyse     | valeur | unité |
      | Hémoglobine | 12.9   | g/dL  |
      | Ferritine   | 31     | ug/L  |
    Alors le PDF du compte rendu « bilan martial » porte ces mentions RGPD au bas de la page
    Et l'affichage du compte rendu « bilan martial » montre ces mentions RGPD
