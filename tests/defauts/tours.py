"""Les tours de la table, joués dans un processus à part pendant que les autres essais passent."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from steps.logiciel.temoin import RACINE
from tests.defauts.boucle import lire_tours
from tests.defauts.table import lire_table

PLAFOND = 2
"""Éléments joués par défaut, ses témoins d'abord et toujours ; sans plafond avec BANC_SONS_DEFAUTS=tout."""
DEMANDE = os.environ.get("BANC_SONS_DEFAUTS", "")
TABLE = lire_table()
CHOISIS = sorted(TABLE) if DEMANDE in ("", "tout") else DEMANDE.split(",")


class Tours:
    """Un ou deux processus qui jouent les défauts choisis ; `finir` attend et rend ce que chacun a donné."""

    def __init__(self, nombre: int) -> None:
        """`nombre` de processus : un seul quand d'autres essais occupent l'autre cœur."""
        self._dossier = tempfile.TemporaryDirectory(prefix="defauts-")
        # Les plus larges d'abord, l'un ici, l'autre là : les processus finissent ensemble.
        ordonnes = sorted(CHOISIS, key=lambda nom: -len(TABLE[nom].temoins))
        self._processus = []
        for rang in range(nombre):
            sortie = Path(self._dossier.name) / f"{rang}.jsonl"
            self._processus.append((_lancer(ordonnes[rang::nombre], sortie), sortie))

    def finir(self) -> dict[str, dict[str, Any]]:
        """Les tours, par défaut ; AssertionError avec la fin du journal si un processus n'a rien écrit."""
        lus: dict[str, dict[str, Any]] = {}
        for enfant, sortie in self._processus:
            enfant.wait(timeout=1800)
            assert sortie.exists(), sortie.with_suffix(".txt").read_text(encoding="utf-8")[-3000:]
            lus |= {tour["defaut"]: tour for tour in lire_tours(sortie)}
        return lus

    def abandonner(self) -> None:
        """Arrête ce qui joue encore et efface le dossier."""
        for enfant, _ in self._processus:
            if enfant.poll() is None:
                enfant.terminate()
                enfant.wait(timeout=30)
        self._dossier.cleanup()


def _lancer(defauts: Sequence[str], sortie: Path) -> subprocess.Popen[bytes]:
    plafond = [] if DEMANDE == "tout" else ["--plafond", str(PLAFOND)]
    # Dans un fichier : un tuyau que personne ne vide arrêterait le second processus.
    with sortie.with_suffix(".txt").open("wb") as journal:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.defauts.jouer", *plafond, str(sortie), *defauts],
            cwd=RACINE,
            stdout=journal,
            stderr=subprocess.STDOUT,
        )
