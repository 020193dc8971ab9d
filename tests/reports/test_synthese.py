"""Comptes et codes de sortie."""

from __future__ import annotations

import pytest

from reports.resultat import ResultatScenario
from reports.synthese import code_de_sortie, synthetiser
from reports.verdict import Verdict
from tests.reports.fabrique import exigence, jeu_complet, resultat


def _resultats(*verdicts: Verdict) -> list[ResultatScenario]:
    ex = exigence("INS.01")
    return [resultat(ex, ex.scenarios[0], verdict) for verdict in verdicts]


@pytest.mark.parametrize(
    ("verdicts", "normal", "complet"),
    [
        ((Verdict.CONFORME,), 0, 0),
        ((Verdict.CONFORME, Verdict.NON_APPLICABLE), 0, 0),
        ((Verdict.CONFORME, Verdict.A_VERIFIER), 0, 1),
        ((Verdict.CONFORME, Verdict.NON_EXECUTE), 0, 1),
        ((Verdict.A_VERIFIER,), 0, 1),
        ((Verdict.CONFORME, Verdict.NON_CONCLUANT), 3, 3),
        ((Verdict.NON_CONFORME, Verdict.NON_CONCLUANT, Verdict.CONFORME), 1, 1),
        ((Verdict.NON_CONFORME,), 1, 1),
        ((), 3, 3),
        ((Verdict.NON_EXECUTE,), 3, 3),
        ((Verdict.NON_APPLICABLE,), 3, 3),
        ((Verdict.NON_EXECUTE, Verdict.NON_APPLICABLE), 3, 3),
    ],
)
def test_code_de_sortie(verdicts: tuple[Verdict, ...], normal: int, complet: int) -> None:
    """Le code suit le verdict le plus grave ; rien de jugé n'est jamais une réussite."""
    assert code_de_sortie(_resultats(*verdicts)) == normal
    assert code_de_sortie(_resultats(*verdicts), exiger_complet=True) == complet


def test_campagne_interrompue() -> None:
    """Une campagne interrompue n'est jamais une réussite ; un manquement prouvé reste un échec."""
    assert code_de_sortie(_resultats(Verdict.CONFORME), interrompue=True) == 3
    assert code_de_sortie(_resultats(Verdict.NON_CONFORME), interrompue=True) == 1


def test_comptes() -> None:
    """Chaque scénario est compté une fois dans l'ensemble, sa section, sa vague et son moyen."""
    lue, _, _ = jeu_complet(12)
    synthese = synthetiser(lue.resultats)
    assert synthese.ensemble.total == 12
    assert dict(synthese.ensemble.par_verdict) == dict.fromkeys(Verdict, 2)
    for groupes in (synthese.par_section, synthese.par_vague, synthese.par_moyen):
        assert sum(groupe.total for groupe in groupes) == 12
    assert [groupe.nom for groupe in synthese.par_section] == ["INS", "DMP", "MSS"]
    attendus = [vu.scenario for vu in lue.resultats if vu.verdict in (Verdict.A_VERIFIER, Verdict.NON_EXECUTE)]
    assert sorted({reste.resultat.scenario for reste in synthese.a_apporter}) == sorted(attendus)
    assert len(synthese.en_dict()["a_apporter"]) == 8
