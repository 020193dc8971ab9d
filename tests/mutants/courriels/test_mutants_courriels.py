"""Chaque mutant de courriel est pris par son code, avec sa gravité, et n'entraîne que ce qu'il doit."""

from __future__ import annotations

import pytest

from tests.mutants.courriels.avis import BONS
from tests.mutants.courriels.catalogue import MUTANTS
from tests.mutants.courriels.modele import MutantCourriel, en_cause
from tests.verifications.mssante.fabrique_courriels import contexte, courriel, message


@pytest.mark.parametrize("niveau", ["N1", "N3"])
def test_bon_courriel(niveau: str) -> None:
    """L'envoi conforme d'un compte rendu ne donne ni manquement ni remarque."""
    assert en_cause(courriel(niveau), contexte()) == {}


def test_bon_message() -> None:
    """Un message sans document non plus."""
    assert en_cause(message(), contexte()) == {}


@pytest.mark.parametrize("nom", BONS)
def test_bon_avis(nom: str) -> None:
    """Un avis juste ne donne rien non plus."""
    assert en_cause(BONS[nom](), contexte()) == {}


@pytest.mark.parametrize("mutant", MUTANTS, ids=[m.nom for m in MUTANTS])
def test_mutant(mutant: MutantCourriel) -> None:
    """Le défaut est pris par son code et par lui seul."""
    recus = en_cause(mutant.octets(), mutant.contexte())
    assert recus.get(mutant.code) == mutant.gravite, recus
    assert recus.keys() - mutant.aussi == {mutant.code}, recus


def test_le_compte_y_est() -> None:
    """Au moins cent vingt défauts distincts."""
    assert len({mutant.nom for mutant in MUTANTS}) == len(MUTANTS) >= 120
