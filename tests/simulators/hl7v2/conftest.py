"""Un pair HL7 v2 monté, son journal, et un message ordinaire."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from simulators.hl7v2 import SimulateurHl7v2
from simulators.hl7v2.session import DELAI_MESSAGE
from simulators.socle.journal import JournalEchanges
from simulators.socle.montage import Socle, demarrer_socle


def adt(identifiant: str = "M1", *, type_: str = "ADT^A28^ADT_A05", version: str = "2.5", suite: str = "") -> bytes:
    """Un message d'identité, sans cadre ; `suite` s'ajoute à MSH, à partir de MSH-13."""
    msh = f"MSH|^~\\&|LABO|SITE|PFI|CHU|20261123080000||{type_}|{identifiant}|P|{version}{suite}"
    return f"{msh}\rEVN||20261123080000\rPID|||12^^^LABO&1.2.3&ISO^PI||DELÉTOILE^Zoé^^^^^L\rPV1||N\r".encode()


@dataclass(frozen=True)
class Montage:
    """Un pair monté."""

    pair: SimulateurHl7v2
    journal: JournalEchanges
    socle: Socle

    @property
    def port(self) -> int:
        return int(self.pair.adresses()["port"])


@pytest.fixture(scope="package")
def monte(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Montage]:
    dossier = tmp_path_factory.mktemp("hl7v2")
    with JournalEchanges.creer(dossier / "campagne") as journal, demarrer_socle(journal, dossier / "ssl") as socle:
        pair = SimulateurHl7v2(journal, socle.igc)
        pair.monter(socle.serveur)
        yield Montage(pair, journal, socle)


@pytest.fixture
def montage(monte: Montage) -> Montage:
    """Le pair, vidé, à ses réglages ordinaires."""
    monte.pair.remettre_a_zero()
    monte.pair.accueillant.delai_message = DELAI_MESSAGE
    return monte
