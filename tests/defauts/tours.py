"""Les tours de la table, joués dans un processus à part pendant que les autres essais passent."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock, Thread
from typing import Any

from steps.logiciel.temoin import RACINE
from tests.defauts.boucle import lire_tours
from tests.defauts.groupes import grouper, membres
from tests.defauts.table import PREMIER, couloirs_suivants, lire_table

PLAFOND = 2
"""Éléments joués par défaut, ses témoins d'abord et toujours ; sans plafond avec BANC_SONS_DEFAUTS=tout."""
DEMANDE = os.environ.get("BANC_SONS_DEFAUTS", "")
_RENFORT = 30
"""Défauts restants au-delà desquels un processus de plus gagne plus que ce que coûte sa mise en route."""
_COULOIRS_ENSEMBLE = 2
_DELAI_S = 1800.0
TABLE = lire_table()
_NOMMES = None if DEMANDE in ("", "tout", "seuls") else DEMANDE.split(",")
CHOISIS = sorted(TABLE) if _NOMMES is None else [nom for nom in _NOMMES if nom in TABLE]
SUIVANTES = {couloir: lire_table(couloir) for couloir in couloirs_suivants()}
"""Les tables des autres couloirs : ce que chacun joue de plus que la biologie."""
CHOISIS_SUIVANTS = [
    (couloir, nom)
    for couloir, table in SUIVANTES.items()
    for nom in (sorted(table) if _NOMMES is None else _NOMMES)
    if nom in table
]
GROUPES = {
    couloir: grouper(table) if DEMANDE == "" else {nom: nom for nom in table}
    for couloir, table in ((PREMIER, TABLE), *SUIVANTES.items())
}
"""Couloir → défaut → tour qui le joue, avec d'autres ou seul."""


class Tours:
    """Deux processus se partagent les défauts choisis, puis viennent les autres couloirs ; `finir` rend les tours.

    Un tour attend la moitié de son temps, le plus souvent ce que le défaut empêche : plus de processus que de cœurs.
    """

    def __init__(self) -> None:
        self._dossier = tempfile.TemporaryDirectory(prefix="defauts-")
        # Les plus larges d'abord : les processus finissent ensemble.
        tours = dict.fromkeys(GROUPES[PREMIER][nom] for nom in CHOISIS)
        self._ordonnes = sorted(tours, key=lambda tour: -len(TABLE[membres(tour)[0]].temoins))
        self._couloirs: dict[str, list[str]] = {}
        for couloir, nom in CHOISIS_SUIVANTS:
            ses_tours = self._couloirs.setdefault(couloir, [])
            if (tour := GROUPES[couloir][nom]) not in ses_tours:
                ses_tours.append(tour)
        self._processus: list[tuple[subprocess.Popen[bytes], Path]] = []
        self._suivants: dict[str, tuple[subprocess.Popen[bytes], Path]] = {}
        self._abandon, self._verrou = False, Lock()
        self.rejoues: list[str] = []
        """Les défauts dont le premier tour n'est pas la table, et l'écart : la fin de la session les dit."""
        if self._ordonnes:
            self._ajouter()
        self._meneur = Thread(target=self._mener, daemon=True)
        self._meneur.start()

    def _mener(self) -> None:
        """Le second processus, puis les autres couloirs."""
        if self._processus:
            self._renforcer()
            for enfant, _ in self._processus:
                enfant.wait(timeout=_DELAI_S)
        with ThreadPoolExecutor(_COULOIRS_ENSEMBLE) as fils:
            list(fils.map(self._jouer_couloir, self._couloirs))

    def _ajouter(self) -> None:
        dossier = Path(self._dossier.name)
        sortie = dossier / f"{len(self._processus)}.jsonl"
        options = ["--prises", str(dossier / "prises")]
        if self._processus:
            options += ["--premier-tour", str(self._processus[0][1])]
        with self._verrou:
            if not self._abandon:
                self._processus.append((_lancer(self._ordonnes, sortie, options), sortie))

    def _renforcer(self) -> None:
        """Un second processus prend sa part dès que le tour sans défaut est écrit, s'il reste de quoi faire."""
        (premier, sortie), prises = self._processus[0], Path(self._dossier.name) / "prises"
        while premier.poll() is None and not (sortie.exists() and sortie.stat().st_size):
            with contextlib.suppress(subprocess.TimeoutExpired):
                premier.wait(timeout=1)  # le premier tour n'est pas encore écrit
        restent = len(self._ordonnes) - (len(list(prises.iterdir())) if prises.is_dir() else 0)
        if premier.poll() is None and restent > _RENFORT and (os.cpu_count() or 1) > 1:
            self._ajouter()

    def _jouer_couloir(self, couloir: str) -> None:
        sortie = Path(self._dossier.name) / f"{couloir}.jsonl"
        with self._verrou:
            if self._abandon:
                return
            self._suivants[couloir] = (_lancer(self._couloirs[couloir], sortie, ["--couloir", couloir]), sortie)
        self._suivants[couloir][0].wait(timeout=_DELAI_S)

    def finir_suivants(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Les tours des autres couloirs (couloir → défaut → tour)."""
        self._meneur.join()
        return {couloir: _lire(*self._suivants[couloir]) for couloir in self._couloirs}

    def finir(self) -> dict[str, dict[str, Any]]:
        """Les tours, par groupe de défauts ; AssertionError avec la fin du journal si un processus n'a rien écrit."""
        self._meneur.join()
        lus: dict[str, dict[str, Any]] = {}
        for enfant, sortie in self._processus:
            lus |= _lire(enfant, sortie)
        return lus

    def rejouer(self, nom: str, couloir: str, ecart: str) -> dict[str, Any]:
        """Le tour de ce défaut joué une seconde fois, seul, devant le même tour sans défaut ; `ecart` se garde.

        Trois processus se partagent deux cœurs : un geste peut y être vu trop tard. Un vrai écart se revoit.
        """
        self.rejoues.append(f"{couloir}, {nom} : {ecart}")
        sain = self._processus[0][1] if couloir == PREMIER else self._suivants[couloir][1]
        sortie = Path(self._dossier.name) / f"rejoue-{couloir}-{nom}.jsonl"
        options = ["--couloir", couloir, "--premier-tour", str(sain)]
        return _lire(_lancer([nom], sortie, options), sortie)[nom]

    def abandonner(self) -> None:
        """Arrête ce qui joue encore et efface le dossier."""
        with self._verrou:
            self._abandon = True
        for enfant, _ in (*self._processus, *self._suivants.values()):
            _arreter(enfant)
        self._meneur.join()
        self._dossier.cleanup()


def _arreter(enfant: subprocess.Popen[bytes]) -> None:
    if enfant.poll() is None:
        enfant.terminate()
        enfant.wait(timeout=30)


def _lire(enfant: subprocess.Popen[bytes], sortie: Path) -> dict[str, dict[str, Any]]:
    enfant.wait(timeout=_DELAI_S)
    assert sortie.exists(), sortie.with_suffix(".txt").read_text(encoding="utf-8")[-3000:]
    return {tour["defaut"]: tour for tour in lire_tours(sortie)}


def _lancer(defauts: Sequence[str], sortie: Path, options: Sequence[str]) -> subprocess.Popen[bytes]:
    plafond = [] if DEMANDE == "tout" else ["--plafond", str(PLAFOND)]
    # Dans un fichier : un tuyau que personne ne vide arrêterait le second processus.
    with sortie.with_suffix(".txt").open("wb") as journal:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.defauts.jouer", *plafond, *options, str(sortie), *defauts],
            cwd=RACINE,
            stdout=journal,
            stderr=subprocess.STDOUT,
        )
