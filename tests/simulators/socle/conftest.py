"""Journal et socle neufs pour chaque essai ; l'IGC, coûteuse, est faite une fois."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulators.socle.journal import JournalEchanges
from simulators.socle.montage import Socle, demarrer_socle
from simulators.socle.pki import IgcTest
from simulators.socle.serveur import ServeurBanc


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[JournalEchanges]:
    """Journal vide."""
    with JournalEchanges.creer(tmp_path / "campagne") as ouvert:
        yield ouvert


@pytest.fixture(scope="session")
def igc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IgcTest]:
    """Une IGC pour tous les essais qui n'en regardent pas la publication."""
    faite = IgcTest.creer(tmp_path_factory.mktemp("igc"), url_publication="http://127.0.0.1:9")
    yield faite
    faite.fermer()


@pytest.fixture
def serveur(journal: JournalEchanges, igc: IgcTest) -> Iterator[ServeurBanc]:
    """Serveur sur ce journal."""
    monte = ServeurBanc(journal, igc)
    yield monte
    monte.arreter()


@pytest.fixture
def socle(journal: JournalEchanges, tmp_path: Path) -> Iterator[Socle]:
    """Serveur, IGC et publication propres à l'essai."""
    with demarrer_socle(journal, tmp_path / "secrets") as monte:
        yield monte
