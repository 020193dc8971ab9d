"""Ce que l'utilisateur choisit pour les rapports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

MENTION_DEMONSTRATION = "DÉMONSTRATION, non recevable"
"""Ce que porte tout fichier d'une campagne menée sur le logiciel témoin."""


@dataclass(frozen=True, slots=True)
class TextesOfficiels:
    """Les textes officiels importés depuis le classeur de l'utilisateur, par numéro ; vides si rien n'est importé."""

    origine: str = ""
    exigences: Mapping[str, str] = field(default_factory=dict)
    scenarios: Mapping[str, str] = field(default_factory=dict)
    preuves: Mapping[str, str] = field(default_factory=dict)


SANS_TEXTES = TextesOfficiels()


@dataclass(frozen=True, slots=True)
class OptionsRapports:
    """Réglages de `ecrire_tout`. `allure` : écrire les fichiers d'accompagnement dans `allure-results/`."""

    junit: bool = False
    allure: bool = True
    exiger_complet: bool = False
    textes: TextesOfficiels = SANS_TEXTES
