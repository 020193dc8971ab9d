"""`--couloir=tous` : une campagne de démonstration par couloir connu, plusieurs de front, un seul compte rendu."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import pytest

from reports.synthese import ORDRE_AFFICHAGE
from requirements import lieux
from requirements.catalogue import charger, couloirs_disponibles
from requirements.erreurs import ErreurRequirements
from steps.arret_demande import sans_interruption

TOUS = "tous"
_INTERROMPU, _BANC = 2, 3
_FIN = 25
"""Lignes de la sortie d'une campagne montrées quand elle échoue ; le reste est dans son fichier."""
_D_UN_SEUL = (
    "--type-logiciel",
    "--profil",
    "--exigence",
    "--logiciel",
    "--reprendre",
    "--ecarts",
    "--operateur",
    "--operateur-nom",
    "--ouvrir-console",
    "--rejouer",
    "--collect-only",
)


@dataclass(frozen=True)
class CampagneFinie:
    """Ce qu'une campagne a donné. `verdicts` : les comptes dits en français, vide si elle n'a rien écrit."""

    couloir: str
    code: int
    duree_s: float
    verdicts: str
    sortie: Path


def demande(config: pytest.Config) -> bool:
    """Vrai si la personne demande tous les couloirs."""
    return bool(config.getoption("--couloir") == TOUS)


def mener(config: pytest.Config, dire: Callable[[str], None]) -> int:
    """Mène une campagne par couloir, autant de front que de cœurs, et rend le code de sortie de l'ensemble.

    1 : un *non conforme* quelque part ; sinon 2 si Ctrl-C ; sinon le premier code qui n'est pas 0 ; sinon 0.
    Lève `pytest.UsageError` si une option n'a de sens que pour un couloir.
    """
    refusees = [nom for nom in _D_UN_SEUL if config.getoption(nom)]
    if refusees:
        raise pytest.UsageError(f"--couloir={TOUS} : {', '.join(refusees)} ne se donne que pour un seul couloir")
    dossier = _dossier(config.getoption("--dossier"))
    try:
        lieux.choisir(config.getoption("--couloirs"))
        catalogues = {couloir: charger(couloir) for couloir in couloirs_disponibles()}
    except ErreurRequirements as erreur:
        raise pytest.UsageError(str(erreur)) from erreur
    vagues = {int(vague) for vague in config.getoption("--vague") if vague.isdigit()}
    retenus = {nom: c for nom, c in catalogues.items() if not vagues or vagues & set(c.couloir.vagues)}
    if not retenus:
        raise pytest.UsageError(f"--vague={', '.join(config.getoption('--vague'))} : aucun couloir n'a de cette vague")
    # Les plus longues campagnes partent les premières.
    couloirs = sorted(retenus, key=lambda nom: len(retenus[nom].scenarios()), reverse=True)
    dossier.mkdir(parents=True, exist_ok=True)
    dire(f"Banc SONS — {len(couloirs)} couloirs sur le logiciel témoin : DÉMONSTRATION, non recevable")
    dire(f"Dossier : {dossier}")
    finies = _Lot(dossier, _options(config), dire).mener(couloirs)
    for finie in finies:
        dire(_ligne(finie))
    return _code([finie.code for finie in finies], complet=len(finies) == len(couloirs))


class _Lot:
    """Les campagnes en cours ; Ctrl-C leur est transmis une fois, et l'on attend qu'elles écrivent leurs rapports."""

    def __init__(self, dossier: Path, options: Sequence[str], dire: Callable[[str], None]) -> None:
        self._dossier = dossier
        self._options = options
        self._dire = dire
        self._en_cours: dict[str, subprocess.Popen[bytes]] = {}
        self._verrou = threading.Lock()
        self._arrete = False

    def mener(self, couloirs: Sequence[str]) -> list[CampagneFinie]:
        """Les campagnes finies, dans l'ordre des couloirs ; une campagne jamais commencée n'y est pas."""
        with ThreadPoolExecutor(max_workers=min(len(couloirs), os.cpu_count() or 1)) as pool:
            travaux = [pool.submit(self._jouer, couloir) for couloir in couloirs]
            try:
                self._suivre(set(travaux))
            except KeyboardInterrupt:
                with sans_interruption():
                    self._dire("arrêt demandé : les campagnes en cours écrivent leurs rapports…")
                    self._arreter()
                    self._suivre(set(travaux))
        return [finie for travail in travaux if (finie := travail.result()) is not None]

    def _suivre(self, restent: set[Future[CampagneFinie | None]]) -> None:
        while restent:
            finis, restent = wait(restent, return_when=FIRST_COMPLETED)
            for fini in finis:
                finie = fini.result()
                if finie is not None:
                    self._dire(f"{finie.couloir} : {'finie' if finie.code == 0 else _fin(finie)}")

    def _jouer(self, couloir: str) -> CampagneFinie | None:
        campagne, sortie = self._dossier / couloir, self._dossier / f"{couloir}.txt"
        debut = time.monotonic()
        with sortie.open("wb") as fichier:
            processus = self._lancer(couloir, campagne, fichier)
            if processus is None:
                return None
            code = processus.wait()
        return CampagneFinie(couloir, code, time.monotonic() - debut, _verdicts(campagne), sortie)

    def _lancer(self, couloir: str, campagne: Path, sortie: IO[bytes]) -> subprocess.Popen[bytes] | None:
        commande = [sys.executable, "-m", "pytest", f"--couloir={couloir}", f"--dossier={campagne}", *self._options]
        with self._verrou:
            if self._arrete:
                return None
            # Hors du groupe du terminal : Ctrl-C n'arrive qu'à nous, et nous le transmettons une fois.
            processus = subprocess.Popen(commande, stdout=sortie, stderr=subprocess.STDOUT, start_new_session=True)
            self._en_cours[couloir] = processus
            return processus

    def _arreter(self) -> None:
        with self._verrou:
            self._arrete = True
            for processus in self._en_cours.values():
                if processus.poll() is None:
                    processus.send_signal(signal.SIGINT if os.name == "posix" else signal.SIGTERM)


def _options(config: pytest.Config) -> list[str]:
    """Ce qui se transmet tel quel à chaque campagne."""
    couloirs: Path | None = config.getoption("--couloirs")
    gardees = [f"--couloirs={couloirs}"] if couloirs else []
    gardees += [f"--vague={vague}" for vague in config.getoption("--vague")]
    gardees += [f"{nom}={config.getoption(nom)}" for nom in ("--volume", "--navigateur")]
    return gardees + [nom for nom in ("--exiger-complet", "--junit", "--supplements") if config.getoption(nom)]


def _dossier(donne: Path | None) -> Path:
    if donne is None:
        return Path("campagnes") / f"{TOUS}-{datetime.now().astimezone():%Y%m%d-%H%M%S}"
    if donne.exists() and any(donne.iterdir()):
        raise pytest.UsageError(f"--dossier : {donne} n'est pas vide ; attendu un dossier neuf")
    return donne


def _verdicts(campagne: Path) -> str:
    try:
        lus: dict[str, Any] = json.loads((campagne / "verdicts.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    comptes = Counter(scenario["verdict"] for scenario in lus["scenarios"])
    return ", ".join(f"{comptes[verdict]} {verdict.libelle}" for verdict in ORDRE_AFFICHAGE if comptes[verdict])


def _ligne(finie: CampagneFinie) -> str:
    return f"{finie.couloir:20} sortie {finie.code}  {finie.duree_s:4.0f} s  {finie.verdicts or 'aucun verdict écrit'}"


def _fin(finie: CampagneFinie) -> str:
    lignes = finie.sortie.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n    ".join((f"sortie {finie.code} ; la fin de {finie.sortie} :", *lignes[-_FIN:]))


def _code(codes: Sequence[int], *, complet: bool) -> int:
    """Un processus tué (code négatif) est une panne du banc."""
    positifs = [code if code >= 0 else _BANC for code in codes]
    if 1 in positifs:
        return 1
    if not complet or _INTERROMPU in positifs:
        return _INTERROMPU
    return next((code for code in positifs if code), 0)
