"""Terminologies d'un cabinet : chaque règle suivie et enfreinte."""

from __future__ import annotations

import pytest

from steps.verifications import nomenclatures as n
from steps.verifications.nomenclatures import CodeConsulte
from tests.steps.tables import NON, OUI, RIEN, VOIR, Cas, juger, regles_sans_cas


def _vu(*montrees: tuple[str, str] | None) -> list[CodeConsulte]:
    """Deux codes de la CIM, et ce qui s'en montre ; rien : la terminologie n'est pas là."""
    voulus = (("E11", "diab"), ("I10", "hypertension"))
    if not montrees:
        return [CodeConsulte(code, mot, None) for code, mot in voulus]
    return [CodeConsulte(c, m, () if vue is None else (vue,)) for (c, m), vue in zip(voulus, montrees, strict=True)]


JUSTES = (("E11", "DIABÈTE sucré"), ("I10", "Hypertension essentielle"))
CAS: list[Cas] = [
    ("consultée", n.CONSULTABLE, OUI, lambda: n.terminologie_consultable("CIM", _vu(*JUSTES))),
    ("pas intégrée", n.CONSULTABLE, NON, lambda: n.terminologie_consultable("CIM", _vu())),
    ("vide", n.CONSULTABLE, NON, lambda: n.terminologie_consultable("CIM", _vu(None, None))),
    ("un code absent", n.CONSULTABLE, VOIR, lambda: n.terminologie_consultable("CIM", _vu(JUSTES[0], None))),
    ("autre libellé", n.CONSULTABLE, VOIR, lambda: n.terminologie_consultable("CIM", _vu(JUSTES[0], ("I10", "HTA")))),
    ("autre code", n.CONSULTABLE, NON, lambda: n.terminologie_consultable("CIM", _vu(("E10", "Diabète"), None))),
    ("rien demandé", n.CONSULTABLE, RIEN, lambda: n.terminologie_consultable("CIM", [])),
    (
        "proposée",
        n.DES_TROIS_LETTRES,
        OUI,
        lambda: n.propositions_des_trois_lettres("CIM", "dia", [{"libelle": "Diabète"}]),
    ),
    ("muette", n.DES_TROIS_LETTRES, NON, lambda: n.propositions_des_trois_lettres("CIM", "dia", [])),
    ("par le code", n.EN_RAPPORT, OUI, lambda: n.propositions_des_trois_lettres("CIM", "e11", [{"code": "E11"}])),
    ("ailleurs", n.EN_RAPPORT, VOIR, lambda: n.propositions_des_trois_lettres("CIM", "dia", [{"libelle": "Asthme"}])),
]


@pytest.mark.parametrize("cas", CAS, ids=[f"{c[1].code} {c[0]}" for c in CAS])
def test_cas(cas: Cas) -> None:
    juger(cas)


def test_chaque_regle_a_ses_deux_cas() -> None:
    """Chaque règle a un cas suivi et un cas enfreint."""
    assert regles_sans_cas(n, CAS) == set()
