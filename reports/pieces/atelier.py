"""L'examen des contenus dans un processus à part, gardé chaud : temps et mémoire bornés."""

from __future__ import annotations

import atexit
import base64
import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from reports.pieces.bornes import DELAI_S
from reports.pieces.controles.lecture import Lecture
from reports.pieces.refus import Refus
from requirements.modele import TypePiece

_RACINE = Path(__file__).resolve().parents[2]
# -P : le dossier courant peut porter des fichiers à juger, jamais des modules à importer.
_OUVRIER = (sys.executable, "-P", "-m", "reports.pieces.ouvrier")


class Atelier:
    """Un ouvrier, remplacé s'il meurt ou s'éternise. Un examen à la fois ; sûr entre fils."""

    def __init__(self, commande: Sequence[str] = _OUVRIER, delai_s: float = DELAI_S) -> None:
        self._commande = list(commande)
        self._delai_s = delai_s
        self._verrou = threading.Lock()
        self._processus: subprocess.Popen[bytes] | None = None
        self._reponses: queue.Queue[bytes] = queue.Queue()

    def lire(self, chemin: Path, mime: str, genre: TypePiece, nom: str, permis: frozenset[str]) -> Lecture:
        """Ce que le contrôle a lu ; Refus si le fichier ne convient pas, dure trop ou fait tomber l'ouvrier."""
        demande = {
            "chemin": str(chemin.resolve()),
            "mime": mime,
            "genre": genre.value,
            "nom": nom,
            "permis": sorted(permis),
        }
        with self._verrou:
            reponse = self._demander(demande)
        if "refus" in reponse:
            refus = reponse["refus"]
            raise Refus(refus["code"], refus["attendu"], refus["recu"], refus["que_faire"])
        return Lecture(reponse["details"], base64.b64decode(reponse["vignette"]), reponse["avertissements"])

    def fermer(self) -> None:
        """Arrête l'ouvrier ; le prochain examen en relance un."""
        with self._verrou:
            self._abattre()

    def _demander(self, demande: dict[str, Any]) -> dict[str, Any]:
        processus = self._demarrer()
        assert processus.stdin is not None
        ligne = b""
        with contextlib.suppress(OSError):
            processus.stdin.write(json.dumps(demande).encode() + b"\n")
            processus.stdin.flush()
            try:
                ligne = self._reponses.get(timeout=self._delai_s)
            except queue.Empty:
                self._abattre()
                raise Refus(
                    "trop_long",
                    f"une pièce qui s'examine en moins de {self._delai_s:.0f} s",
                    "un examen interrompu au bout de ce délai",
                    "réduisez-la (vidéo plus courte, image plus petite, document allégé)",
                ) from None
        if not ligne:
            self._abattre()
            raise Refus(
                "illisible",
                "un fichier que l'examen lit jusqu'au bout",
                "un contenu qui a fait tomber l'examen (mémoire épuisée, ou fichier forgé)",
                "refaites la pièce depuis le logiciel d'origine, ou changez de format",
            )
        reponse: dict[str, Any] = json.loads(ligne)
        return reponse

    def _demarrer(self) -> subprocess.Popen[bytes]:
        if self._processus is not None and self._processus.poll() is None:
            return self._processus
        self._abattre()
        chemins = [str(_RACINE), *filter(None, [os.environ.get("PYTHONPATH", "")])]
        self._processus = subprocess.Popen(
            self._commande,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(chemins)},
        )
        assert self._processus.stdout is not None
        self._reponses = queue.Queue()
        threading.Thread(target=_relever, args=(self._processus.stdout, self._reponses), daemon=True).start()
        return self._processus

    def _abattre(self) -> None:
        processus, self._processus = self._processus, None
        if processus is None:
            return
        processus.kill()
        processus.wait()
        if processus.stdin is not None:
            with contextlib.suppress(OSError):
                processus.stdin.close()


def _relever(sortie: IO[bytes], reponses: queue.Queue[bytes]) -> None:
    """Fait suivre chaque ligne ; une ligne vide dit que l'ouvrier s'est arrêté."""
    with sortie:
        for ligne in sortie:
            reponses.put(ligne)
    reponses.put(b"")


_COMMUN = Atelier()
atexit.register(_COMMUN.fermer)


def atelier_commun() -> Atelier:
    """L'atelier de ce processus : tous les dépôts se partagent un ouvrier, lancé au premier."""
    return _COMMUN
