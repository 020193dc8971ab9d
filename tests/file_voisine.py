"""La moitié des essais, jouée dans un processus à côté : les deux cœurs travaillent, la ligne de fin compte tout.

Quand toute la suite est demandée, ce que dit `PARTAGE` passe dans un second pytest, qui écrit ses comptes rendus
l'un après l'autre ; le premier les reprend à la fin, comme s'il les avait joués. Chaque fichier d'essais n'est collecté
que d'un côté. Toute autre demande (un dossier, -k, -x…) se joue dans un seul processus.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).resolve().parent
PARTAGE = tuple(
    TESTS / nom for nom in ("bench", "campagne", "interop", "steps/guidage", "steps/logiciel_page", "test_qualite.py")
)
"""À peu près la moitié du temps de processeur, table des défauts à part. Toutes les campagnes d'essai y sont : elles
naissent d'une seule pépinière."""

VARIABLE = "BANC_SONS_FILE_VOISINE"
"""Le fichier où écrire, dans l'environnement du processus d'à côté et de lui seul."""

_SANS_EFFET = ("-q", "-v", "-r", "--durations", "--tb", "--color", "--junit")
"""Options de la ligne de commande qui changent l'affichage, pas ce qui se joue."""
_DELAI_S = 1800.0


def brancher(config: pytest.Config, partage: Sequence[Path] = PARTAGE) -> bool:
    """Branche ce qu'il faut de ce côté-ci ; vrai si la suite se partage et que ce processus est le premier."""
    nom = "banc-sons-file-voisine"
    if fichier := os.environ.pop(VARIABLE, ""):
        config.pluginmanager.register(Ecriture(config, Path(fichier)), nom)
        return False
    if not voulue(config):
        return False
    config.pluginmanager.register(FileVoisine(partage, config.rootpath), nom)
    return True


def voulue(config: pytest.Config) -> bool:
    """Vrai si toute la suite est demandée, telle quelle, sur une machine qui a deux cœurs."""
    demandes = config.invocation_params.args
    return (
        config.args_source is pytest.Config.ArgsSource.TESTPATHS
        and all(str(demande).startswith(_SANS_EFFET) for demande in demandes)
        and "PYTEST_ADDOPTS" not in os.environ
        and (os.cpu_count() or 1) > 1
    )


class Ecriture:
    """Dans le processus d'à côté : un compte rendu par ligne, puis une ligne qui dit que tout est passé."""

    def __init__(self, config: pytest.Config, fichier: Path) -> None:
        self._config = config
        self._sortie = fichier.open("w", encoding="utf-8")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Une collecte manquée se dit ; les autres n'apprennent rien."""
        if report.failed:
            self._ecrire(report)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._ecrire(report)

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        print(json.dumps({"fin": int(exitstatus)}), file=self._sortie)
        self._sortie.close()

    def _ecrire(self, report: pytest.CollectReport | pytest.TestReport) -> None:
        contenu = self._config.hook.pytest_report_to_serializable(config=self._config, report=report)
        print(json.dumps(contenu), file=self._sortie, flush=True)


class FileVoisine:
    """Dans le processus que l'on regarde : lance l'autre, lui laisse sa part, reprend ses comptes rendus."""

    def __init__(self, partage: Sequence[Path], racine: Path) -> None:
        self._partage = frozenset(partage)
        self._dossier = tempfile.TemporaryDirectory(prefix="file-voisine-")
        self._comptes_rendus = Path(self._dossier.name) / "comptes-rendus.jsonl"
        self._texte = self._comptes_rendus.with_name("sortie.txt")
        with self._texte.open("wb") as sortie:
            self._processus = subprocess.Popen(
                [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *map(str, partage)],
                cwd=racine,
                env={**os.environ, VARIABLE: str(self._comptes_rendus)},
                stdin=subprocess.DEVNULL,
                stdout=sortie,
                stderr=subprocess.STDOUT,
            )

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        return True if collection_path in self._partage else None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Iterator[None]:
        resultat = yield
        if not session.shouldstop and not session.shouldfail:
            self._processus.wait(timeout=_DELAI_S)
            texte = self._texte.read_text(encoding="utf-8", errors="replace")
            reprendre(session, self._comptes_rendus, texte)
        return resultat

    def pytest_sessionfinish(self) -> None:
        """Rien ne continue après la session, même interrompue."""
        if self._processus.poll() is None:
            self._processus.terminate()
            self._processus.wait(timeout=60)
        self._dossier.cleanup()


def reprendre(session: pytest.Session, comptes_rendus: Path, texte: str) -> None:
    """Passe à la session les comptes rendus écrits à côté ; un échec de plus s'ils s'arrêtent avant la fin."""
    lignes = comptes_rendus.read_text(encoding="utf-8").splitlines() if comptes_rendus.exists() else []
    lus = [json.loads(ligne) for ligne in lignes]
    fin = lus.pop()["fin"] if lus and "fin" in lus[-1] else None
    session.testscollected += len({lu["nodeid"] for lu in lus if lu["$report_type"] == "TestReport"})
    for lu in lus:
        _passer(session.config, lu)
    if fin not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        session.config.hook.pytest_runtest_logreport(report=_inacheve(texte))


def _passer(config: pytest.Config, lu: dict[str, Any]) -> None:
    if isinstance(lu["longrepr"], list):
        lu["longrepr"] = tuple(lu["longrepr"])  # le motif d'un essai sauté : JSON n'a pas de triplet
    report = config.hook.pytest_report_from_serializable(config=config, data=lu)
    if isinstance(report, pytest.TestReport):
        config.hook.pytest_runtest_logreport(report=report)
    else:
        config.hook.pytest_collectreport(report=report)


def _inacheve(texte: str) -> pytest.TestReport:
    return pytest.TestReport(
        nodeid="tests/file_voisine.py::les essais d'à côté vont au bout",
        location=("tests/file_voisine.py", None, "les essais d'à côté vont au bout"),
        keywords={},
        outcome="failed",
        longrepr=f"le processus d'à côté s'est arrêté avant la fin :\n{texte[-5000:]}",
        when="call",
    )
