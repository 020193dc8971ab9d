"""Processus qui a déjà chargé le banc et en fait naître une campagne par demande, sans le relire du disque.

Une campagne d'essai dure souvent moins que l'import de ce qu'elle emploie. Chacune reste un processus à part, avec ses
arguments, son environnement, son dossier et ses sorties. Les greffons y sont déjà chargés : leurs `assert` ne sont pas
récrits par pytest, ce qui ne change que le texte d'une panne du banc.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import pkgutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

RACINE = Path(__file__).resolve().parents[2]
_CHARGES = ("simulators.banc", "reports.ecriture", "steps.plugin", "pytest_bdd.plugin", "allure_pytest.plugin")
_DEJA_CHARGES = ("-W", "ignore:Module already imported:pytest.PytestAssertRewriteWarning")


class Pepiniere:
    """Le côté de celui qui demande : une demande à la fois."""

    def __init__(self, environnement: Mapping[str, str]) -> None:
        self._verrou = threading.Lock()
        self._processus = subprocess.Popen(
            [sys.executable, "-m", "tests.campagne.pepiniere"],
            cwd=RACINE,
            env=dict(environnement),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        atexit.register(self.fermer)

    def mener(
        self, arguments: Sequence[str], environnement: Mapping[str, str], cwd: Path, delai: float
    ) -> tuple[int, str]:
        """Le code de sortie et les deux sorties mêlées ; TimeoutExpired, campagne tuée, si elle dure trop."""
        with self._verrou, tempfile.NamedTemporaryFile(suffix=".txt") as sortie:
            demande = {"arguments": list(arguments), "environnement": dict(environnement), "cwd": str(cwd)}
            self._ecrire({**demande, "sortie": sortie.name})
            pid = self._lire()["pid"]
            minuteur = threading.Timer(delai, os.killpg, (pid, signal.SIGKILL))
            minuteur.daemon = True
            minuteur.start()
            try:
                code = self._lire()["code"]
            finally:
                minuteur.cancel()
            texte = Path(sortie.name).read_text(encoding="utf-8")
        if code == -signal.SIGKILL:
            raise subprocess.TimeoutExpired(list(arguments), delai, texte)
        return code, texte

    def fermer(self) -> None:
        """Ferme la pépinière ; sans effet la seconde fois."""
        entree, sortie = self._processus.stdin, self._processus.stdout
        assert entree is not None and sortie is not None
        if not entree.closed:
            entree.close()
            self._processus.wait(timeout=30)
            sortie.close()

    def _ecrire(self, demande: Mapping[str, object]) -> None:
        assert self._processus.stdin is not None
        self._processus.stdin.write(json.dumps(demande) + "\n")
        self._processus.stdin.flush()

    def _lire(self) -> dict[str, int]:
        assert self._processus.stdout is not None
        lu: dict[str, int] = json.loads(self._processus.stdout.readline())
        return lu


def _charger() -> None:
    for nom in _CHARGES:
        importlib.import_module(nom)
    lire = importlib.import_module("steps.lecture_gherkin").lire
    for feature in (RACINE / "features").rglob("*.feature"):
        lire(feature.read_text(encoding="utf-8"))
    for nom in importlib.import_module("steps.plugin").ETAPES:
        importlib.import_module(nom)
    verifications = importlib.import_module("steps.verifications")
    for module in pkgutil.walk_packages(verifications.__path__, "steps.verifications."):
        importlib.import_module(module.name)


def _devenir(demande: Mapping[str, object]) -> int:
    """Dans l'enfant : tout ce qu'un processus neuf aurait, puis pytest."""
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sortie = os.open(str(demande["sortie"]), os.O_WRONLY | os.O_APPEND)
    vide = os.open(os.devnull, os.O_RDONLY)
    for descripteur, cible in ((vide, 0), (sortie, 1), (sortie, 2)):
        os.dup2(descripteur, cible)
    environnement = demande["environnement"]
    assert isinstance(environnement, dict)
    os.environ.clear()
    os.environ.update(environnement)
    os.chdir(str(demande["cwd"]))
    tempfile.tempdir = None
    arguments = demande["arguments"]
    assert isinstance(arguments, list)
    sys.argv = ["pytest", *arguments]
    import pytest

    return int(pytest.main([*arguments, *_DEJA_CHARGES]))


def main() -> None:
    protocole = os.fdopen(os.dup(1), "w", encoding="utf-8")
    _charger()
    for ligne in sys.stdin:
        pid = os.fork()
        if pid == 0:
            protocole.close()
            code = _devenir(json.loads(ligne))
            sys.exit(code)
        print(json.dumps({"pid": pid}), file=protocole, flush=True)
        _, etat = os.waitpid(pid, 0)
        print(json.dumps({"code": os.waitstatus_to_exitcode(etat)}), file=protocole, flush=True)


if __name__ == "__main__":
    main()
