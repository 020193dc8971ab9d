# language: fr
Fonctionnalité: Information du patient sur les documents produits
  Le texte d'information que le RGPD demande se règle, et figure au bas des documents remis au patient.

  @DOC/va1.03.01
  Scénario: Une lettre de liaison à la sortie porte au bas de la page les mentions RGPD réglées
    # L'exigence parle d'un compte rendu de biologie ou d'imagerie selon le REM (voir DOC/va1.05.01) ; le scénario officiel
    # demande une lettre de liaison (11490-0) en PDF/A-1. Un logiciel qui n'en produit pas le déclare : une personne en décide.
    Étant donné un patient « Gisèle » dont le statut est « identité qualifiée »
    Et un patient « Hippolyte » dont le statut est « identité qualifiée »
    Quand l'administrateur règle les mentions RGPD
    Et le professionnel rédige pour le patient « Gisèle » la lettre de liaison « sortie de Gisèle »
    Alors la lettre « sortie de Gisèle » est une lettre de liaison à la sortie
    Et le PDF de la lettre « sortie de Gisèle » est un PDF/A-1 et porte ces mentions RGPD au bas de la page
    Quand l'administrateur change les mentions RGPD
    Et le professionnel rédige pour le patient « Hippolyte » la lettre de liaison « sortie d'Hippolyte »
    Alors le PDF de la lettre « sortie d'Hippolyte » est un PDF/A-1 et porte ces mentions RGPD au bas de la page
