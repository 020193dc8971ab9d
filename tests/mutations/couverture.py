"""Quelles lignes de `steps/verifications` chaque essai traverse : relevé une fois, dans la session pytest elle-même."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Generator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

RACINE = Path(__file__).resolve().parents[2]
VERIFICATIONS = str(RACINE / "steps" / "verifications")

_EVENEMENTS = 200_000
"""Lignes notées par essai au plus : au-delà (bombes, tirages au hasard), l'essai est lent et ne découvre plus rien."""

Trace = Callable[[FrameType, str, Any], Any]


class Releve:
    """Note, essai par essai, les lignes traversées et le temps de calcul."""

    def __init__(self) -> None:
        self._lignes: dict[str, set[tuple[str, int]]] = {}
        self.durees: dict[str, float] = {}
        self._vues: set[tuple[str, int]] = set()
        self._reste = 0

    def _entree(self, cadre: FrameType, evenement: str, _valeur: Any) -> Trace | None:
        if evenement != "call" or self._reste <= 0 or not cadre.f_code.co_filename.startswith(VERIFICATIONS):
            return None
        nom, vues = cadre.f_code.co_filename, self._vues

        def ligne(cadre: FrameType, evenement: str, _valeur: Any) -> Trace | None:
            if evenement == "line":
                vues.add((nom, cadre.f_lineno))
                self._reste -= 1
            return ligne if self._reste > 0 else None

        return ligne

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Trace l'essai et ses fixtures, dans tous ses fils."""
        self._vues = self._lignes.setdefault(item.nodeid, set())
        self._reste = _EVENEMENTS
        debut = time.process_time()
        threading.settrace(self._entree)
        sys.settrace(self._entree)
        try:
            return (yield)
        finally:
            sys.settrace(None)
            threading.settrace(None)
            self.durees[item.nodeid] = time.process_time() - debut

    def lignes(self) -> dict[str, dict[str, list[int]]]:
        """Essai → fichier (depuis la racine) → lignes traversées."""
        lignes: dict[str, dict[str, list[int]]] = {}
        for essai, vues in self._lignes.items():
            par_fichier = lignes.setdefault(essai, {})
            for fichier, ligne in sorted(vues):
                par_fichier.setdefault(str(Path(fichier).relative_to(RACINE)), []).append(ligne)
        return lignes
