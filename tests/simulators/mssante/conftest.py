"""L'opérateur MSSanté monté : un par module, remis à neuf avant chaque essai ; ou un par essai qui l'arrête."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from simulators.mssante.reglages import Reglages
from simulators.mssante.simulateur import SimulateurMSSante
from simulators.socle.identites import IDENTITES_DE_TEST
from simulators.socle.journal import JournalEchanges
from simulators.socle.montage import demarrer_socle
from tests.simulators.mssante.aides_smtp import Montage
from tests.simulators.mssante.jetons_essai import Fournisseur


@contextmanager
def _monter(dossier: Path) -> Iterator[Montage]:
    with JournalEchanges.creer(dossier / "campagne") as journal:
        journal.autoriser_matricules(m for identite in IDENTITES_DE_TEST for m in identite.matricules)
        with demarrer_socle(journal, dossier / "secrets") as socle:
            fournisseur = Fournisseur(journal)
            simulateur = SimulateurMSSante(
                journal, socle.igc, jetons=fournisseur, rafraichissement=fournisseur.rafraichissement
            )
            socle.publication_igc.panne = simulateur.panne_de_publication
            simulateur.monter(socle.serveur)
            yield Montage(simulateur, journal, socle, fournisseur)


@pytest.fixture(scope="module")
def _du_module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Montage]:
    with _monter(tmp_path_factory.mktemp("mssante")) as montage:
        yield montage


@pytest.fixture
def operateur(_du_module: Montage) -> Iterator[Montage]:
    """Opérateur vidé, connexions renumérotées ; `echanges` ne montre que ceux de l'essai."""
    montage = _du_module
    montage.simulateur.remettre_a_zero()
    montage.simulateur.operateur.reglages = Reglages()
    montage.simulateur.operateur._numeros = {"smtp": itertools.count(1), "imap": itertools.count(1)}
    montage.depuis = montage.journal.position()
    yield montage
    asyncio.run_coroutine_threadsafe(_finir(montage), montage.socle.serveur.boucle).result(30)


async def _finir(montage: Montage) -> None:
    """Attend la fin des sessions de l'essai : la suivante ne doit pas les voir finir."""
    for session in list(montage.sessions):
        if session.transport is not None:
            session.transport.close()
        if session._handler_coroutine is not None:
            with contextlib.suppress(asyncio.CancelledError, TimeoutError):
                await asyncio.wait_for(asyncio.shield(session._handler_coroutine), 20)


@pytest.fixture
def operateur_neuf(tmp_path: Path) -> Iterator[Montage]:
    """Opérateur pour un essai qui arrête le banc ou son journal."""
    with _monter(tmp_path) as montage:
        yield montage
