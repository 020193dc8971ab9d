"""`--couloir=tous` : une campagne de démonstration par couloir connu, plusieurs de front, un seul compte rendu."""

from __future__ import annotations

import json
import os
import re
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
from typing import Any

import pytest

from reports.synthese import ORDRE_AFFICHAGE
from requirements import lieux
from requirements.catalogue import Catalogue, charger, couloirs_disponibles
from requirements.erreurs import ErreurRequirements, NumeroInconnu
from steps.arret_demande import sans_interruption
from steps.options import lire_vagues
from steps.selection import SelectionVide, selectionner

TOUS = "tous"
_INTERROMPU, _BANC = 2, 3
_FIN = 25
"""Lignes de la sortie d'une campagne montrées quand elle échoue ; le reste est dans son fichier."""
_UN_SCENARIO = re.compile(r"\[ *\d+/\d+\] ")
"""La ligne qu'une campagne écrit à chaque scénario ; la suite, quand il échoue, reste dans son fichier."""
_D_UN_SEUL = (
    "--type-logiciel",
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
    """Mène une campagne par couloir et rend le code de sortie de l'ensemble.

    Une de plus à la fois que de cœurs : chacune passe un quart de son temps à attendre.

    1 : un *non conforme* quelque part ; sinon 2 si Ctrl-C ; sinon le premier code qui n'est pas 0 ; sinon 0.
    Lève `pytest.UsageError` si une option n'a de sens que pour un couloir, ou si aucun couloir n'y répond.
    """
    refusees = [nom for nom in _D_UN_SEUL if config.getoption(nom)]
    if refusees:
        raise pytest.UsageError(f"--couloir={TOUS} : {', '.join(refusees)} ne se donne que pour un seul couloir")
    dossier = _dossier(config.getoption("--dossier"))
    try:
        lieux.choisir(config.getoption("--couloirs"))
        demandes = _demandes(config)
    except ErreurRequirements as erreur:
        raise pytest.UsageError(str(erreur)) from erreur
    dossier.mkdir(parents=True, exist_ok=True)
    dire(f"Banc SONS — {len(demandes)} couloirs sur le logiciel témoin : DÉMONSTRATION, non recevable")
    dire(f"Dossier : {dossier}")
    lot = _Lot(dossier, _options(config), dire)
    finies = lot.mener(demandes)
    for finie in finies:
        dire(_ligne(finie))
    return code_d_ensemble([finie.code for finie in finies], interrompu=lot.arrete)


@dataclass(frozen=True)
class _Demande:
    """Une campagne à mener. `exigences` : celles des exigences demandées que ce couloir a."""

    couloir: str
    exigences: tuple[str, ...]
    scenarios: int


def _demandes(config: pytest.Config) -> list[_Demande]:
    """Les campagnes qui ont quelque chose à jouer, la plus longue d'abord."""
    voulues: list[str] = config.getoption("--exigence")
    catalogues = {nom: charger(nom) for nom in couloirs_disponibles()}
    for numero in voulues:
        if all(not _a(catalogue, numero) for catalogue in catalogues.values()):
            proches = dict.fromkeys(p for catalogue in catalogues.values() for p in catalogue.suggerer(numero))
            suite = f" Numéros proches : {', '.join(list(proches)[:3])}." if proches else ""
            raise pytest.UsageError(f"Aucun couloir n'a de numéro « {numero} » (exigence ou scénario).{suite}")
    demandes = []
    for couloir, catalogue in catalogues.items():
        exigences = tuple(numero for numero in voulues if _a(catalogue, numero))
        if voulues and not exigences:
            continue
        try:
            retenus = selectionner(
                catalogue,
                vagues=lire_vagues(config),
                profils=config.getoption("--profil"),
                exigences=exigences,
                supplements=config.getoption("--supplements"),
            )
        except SelectionVide:
            continue  # Un profil, une vague que ce couloir n'a pas : d'autres les ont.
        demandes.append(_Demande(couloir, exigences, len(retenus)))
    if not demandes:
        raise pytest.UsageError(f"--couloir={TOUS} : aucun couloir n'a de scénario pour cette demande")
    return sorted(demandes, key=lambda demande: -demande.scenarios)


def _a(catalogue: Catalogue, numero: str) -> bool:
    try:
        catalogue.resoudre(numero)
    except NumeroInconnu:
        return False
    return True


class _Lot:
    """Les campagnes en cours ; Ctrl-C leur est transmis une fois, et l'on attend qu'elles écrivent leurs rapports."""

    def __init__(self, dossier: Path, options: Sequence[str], dire: Callable[[str], None]) -> None:
        self._dossier = dossier
        self._options = options
        self._dire = dire
        self._en_cours: dict[str, subprocess.Popen[str]] = {}
        self._verrou = threading.Lock()
        self.arrete = False

    def mener(self, demandes: Sequence[_Demande]) -> list[CampagneFinie]:
        """Les campagnes finies, dans l'ordre des demandes ; une campagne jamais commencée n'y est pas."""
        with ThreadPoolExecutor(max_workers=min(len(demandes), (os.cpu_count() or 1) + 1)) as pool:
            travaux = [pool.submit(self._jouer, demande) for demande in demandes]
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
                if finie is not None and finie.code:
                    self._dire(_fin(finie))

    def _jouer(self, demande: _Demande) -> CampagneFinie | None:
        campagne, sortie = self._dossier / demande.couloir, self._dossier / f"{demande.couloir}.txt"
        debut = time.monotonic()
        processus = self._lancer(demande, campagne)
        if processus is None:
            return None
        assert processus.stdout is not None
        with processus.stdout as lignes, sortie.open("w", encoding="utf-8") as fichier:
            for ligne in lignes:
                fichier.write(ligne)
                if _UN_SCENARIO.match(ligne):
                    self._dire(f"{demande.couloir:20} {ligne.rstrip()}")
        code = processus.wait()
        return CampagneFinie(demande.couloir, code, time.monotonic() - debut, _verdicts(campagne), sortie)

    def _lancer(self, demande: _Demande, campagne: Path) -> subprocess.Popen[str] | None:
        commande = [sys.executable, "-m", "pytest", f"--couloir={demande.couloir}", f"--dossier={campagne}"]
        commande += [*self._options, *(f"--exigence={numero}" for numero in demande.exigences)]
        with self._verrou:
            if self.arrete:
                return None
            processus = subprocess.Popen(
                commande,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
                env={**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1"},
                # Hors du groupe du terminal : Ctrl-C n'arrive qu'à nous, et nous le transmettons une fois.
                start_new_session=True,
            )
            self._en_cours[demande.couloir] = processus
            return processus

    def _arreter(self) -> None:
        with self._verrou:
            self.arrete = True
            for processus in self._en_cours.values():
                if processus.poll() is None:
                    processus.send_signal(signal.SIGINT if os.name == "posix" else signal.SIGTERM)


def _options(config: pytest.Config) -> list[str]:
    """Ce qui se transmet tel quel à chaque campagne."""
    couloirs: Path | None = config.getoption("--couloirs")
    gardees = [f"--couloirs={couloirs}"] if couloirs else []
    gardees += [f"{nom}={valeur}" for nom in ("--vague", "--profil") for valeur in config.getoption(nom)]
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
    return "\n    ".join((f"{finie.couloir} : sortie {finie.code} ; la fin de {finie.sortie} :", *lignes[-_FIN:]))


def code_d_ensemble(codes: Sequence[int], *, interrompu: bool) -> int:
    """Le code de l'ensemble ; un processus tué (code négatif) sans que Ctrl-C le demande est une panne du banc."""
    if 1 in codes:
        return 1
    if interrompu:
        return _INTERROMPU
    return next((code if code > 0 else _BANC for code in codes if code), 0)
