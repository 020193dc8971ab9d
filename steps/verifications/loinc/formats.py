"""Les trois fichiers que le logiciel exporte et les trois qu'il intègre : noms, champs dans l'ordre, obligations."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Format:
    """Un fichier : début de son nom, champs dans l'ordre, rangs des obligatoires, exigence qui le demande."""

    racine: str
    champs: tuple[str, ...]
    obligatoires: tuple[int, ...]
    exigence: str
    compte: str
    """Ce dont le scénario demande au moins dix."""


EXPORTS = {
    "LOINC_1": Format(
        "LOINC_1_export_chapitres",
        ("code chapitre", "libellé chapitre", "code sous-chapitre", "libellé sous-chapitre"),
        (1,),
        "SGL.LOI/va1.01",
        "chapitres et sous-chapitres",
    ),
    "LOINC_2": Format(
        "LOINC_2_export_demandes",
        (
            "code examen",
            "libellé examen",
            "synonyme",
            "code chapitre",
            "code sous-chapitre",
            "milieu",
            "codes NABM ou HN",
            "code analyse",
            "libellé analyse",
        ),
        (0, 1, 7, 8),
        "SGL.LOI/va1.02",
        "analyses",
    ),
    "LOINC_3": Format(
        "LOINC_3_export_resultats",
        (
            "code analyse",
            "libellé analyse",
            "synonyme",
            "grandeur",
            "code unité",
            "libellé unité",
            "temporalité",
            "code milieu",
            "libellé milieu",
            "échelle",
            "technique",
            "codes NABM ou HN",
        ),
        (0, 1),
        "SGL.LOI/va1.03",
        "analyses",
    ),
}
IMPORTS = {"LOINC_4": "LOINC_1", "LOINC_5": "LOINC_2", "LOINC_6": "LOINC_3"}
"""Ce que chaque fichier du transcodeur reprend."""
NOMS_IMPORTS = {
    "LOINC_4": "LOINC_4_transcodage_chapitres",
    "LOINC_5": "LOINC_5_transcodage_demandes",
    "LOINC_6": "LOINC_6_transcodage_demandes",
}
"""LOINC_6 aussi se dit « demandes » : l'exigence l'écrit ainsi. Aucun texte ne nomme LOINC_4."""
MINIMUM = 10
