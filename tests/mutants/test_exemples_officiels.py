"""Les mêmes défauts, dans les exemples officiels : chacun y est pris par son code, et rien d'autre n'apparaît.

Les exemples sont lus où dit `CI_SIS_CORPUS` ; chacun reçoit un défaut sur cinq, de sorte que tous soient joués.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reports.verdict import Verdict
from steps.controle.examens.cda import examiner_cda
from steps.controle.modele import ContexteControle, Gravite, gravite
from steps.verifications.cda import lire_cda, niveau, verifier_cda
from tests.mutants.catalogue import MUTANTS

_CORPUS = os.environ.get("CI_SIS_CORPUS", "")
EXEMPLES = sorted((Path(_CORPUS) / "ExemplesCDA").glob("*.xml")) if _CORPUS else []
pytestmark = pytest.mark.skipif(not EXEMPLES, reason="CI_SIS_CORPUS ne désigne pas d'exemples officiels")
_SEVERITES = [Gravite.RESPECTEE, Gravite.REMARQUE, Gravite.AVERTISSEMENT, Gravite.INDETERMINE, Gravite.ERREUR]
_AILLEURS = {"CDA-ENT-17": Gravite.REMARQUE}
"""Gravité d'une règle hors des comptes rendus de biologie et d'imagerie, quand elle y est moindre."""
_PAS = 5
_TAILLE_MAX = 300_000


def _par_code(octets: bytes) -> dict[str, int]:
    """Code → rang de sa plus grande gravité."""
    rangs: dict[str, int] = {}
    for constat in verifier_cda(octets):
        rangs[constat.code] = max(rangs.get(constat.code, 0), _SEVERITES.index(gravite(constat)))
    return rangs


@pytest.mark.parametrize("rang", range(len(EXEMPLES)), ids=[exemple.stem for exemple in EXEMPLES])
def test_exemple(rang: int) -> None:
    """L'exemple est conforme, remarques permises ; abîmé, il est pris en faute par le bon code."""
    octets = EXEMPLES[rang].read_bytes()
    assert examiner_cda(octets, ContexteControle()).verdict is Verdict.CONFORME
    if len(octets) > _TAILLE_MAX:
        return
    sain, ce_niveau, joues = _par_code(octets), niveau(lire_cda(octets)), 0
    for mutant in MUTANTS[rang % _PAS :: _PAS]:
        abime = mutant.appliquer(octets) if ce_niveau in mutant.niveaux else None
        if abime is None:
            continue
        joues += 1
        recus = _par_code(abime)
        voulue = _AILLEURS.get(mutant.code, mutant.gravite)
        assert recus.get(mutant.code, 0) >= _SEVERITES.index(voulue), mutant.nom
        nouveaux = {code for code, severite in recus.items() if severite > sain.get(code, 0)}
        assert nouveaux <= mutant.aussi | {mutant.code}, mutant.nom
    assert joues >= 10
