"""Ce qu'un scénario accumule, et le seul verdict qui en sort."""

from __future__ import annotations

import pytest

from reports.constat import Confiance, Regle
from reports.verdict import Verdict
from steps.bilan import Bilan, ScenarioArrete

REGLE = Regle("ESS-AI-01", "Titre", "Texte, § 1", Confiance.OFFICIELLE, "Faites ainsi.")
DEDUITE = Regle("ESS-AI-02", "Titre", "Banc", Confiance.DEDUITE, "Faites ainsi.")
MANQUEMENT = REGLE.enfreinte("cela manque", attendu="a", recu="b", ou="c")


def test_silence() -> None:
    """Sans constat : non concluant, et la phrase le dit."""
    bilan = Bilan()
    assert bilan.verdict() is Verdict.NON_CONCLUANT
    assert "le silence n'est pas une preuve" in bilan.motif()


def test_conforme_sans_motif() -> None:
    """Des règles toutes respectées : conforme, rien à expliquer."""
    bilan = Bilan()
    bilan.constater([REGLE.respectee(), REGLE.respectee()])
    assert (bilan.verdict(), bilan.motif()) == (Verdict.CONFORME, "")


def test_le_manquement_l_emporte() -> None:
    """Un manquement prouvé ne s'efface ni devant une panne du banc ni devant un constat à regarder."""
    bilan = Bilan()
    bilan.constater(REGLE.respectee())
    bilan.constater(REGLE.a_regarder("à voir"))
    bilan.constater(MANQUEMENT)
    bilan.echouer(Verdict.NON_CONCLUANT, "le banc s'est arrêté")
    assert bilan.verdict() is Verdict.NON_CONFORME
    assert bilan.motif() == "cela manque"


def test_regle_deduite_ne_prouve_pas() -> None:
    """Le manquement à une règle déduite par le banc va à une personne."""
    bilan = Bilan()
    bilan.constater(DEDUITE.enfreinte("douteux", attendu="a", recu="b", ou="c"))
    assert bilan.verdict() is Verdict.A_VERIFIER
    assert "règle déduite par le banc" in bilan.motif()


@pytest.mark.parametrize("verdict", list(Verdict))
def test_issue_sans_regle(verdict: Verdict) -> None:
    """Une issue du banc garde sa raison et son code de conduite, différent pour chaque verdict."""
    bilan = Bilan()
    bilan.echouer(verdict, "première raison")
    bilan.echouer(verdict, "seconde")
    assert bilan.verdict() is verdict
    assert bilan.raison == "première raison"
    assert bilan.constats[0].code.startswith("BANC-CONDUITE-")


def test_codes_de_conduite_distincts() -> None:
    """Deux issues différentes ne partagent pas de code."""
    bilan = Bilan()
    for verdict in Verdict:
        bilan.echouer(verdict, "x")
    assert len({constat.code for constat in bilan.constats}) == len(Verdict)


def test_exiger() -> None:
    """`exiger` garde le constat, et n'arrête que s'il n'est pas conforme."""
    bilan = Bilan()
    bilan.exiger(REGLE.respectee())
    with pytest.raises(ScenarioArrete, match="cela manque"):
        bilan.exiger(MANQUEMENT)
    assert [constat.verdict for constat in bilan.constats] == [Verdict.CONFORME, Verdict.NON_CONFORME]
