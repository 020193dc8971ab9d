"""Ce que l'utilisateur choisit pour les rapports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

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
    """Réglages de `ecrire_tout`.

    `junit` : fichier JUnit à écrire, s'il est demandé. `allure` : compléter `allure-results/`.
    `textes` : textes officiels à montrer ; par défaut, ceux que l'utilisateur a importés pour ce couloir.
    """

    junit: Path | None = None
    allure: bool = True
    textes: TextesOfficiels | None = None
