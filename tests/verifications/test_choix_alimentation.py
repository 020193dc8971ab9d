"""Choix du patient sur l'alimentation de son DMP : bloqué, parti malgré lui, tracé."""

from __future__ import annotations

from typing import Any

import pytest

from steps.verifications import choix_alimentation as c
from tests.steps.tables import NON, OUI, RIEN, VOIR, Cas, juger, regles_sans_cas


def _trace(**champs: Any) -> dict[str, Any]:
    return {
        "patient_id": "P1",
        "utilisateur": "dr",
        "horodatage": "2026-03-02T09:00:00+01:00",
        "action": "DMP : Opposition",
    } | champs


CAS: list[Cas] = [
    ("bloqué", c.R_OPPOSITION, OUI, lambda: c.envoi_bloque(True, [], 1, "x")),
    ("parti", c.R_OPPOSITION, NON, lambda: c.envoi_bloque(True, ["1.2"], 1, "x", echanges=(4,))),
    ("rien ne part jamais", c.R_OPPOSITION, RIEN, lambda: c.envoi_bloque(True, [], 0, "x")),
    ("sans choix, bloqué", c.R_SANS_CHOIX, OUI, lambda: c.envoi_bloque(False, [], 1, "x")),
    ("sans choix, parti", c.R_SANS_CHOIX, VOIR, lambda: c.envoi_bloque(False, ["1.2"], 1, "x")),
    ("tracé", c.R_TRACE, OUI, lambda: c.choix_trace([_trace()], "P1", "dr", "opposition")),
    (
        "tracé dans le détail",
        c.R_TRACE,
        OUI,
        lambda: c.choix_trace([_trace(action="x", detail={"apres": "non_opposition"})], "P1", "dr", "non-opposition"),
    ),
    ("trace d'un accès", c.R_TRACE, VOIR, lambda: c.choix_trace([_trace(action="accès")], "P1", "dr", "opposition")),
    ("choix contraire", c.R_TRACE, VOIR, lambda: c.choix_trace([_trace()], "P1", "dr", "non-opposition")),
    ("autre patient", c.R_TRACE, NON, lambda: c.choix_trace([_trace(patient_id="P2")], "P1", "dr", "opposition")),
    ("autre auteur", c.R_TRACE, NON, lambda: c.choix_trace([_trace(utilisateur="b")], "P1", "dr", "opposition")),
    ("rien", c.R_TRACE, NON, lambda: c.choix_trace([], "P1", "dr", "opposition")),
]


@pytest.mark.parametrize("cas", CAS, ids=[f"{cas[1].code} {cas[0]}" for cas in CAS])
def test_cas(cas: Cas) -> None:
    juger(cas)


def test_chaque_regle_a_ses_deux_cas() -> None:
    """Chaque règle a un cas suivi et un cas enfreint."""
    assert regles_sans_cas(c, CAS) == set()
