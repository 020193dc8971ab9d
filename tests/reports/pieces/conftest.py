"""Un dossier de campagne finie, sans aucun scénario joué, et sa porte ouverte."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reports.fichiers import ecrire_json
from reports.pieces.porte import PortePieces, ouvrir_porte
from requirements.catalogue import Catalogue, charger
from simulators.socle.journal import JournalEchanges
from tests.reports.fabrique import campagne


@pytest.fixture(scope="session")
def biologie() -> Catalogue:
    """Le catalogue livré."""
    return charger("biologie")


@pytest.fixture
def dossier(tmp_path: Path) -> Path:
    """Une campagne de quelques exigences, finie sans rien avoir joué : chaque preuve manque encore."""
    chemin = tmp_path / "camp"
    demandees = ("INS/va1.01", "INS/va1.02", "DMP/va1.02", "DOC/va1.19", "DOC/va1.22")
    entete = campagne(vagues=(1,), exigences_demandees=demandees)
    with JournalEchanges.creer(chemin) as journal:
        journal.ajouter("campagne", entete.en_dict())
        journal.ajouter("campagne", {"etat": "fin"})
        tete = {"derniere_empreinte": journal.derniere_empreinte(), "enregistrements": journal.position()}
    ecrire_json(chemin / "campagne.json", replace(entete, journal=tete).en_dict())
    return chemin


@pytest.fixture
def porte(dossier: Path) -> Iterator[PortePieces]:
    """La porte de ce dossier, à une heure connue."""
    with ouvrir_porte(dossier, horloge=lambda: datetime(2026, 11, 22, 15, 0, tzinfo=UTC)) as ouverte:
        yield ouverte
