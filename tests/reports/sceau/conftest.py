"""Un petit dossier scellé, fait une fois pour tous les essais qui le falsifient."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.reports.sceau.fabrique import PetiteCampagne


@dataclass(frozen=True)
class DossierSain:
    """La campagne, son dossier scellé, et un endroit où en écrire de faux."""

    petite: PetiteCampagne
    chemin: Path
    atelier: Path


@pytest.fixture(scope="package")
def sain(tmp_path_factory: pytest.TempPathFactory) -> DossierSain:
    """Un dossier recevable, vérifié sans anomalie."""
    atelier = tmp_path_factory.mktemp("sceau")
    petite = PetiteCampagne(atelier / "campagne")
    chemin = petite.sceller(atelier / "sain.zip").chemin
    rendu = petite.verifier(chemin)
    assert (rendu.anomalies, rendu.manques, rendu.code) == ([], (), 0)
    return DossierSain(petite, chemin, atelier)
