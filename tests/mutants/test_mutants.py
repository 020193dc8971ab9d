"""Chaque mutant est pris par son code et par lui seul ; les bons documents et leurs variantes ne donnent rien."""

from __future__ import annotations

import pytest

from steps.controle.modele import Gravite, gravite
from steps.verifications.cda import verifier_cda
from tests.mutants.catalogue import MUTANTS, Mutant
from tests.mutants.documents import bon

CAS = [(mutant, niveau) for mutant in MUTANTS for niveau in mutant.niveaux]


def en_cause(octets: bytes) -> dict[str, Gravite]:
    """Codes des manquements et des remarques, avec leur gravité."""
    return {c.code: gravite(c) for c in verifier_cda(octets) if gravite(c) is not Gravite.RESPECTEE}


@pytest.mark.parametrize("niveau", ["N1", "N3"])
def test_bon_document(niveau: str) -> None:
    """Un bon document ne donne ni manquement ni remarque."""
    assert en_cause(bon(niveau)) == {}


@pytest.mark.parametrize(("mutant", "niveau"), CAS, ids=[f"{m.nom} ({n})" for m, n in CAS])
def test_mutant(mutant: Mutant, niveau: str) -> None:
    """Le défaut est pris par son code, avec sa gravité, et n'entraîne que ce qu'il doit."""
    abime = mutant.appliquer(bon(niveau))
    if abime is None:
        pytest.skip("sans objet à ce niveau")
    recus = en_cause(abime)
    assert recus.get(mutant.code) == mutant.gravite, recus
    assert recus.keys() - mutant.aussi == {mutant.code}


def test_le_compte_y_est() -> None:
    """Au moins quatre-vingt-dix défauts distincts, dont ceux que le kit officiel ne voit pas."""
    assert len({mutant.nom for mutant in MUTANTS}) >= 90
    assert len([mutant for mutant in MUTANTS if mutant.angle_mort]) >= 14
