"""Un simulateur INSi monté sur un vrai serveur, remis à zéro avant chaque essai."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from simulators.insi import SimulateurINSi
from simulators.socle.echange import Echange
from simulators.socle.journal import JournalEchanges
from simulators.socle.montage import Socle, demarrer_socle
from simulators.socle.pki import Identifiants
from tests.simulators.insi import aides


@dataclass
class Banc:
    """Le simulateur, et de quoi l'appeler comme un logiciel."""

    insi: SimulateurINSi
    socle: Socle
    journal: JournalEchanges

    @property
    def racines(self) -> str:
        """Autorités à croire."""
        return str(self.socle.igc.racines_pem)

    def appeler(self, message: bytes, *, identifiants: Identifiants | None = None, operation: str = aides.TRAITS,
                **choix: Any) -> requests.Response:  # fmt: skip
        """Appel en TLS mutuel, INSI-AUTO par défaut."""
        ident = identifiants or self.socle.igc.identifiants("insi_auto")
        return requests.post(
            self.insi.adresses()["url_certificat"],
            data=message,
            headers={"Content-Type": aides.type_contenu(operation), **choix.pop("headers", {})},
            cert=(str(ident.chemin_pem), str(ident.chemin_cle)),
            verify=self.racines,
            timeout=10,
            **choix,
        )

    def appeler_carte(self, message: bytes, *, operation: str = aides.TRAITS) -> requests.Response:
        """Appel sans certificat, sur le port « carte »."""
        return requests.post(
            self.insi.adresses()["url_carte"],
            data=message,
            headers={"Content-Type": aides.type_contenu(operation)},
            verify=self.racines,
            timeout=10,
        )

    def dernier(self) -> Echange:
        """Dernier échange du journal."""
        return self.journal.echanges(service="insi")[-1]


@pytest.fixture(scope="package")
def banc_monte(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Banc]:
    """Monté une fois pour tout le dossier."""
    dossier: Path = tmp_path_factory.mktemp("insi")
    with JournalEchanges.creer(dossier / "campagne") as journal, demarrer_socle(journal, dossier / "secrets") as socle:
        simulateur = SimulateurINSi(journal, socle.igc)
        simulateur.monter(socle.serveur)
        yield Banc(simulateur, socle, journal)


@pytest.fixture
def banc(banc_monte: Banc) -> Banc:
    """Le simulateur, population de départ, sans panne."""
    banc_monte.insi.remettre_a_zero()
    return banc_monte
