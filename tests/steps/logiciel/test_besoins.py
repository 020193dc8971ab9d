"""Ce que chaque scénario demande au logiciel : des numéros du REM, des actions du contrat."""

from __future__ import annotations

from requirements.catalogue import charger
from steps.logiciel.besoins import besoins, sans_ces_actions
from steps.logiciel.contrat import charger_contrat


def test_la_table_se_tient() -> None:
    """Chaque ligne est un scénario du couloir, chaque action en est une du contrat."""
    numeros = {scenario.id for exigence in charger("biologie").exigences for scenario in exigence.scenarios}
    assert besoins().keys() <= numeros
    assert set().union(*besoins().values()) <= set(charger_contrat().actions)


def test_ce_qui_manque() -> None:
    """Un scénario n'est compté que s'il appelle une action que rien n'offre."""
    offertes = set(charger_contrat().actions)
    assert sans_ces_actions(besoins(), offertes) == {}
    manques = sans_ces_actions(["INS/va1.20.01", "INS/va1.99.99"], offertes - {"attribuer_attribut"})
    assert manques == {"INS/va1.20.01": ["attribuer_attribut"]}
