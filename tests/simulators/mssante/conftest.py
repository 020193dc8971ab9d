"""L'opérateur MSSanté monté une fois par essai."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulators.mssante.simulateur import SimulateurMSSante
from simulators.socle.identites import IDENTITES_DE_TEST
from simulators.socle.journal import JournalEchanges
from simulators.socle.montage import demarrer_socle
from tests.simulators.mssante.aides_smtp import Montage


@pytest.fixture
def operateur(tmp_path: Path) -> Iterator[Montage]:
    """Opérateur neuf ; sa publication joue aussi ses pannes."""
    with JournalEchanges.creer(tmp_path / "campagne") as journal:
        journal.autoriser_matricules(m for identite in IDENTITES_DE_TEST for m in identite.matricules)
        with demarrer_socle(journal, tmp_path / "secrets") as socle:
            simulateur = SimulateurMSSante(journal, socle.igc)
            socle.publication_igc.panne = simulateur.panne_de_publication
            simulateur.monter(socle.serveur)
            yield Montage(simulateur, journal, socle)
