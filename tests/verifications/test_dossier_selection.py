"""Plusieurs documents du DMP choisis ensemble : tous au dossier, eux seuls, tels que dans le DMP."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from reports.verdict import Verdict
from steps.verifications.dossier_selection import selection_integree

OUI, NON, VOIR, RIEN = Verdict.CONFORME, Verdict.NON_CONFORME, Verdict.A_VERIFIER, Verdict.NON_CONCLUANT
CAS: dict[str, tuple[Mapping[str, str], Verdict, Verdict]] = {
    "les deux": ({"D1": "a", "D2": "b"}, OUI, OUI),
    "un seul": ({"D1": "a"}, NON, OUI),
    "refait": ({"D1": "a", "D2": "autre"}, NON, OUI),
    "celui qui n'est pas choisi": ({"D1": "a", "D2": "c"}, NON, NON),
    "tous": ({"D1": "a", "D2": "b", "D3": "c"}, OUI, NON),
    "deux fois le même": ({"D1": "a", "D2": "b", "D3": "b"}, OUI, NON),
    "aucun": ({}, NON, RIEN),
    "octets non dits": ({"D1": "", "D2": ""}, VOIR, OUI),
    "octets non dits, un manque": ({"D1": ""}, NON, OUI),
}


@pytest.mark.parametrize(("nouveaux", "choisis", "seuls"), CAS.values(), ids=CAS)
def test_selection(nouveaux: Mapping[str, str], choisis: Verdict, seuls: Verdict) -> None:
    constats = selection_integree(nouveaux, {"sortie": "a", "bilan": "b"}, {"laissé": "c"}, "fait")
    assert [constat.verdict for constat in constats] == [choisis, seuls]
