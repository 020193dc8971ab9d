"""Réglages communs aux essais du banc."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# Mêmes exemples à chaque exécution, et pas d'essai minuté : une machine chargée n'est pas un défaut.
settings.register_profile("banc", deadline=None, derandomize=True)
settings.load_profile("banc")


def pytest_configure(config: pytest.Config) -> None:
    """Sur demande, relève les exemples de règles que montre `python -m steps regles`."""
    if fichier := os.environ.get("BANC_SONS_EXEMPLES"):
        from tests.exemples import Releve

        config.pluginmanager.register(Releve(Path(fichier)), "banc-sons-exemples")
