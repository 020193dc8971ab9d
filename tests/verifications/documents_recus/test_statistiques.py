"""Statistiques d'intégration des documents reçus : chaque compte juste et faux, la période suivie ou non."""

from __future__ import annotations

import pytest

from steps.verifications.documents_recus import statistiques as st
from tests.steps.tables import NON, OUI, RIEN, Cas, juger, regles_sans_cas

AVANT = {"11490-0": {"automatiques": 4, "manuels": 1, "non_integres": 7}}
ATTENDUS = {"11490-0": {"automatiques": 2, "non_integres": 1}, "11502-2": {"manuels": 1}}
JUSTE = {
    "11490-0": {"automatiques": 6, "manuels": 1, "non_integres": 8},
    "11502-2": {"automatiques": 0, "manuels": 1, "non_integres": 0},
}


def _avec(type_: str, issue: str, nombre: int) -> dict[str, dict[str, int]]:
    return {**JUSTE, type_: {**JUSTE[type_], issue: nombre}}


TABLE: list[Cas] = [
    ("juste", st.R_AUTOMATIQUES, OUI, lambda: st.comptes_justes(AVANT, JUSTE, ATTENDUS)),
    ("juste", st.R_MANUELS, OUI, lambda: st.comptes_justes(AVANT, JUSTE, ATTENDUS)),
    ("juste", st.R_RESTES, OUI, lambda: st.comptes_justes(AVANT, JUSTE, ATTENDUS)),
    (
        "oubliés",
        st.R_AUTOMATIQUES,
        NON,
        lambda: st.comptes_justes(AVANT, _avec("11490-0", "automatiques", 4), ATTENDUS),
    ),
    (
        "de trop",
        st.R_AUTOMATIQUES,
        NON,
        lambda: st.comptes_justes(AVANT, _avec("11502-2", "automatiques", 1), ATTENDUS),
    ),
    ("type tu", st.R_MANUELS, NON, lambda: st.comptes_justes(AVANT, {"11490-0": JUSTE["11490-0"]}, ATTENDUS)),
    ("restes tus", st.R_RESTES, NON, lambda: st.comptes_justes(AVANT, _avec("11490-0", "non_integres", 0), ATTENDUS)),
    ("inchangés", st.R_PERIODE, OUI, lambda: st.periode_suivie(AVANT, AVANT, temoin=True)),
    ("changés", st.R_PERIODE, NON, lambda: st.periode_suivie(AVANT, JUSTE, temoin=True)),
    ("figés partout", st.R_PERIODE, RIEN, lambda: st.periode_suivie(AVANT, AVANT, temoin=False)),
]


@pytest.mark.parametrize("cas", TABLE, ids=[f"{c[1].code} {c[0]}" for c in TABLE])
def test_cas(cas: Cas) -> None:
    juger(cas)


def test_chaque_regle_a_ses_deux_cas() -> None:
    """Chaque règle a un cas suivi et un cas enfreint."""
    assert regles_sans_cas(st, TABLE) == set()
