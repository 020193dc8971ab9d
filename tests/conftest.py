"""Réglages communs aux essais du banc."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import pytest

from tests.cles import TOURS
from tests.file_voisine import brancher

_SEULS = 40
"""En deçà de ce nombre d'autres essais, rien ne gagne à commencer d'avance."""


def pytest_configure(config: pytest.Config) -> None:
    """Règle hypothesis ; sur demande, relève les exemples de règles que montre `python -m steps regles`.

    Une campagne charge aussi ce fichier, chez des éditeurs qui n'ont pas les outils d'essai : rien ici pour elle.
    """
    if config.getoption("couloir"):
        return
    from hypothesis import settings

    # Mêmes exemples à chaque exécution, et pas d'essai minuté : une machine chargée n'est pas un défaut.
    settings.register_profile("banc", deadline=None, derandomize=True)
    settings.load_profile("banc")
    if fichier := os.environ.get("BANC_SONS_EXEMPLES"):
        from tests.exemples import Releve

        config.pluginmanager.register(Releve(Path(fichier)), "banc-sons-exemples")
    _garder_le_code_compile()
    # Toute la suite se partage entre deux processus, et la table des défauts se joue dans un troisième.
    if brancher(config):
        _commencer_la_table(config)


def _garder_le_code_compile() -> None:
    """Garde le code compilé pour les processus que les essais lancent, là où l'environnement l'interdit.

    Sans lui, chacun passe une à trois secondes à recompiler nos modules.
    """
    if sys.dont_write_bytecode:
        os.environ["PYTHONDONTWRITEBYTECODE"] = ""
        os.environ.setdefault("PYTHONPYCACHEPREFIX", str(Path(tempfile.gettempdir()) / "essais-banc-sons-pyc"))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Ce qui attend la table des défauts passe en dernier : aucun autre essai n'attend derrière elle."""
    items.sort(key=lambda item: "lances" in getattr(item, "fixturenames", ()))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Commence à jouer la table des défauts, dans un processus à part, pendant que les autres essais passent."""
    concernes = [item for item in session.items if "lances" in getattr(item, "fixturenames", ())]
    if not concernes or len(session.items) - len(concernes) < _SEULS or session.config.option.collectonly:
        return
    _commencer_la_table(session.config)


def _commencer_la_table(config: pytest.Config) -> None:
    from tests.defauts.tours import Tours

    if TOURS not in config.stash:
        config.stash[TOURS] = Tours()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Rien ne continue après la session, même interrompue."""
    if (tours := session.config.stash.get(TOURS, None)) is not None:
        tours.abandonner()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Un défaut joué deux fois se dit, même quand le second tour donne raison à la table."""
    if (tours := config.stash.get(TOURS, None)) is not None and tours.rejoues:
        terminalreporter.section("défauts rejoués")
        for ligne in tours.rejoues:
            terminalreporter.line(ligne)
