"""Lecture d'une feature : une seule par texte, pour pytest-bdd comme pour le banc.

Le banc relit chaque feature à côté de pytest-bdd, pour voir les scénarios que celui-ci laisse tomber ; l'analyseur
Gherkin est ce qui coûte le plus dans une collecte.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

from gherkin.parser import Parser


@cache
def lire(texte: str) -> dict[str, Any]:
    """Le document Gherkin de ce texte ; à ne pas modifier : il est partagé."""
    return dict(Parser().parse(texte))


class _Analyseur:
    """Même usage que `gherkin.parser.Parser`."""

    def parse(self, texte: str) -> dict[str, Any]:
        return lire(texte)


def brancher() -> None:
    """Fait lire pytest-bdd par ici, pour tout le processus."""
    vars(import_module("pytest_bdd.gherkin_parser"))["Parser"] = _Analyseur
