"""Le contrat public, lu comme le lit l'écran."""

from __future__ import annotations

import json

import pytest

from simulators.logiciel_temoin.ecran.contrat import Fonction, lire_contrat
from steps.logiciel.contrat import openapi


@pytest.fixture(scope="session")
def fonctions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Fonction]:
    """Les fonctions de l'écran."""
    fichier = tmp_path_factory.mktemp("contrat") / "contrat.json"
    fichier.write_text(json.dumps(openapi()), encoding="utf-8")
    return lire_contrat(fichier)
