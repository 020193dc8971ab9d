"""Un banc pour tous les essais de ce dossier ; un journal neuf pour chacun serait un banc neuf pour chacun."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulators.banc import Banc
from simulators.socle.journal import JournalEchanges


@pytest.fixture(scope="session")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JournalEchanges]:
    """Le journal d'une campagne."""
    with JournalEchanges.creer(tmp_path_factory.mktemp("journal")) as ouvert:
        yield ouvert


@pytest.fixture(scope="session")
def banc(journal: JournalEchanges, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Banc]:
    """Les simulateurs, sur ce journal."""
    with Banc(journal, dossier_secrets=tmp_path_factory.mktemp("secrets")) as en_marche:
        yield en_marche
