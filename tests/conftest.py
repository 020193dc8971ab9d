"""Réglages communs aux essais du banc."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


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
