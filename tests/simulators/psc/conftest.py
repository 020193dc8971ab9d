"""Les deux fournisseurs montés sur de vrais ports, un par paquet d'essais, remis à neuf avant chaque essai."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulators.psc import SimulateurPSC
from simulators.psc.profil import ETABLISSEMENT
from simulators.socle.journal import JournalEchanges
from simulators.socle.montage import demarrer_socle
from tests.simulators.psc.parcours import Essai


@pytest.fixture(scope="package")
def _essais(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Essai, Essai]]:
    dossier: Path = tmp_path_factory.mktemp("psc")
    with (
        JournalEchanges.creer(dossier / "journal") as journal,
        demarrer_socle(journal, dossier / "secrets") as socle,
    ):
        psc = SimulateurPSC(journal, socle.igc)
        etablissement = SimulateurPSC(journal, socle.igc, profil=ETABLISSEMENT, horloge=psc.horloge)
        essais = []
        for fournisseur in (psc, etablissement):
            fournisseur.monter(socle.serveur)
            essais.append(Essai(journal, socle, fournisseur))
        yield essais[0], essais[1]
        for essai in essais:
            essai.fermer()
            assert essai.incidents() == []


@pytest.fixture
def psc(_essais: tuple[Essai, Essai]) -> Essai:
    """Pro Santé Connect, dans son état de départ."""
    _essais[0].preparer()
    return _essais[0]


@pytest.fixture
def etablissement(_essais: tuple[Essai, Essai]) -> Essai:
    """Le fournisseur d'établissement, dans son état de départ."""
    _essais[1].preparer()
    return _essais[1]
