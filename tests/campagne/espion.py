"""Greffon chargé dans une campagne d'essai : copie ses secrets pendant qu'ils existent, pour les chercher ensuite."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path


def pytest_runtest_logstart() -> None:
    """Au premier scénario, les clés de la campagne sont dans le dossier des fichiers temporaires."""
    sortie = Path(os.environ["ESPION_SORTIE"])
    if sortie.exists():
        return
    (source,) = Path(tempfile.gettempdir()).glob("banc-sons-*")
    shutil.copytree(source, sortie)
