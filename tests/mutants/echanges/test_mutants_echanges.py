"""Un message changé d'un geste n'est plus conforme, sauf là où le changement est permis ; et il l'est vraiment."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache

import pytest
from lxml import etree

from reports.verdict import Verdict
from tests.controle.aides_examens import en_texte, propre
from tests.mutants.echanges.bases import BASES
from tests.mutants.echanges.gestes import mutants
from tests.mutants.echanges.permis import PERMIS


@cache
def _verdicts(nom: str) -> dict[str, Verdict]:
    base = BASES[nom]
    racine = etree.fromstring(base.fabriquer())
    verdicts: dict[str, Verdict] = {}
    for ou, change in mutants(racine, base.sauf):
        verdict = propre(base.juger(change))
        if verdicts.get(ou) is not Verdict.CONFORME:
            # Deux endroits du même chemin : le conforme l'emporte, c'est lui qui est à expliquer.
            verdicts[ou] = verdict
    return verdicts


@pytest.mark.parametrize("nom", BASES)
def test_base(nom: str) -> None:
    """Le message que les gestes changent est conforme."""
    base = BASES[nom]
    examen = base.juger(etree.fromstring(base.fabriquer()))
    assert propre(examen) is Verdict.CONFORME, en_texte(examen)


@pytest.mark.parametrize("nom", BASES)
def test_rien_d_autre_ne_reste_conforme(nom: str) -> None:
    """Aucun mutant n'est conforme hors de ce qui est permis."""
    conformes = [ou for ou, verdict in _verdicts(nom).items() if verdict is Verdict.CONFORME]
    assert [ou for ou in conformes if not any(fnmatchcase(ou, motif) for motif in PERMIS[nom])] == []


@pytest.mark.parametrize("nom", BASES)
def test_chaque_permission_sert(nom: str) -> None:
    """Chaque motif permis garde au moins un mutant conforme : une variante légitime n'est pas refusée."""
    conformes = [ou for ou, verdict in _verdicts(nom).items() if verdict is Verdict.CONFORME]
    assert [motif for motif in PERMIS[nom] if not any(fnmatchcase(ou, motif) for ou in conformes)] == []


def test_le_compte_y_est() -> None:
    """Au moins huit cents changements distincts, et neuf sur dix pris."""
    verdicts = [verdict for nom in BASES for verdict in _verdicts(nom).values()]
    assert len(verdicts) >= 800
    assert sum(verdict is not Verdict.CONFORME for verdict in verdicts) / len(verdicts) >= 0.88
