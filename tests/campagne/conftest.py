"""Une seule campagne entière, partagée : c'est ce qu'une personne fait en premier."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.campagne.lancement import mener


@dataclass(frozen=True)
class CampagneMenee:
    """Une campagne achevée. `secrets` : copie des clés qu'elle employait ; `temporaire` : son dossier temporaire."""

    issue: subprocess.CompletedProcess[str]
    dossier: Path
    secrets: Path
    temporaire: Path


@pytest.fixture(scope="session")
def entiere(tmp_path_factory: pytest.TempPathFactory) -> CampagneMenee:
    """La campagne de biologie entière sur le logiciel témoin, avec JUnit."""
    base = tmp_path_factory.mktemp("entiere")
    temporaire = base / "tmp"
    temporaire.mkdir()
    issue = mener(
        "-p",
        "tests.campagne.espion",
        "--volume=reduit",
        "--junit",
        f"--dossier={base / 'campagne'}",
        TMPDIR=str(temporaire),
        TEMP=str(temporaire),
        TMP=str(temporaire),
        ESPION_SORTIE=str(base / "secrets"),
    )
    return CampagneMenee(issue, base / "campagne", base / "secrets", temporaire)
