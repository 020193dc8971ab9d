"""Règles des exports LOINC_1, 2 et 3."""

from __future__ import annotations

from reports.constat import Confiance, Regle
from steps.verifications.sources import REM_BIO

_EXPORTS = REM_BIO.format("SGL.LOI/va1.01, va1.02 ou va1.03")

R_NOM = Regle(
    "LOI-NOM-01",
    "Le fichier exporté porte le nom prévu, daté du jour de l'export (AAAAMMJJ)",
    _EXPORTS,
    Confiance.OFFICIELLE,
    "Nommez le fichier LOINC_1_export_chapitres_, LOINC_2_export_demandes_ ou LOINC_3_export_resultats_, puis la date.",
)
R_LISIBLE = Regle(
    "LOI-CSV-01",
    "Le fichier exporté est un texte dont les champs sont séparés par des points-virgules",
    _EXPORTS,
    Confiance.OFFICIELLE,
    "Écrivez un CSV à points-virgules ; mettez entre guillemets un champ qui en contient un.",
)
R_CHAMPS = Regle(
    "LOI-CSV-02",
    "Chaque ligne de l'export a tous les champs prévus, et eux seuls",
    _EXPORTS,
    Confiance.OFFICIELLE,
    "Gardez la place de chaque champ, même vide, dans l'ordre de l'exigence.",
)
R_OBLIGATOIRES = Regle(
    "LOI-CSV-03",
    "Les champs obligatoires sont remplis sur chaque ligne de l'export",
    _EXPORTS,
    Confiance.OFFICIELLE,
    "Répétez sur chaque ligne les codes et libellés obligatoires.",
)
R_VOLUME = Regle(
    "LOI-CSV-04",
    "L'export compte au moins dix chapitres et sous-chapitres, ou dix analyses",
    REM_BIO.format("SGL.LOI/va1.01, va1.02 ou va1.03") + ", scénario de conformité",
    Confiance.OFFICIELLE,
    "Exportez tout le catalogue ; s'il est plus petit, complétez la base d'essai.",
)
R_CHAPITRES = Regle(
    "LOI-CHAP-01",
    "L'export LOINC_1 dit tous les chapitres et sous-chapitres que le logiciel montre, et eux seuls",
    REM_BIO.format("SGL.LOI/va1.01"),
    Confiance.OFFICIELLE,
    "Exportez chaque chapitre et chaque sous-chapitre sous son libellé, dans son chapitre.",
)
R_DEMANDES = Regle(
    "LOI-DEM-01",
    "L'export LOINC_2 dit les examens que le logiciel montre, avec leurs libellés, chapitres et analyses",
    REM_BIO.format("SGL.LOI/va1.02"),
    Confiance.OFFICIELLE,
    "Tirez chaque champ de la fiche de l'examen et de celle de l'analyse.",
)
R_LIGNES = Regle(
    "LOI-DEM-02",
    "Un examen de N analyses occupe N lignes de l'export LOINC_2",
    REM_BIO.format("SGL.LOI/va1.02"),
    Confiance.OFFICIELLE,
    "Écrivez une ligne par analyse de l'examen, ni plus ni moins.",
)
R_RESULTATS = Regle(
    "LOI-RES-01",
    "L'export LOINC_3 dit toutes les analyses que le logiciel montre, et elles seules",
    REM_BIO.format("SGL.LOI/va1.03"),
    Confiance.OFFICIELLE,
    "Exportez chaque analyse de résultat sous son code et son libellé.",
)
R_FACULTATIFS = Regle(
    "LOI-CSV-05",
    "Un champ facultatif rempli dit ce que le logiciel montre, à la place prévue",
    _EXPORTS,
    Confiance.OFFICIELLE,
    "Laissez vide un champ facultatif, ou mettez-y la valeur du catalogue, dans sa colonne.",
)
