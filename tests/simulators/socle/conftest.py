"""Journal et socle neufs pour chaque essai ; l'IGC, coûteuse, est faite une fois par module."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulators.socle.journal import JournalEchanges
from simulators.socle.montage import Socle, demarrer_socle


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[JournalEchanges]:
    """Journal vide."""
    with JournalEchanges.creer(tmp_path / "campagne") as ouvert:
        yield ouvert


@pytest.fixture
def socle(journal: JournalEchanges, tmp_path: Path) -> Iterator[Socle]:
    """Serveur et IGC sur ce journal."""
    with demarrer_socle(journal, tmp_path / "secrets") as monte:
        yield monte
