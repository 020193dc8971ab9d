"""Courriels à archive IHE XDM reconnus dans la liste, et eux seuls."""

from __future__ import annotations

from steps.verifications.mssante.archive_reconnue import archive_non_reconnue, archive_reconnue

OUI, NON, TU = {"archive_xdm": True}, {"archive_xdm": False}, {"objet": "Lettre"}


def test_reconnue() -> None:
    """Reconnue ou non ; ce que la liste ne dit pas est à regarder."""
    verdicts = [archive_reconnue(montre, "« lettre »").verdict.value for montre in (OUI, NON, TU)]
    assert verdicts == ["conforme", "non_conforme", "a_verifier"]


def test_renommee() -> None:
    """Sous un autre nom que celui du référentiel, ne pas la reconnaître se regarde."""
    verdicts = [archive_reconnue(montre, "« lettre »", renommee=True).verdict.value for montre in (OUI, NON, TU)]
    assert verdicts == ["conforme", "a_verifier", "a_verifier"]


def test_les_autres() -> None:
    """Un zip ordinaire ne passe pas pour une archive ; sans archive reconnue dans la liste, rien n'est prouvé."""
    assert archive_non_reconnue(NON, OUI, "« photos »").verdict.value == "conforme"
    assert archive_non_reconnue(TU, OUI, "« photos »").verdict.value == "conforme"
    assert archive_non_reconnue(OUI, OUI, "« photos »").verdict.value == "non_conforme"
    assert archive_non_reconnue(TU, TU, "« photos »").verdict.value == "a_verifier"
    assert archive_non_reconnue(NON, NON, "« photos »").verdict.value == "non_concluant"
