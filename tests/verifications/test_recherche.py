"""La recherche d'antériorité : retrouver tous ceux qu'il faut, et eux seuls ; le matricule est contrôlé avant."""

from __future__ import annotations

import pytest

from reports.verdict import Verdict
from steps.verifications import recherche as regles


@pytest.mark.parametrize(
    ("trouves", "verdicts"),
    [
        (["a", "b"], (Verdict.CONFORME, Verdict.CONFORME)),
        (["b", "a", "d'un autre service"], (Verdict.CONFORME, Verdict.CONFORME)),
        (["a"], (Verdict.NON_CONFORME, Verdict.CONFORME)),
        (["a", "b", "x"], (Verdict.CONFORME, Verdict.NON_CONFORME)),
        (["x"], (Verdict.NON_CONFORME, Verdict.NON_CONFORME)),
        ([], (Verdict.NON_CONFORME, Verdict.CONFORME)),
    ],
)
def test_patients_rendus(trouves: list[str], verdicts: tuple[Verdict, Verdict]) -> None:
    """Un patient manquant enfreint la première règle, un intrus la seconde ; les autres patients ne comptent pas."""
    constats = regles.patients_rendus(trouves, ["a", "b"], ["x", "y"], "la date de naissance")
    assert [c.code for c in constats] == ["IDE-RECHERCHE-01", "IDE-RECHERCHE-02"]
    assert tuple(c.verdict for c in constats) == verdicts


def test_graphie() -> None:
    """L'autre graphie retrouve le patient, ou enfreint la règle."""
    for trouves, verdict in ((["z", "a"], Verdict.CONFORME), (["z"], Verdict.NON_CONFORME)):
        constat = regles.retrouve_malgre_la_graphie(trouves, "a", "N GUYEN", "N'GUYEN")
        assert (constat.code, constat.verdict) == ("IDE-RECHERCHE-03", verdict)


def test_matricule_complet() -> None:
    """Le matricule rend ce patient et lui seul."""
    for trouves, verdict in (
        (["a"], Verdict.CONFORME),
        (["a", "b"], Verdict.NON_CONFORME),
        (["b"], Verdict.NON_CONFORME),
        ([], Verdict.NON_CONFORME),
    ):
        assert regles.retrouve_par_matricule(trouves, "a").verdict is verdict


@pytest.mark.parametrize(
    ("resultat", "trouves", "messages", "verdict"),
    [
        ("refuse", [], [], Verdict.CONFORME),
        ("refuse", [], ["clé fausse"], Verdict.CONFORME),
        ("fait", [], [], Verdict.NON_CONFORME),
        ("fait", [], ["aucun patient trouvé"], Verdict.NON_CONFORME),
        ("fait", [], ["La clef ne correspond pas"], Verdict.A_VERIFIER),
        ("fait", [], ["aucun patient", "15 CARACTÈRES attendus"], Verdict.A_VERIFIER),
        # Un message n'excuse pas des patients rendus.
        ("fait", ["a"], ["matricule invalide"], Verdict.NON_CONFORME),
    ],
)
def test_matricule_controle(resultat: str, trouves: list[str], messages: list[str], verdict: Verdict) -> None:
    """Une saisie incomplète n'aboutit pas ; un message sans refus reste à regarder, des résultats jamais."""
    constat = regles.matricule_incomplet_refuse(resultat, trouves, "29305", "tronqué", messages)
    assert (constat.code, constat.verdict) == ("IDE-RECHERCHE-05", verdict)
