"""CIBA : chaque faute prise par son code, les demandes légitimes passent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reports.verdict import Verdict
from steps.verifications.psc import ciba as regles_ciba
from steps.verifications.psc import lire
from tests.verifications.psc import fabrique as f
from tests.verifications.psc.aides import AV, CLIENT, NC, RIEN, fautes


def _ciba(*messages: str, etats: tuple[str, ...] = ("pending", "remis"), **choix: Any) -> f.Fil:
    fil = f.Fil()
    for message in messages or ("42", "07"):
        demande = fil.demande_ciba(message=message, **choix)
        for rang, etat in enumerate(etats):
            fil.interroger(demande, etat, intervalle="0.1" if rang == 0 else "5.0")
    return fil


def _cadence(*appels: tuple[str, str]) -> f.Fil:
    fil = f.Fil()
    demande = fil.demande_ciba()
    for etat, intervalle in appels:
        fil.interroger(demande, etat, intervalle=intervalle)
    return fil


def _une_seconde() -> f.Fil:
    fil = f.Fil()
    demande = fil.demande_ciba(intervalle="1")
    for etat, intervalle in (("pending", "0.1"), ("pending", "0.95"), ("remis", "0.6")):
        fil.interroger(demande, etat, intervalle=intervalle)
    return fil


CIBA: list[tuple[str, Callable[[], f.Fil], dict[str, Any], set[tuple[str, Verdict]]]] = [
    ("ordinaire", _ciba, {"affiches": ["42", "07"], "canaux": ["MOBILE"] * 2, "identifiants": [f.MEDECIN] * 2}, set()),
    ("carte", lambda: _ciba(channel="CARD"), {"canaux": ["CARD", "CARD"]}, set()),
    ("scope dans un autre ordre", lambda: _ciba(scope="scope_all openid profile"), {}, set()),
    ("zéro zéro", lambda: _ciba("00", "99"), {}, set()),
    ("lent", lambda: _cadence(("pending", "0.2"), ("pending", "4.8"), ("slow_down", "5.0"), ("remis", "10.0")), {},
     set()),
    ("canal absent", lambda: _ciba(retires=("channel",)), {}, {("PSC-CIBA-01", NC)}),
    ("canal inconnu", lambda: _ciba(channel="SMS"), {}, {("PSC-CIBA-01", NC)}),
    ("autre canal", _ciba, {"canaux": ["CARD", "CARD"]}, {("PSC-CIBA-01", NC)}),
    ("lettres", lambda: _ciba("AB", "CD"), {}, {("PSC-CIBA-02", NC)}),
    ("trois chiffres", lambda: _ciba("123", "124"), {}, {("PSC-CIBA-02", NC)}),
    ("chiffres d'ailleurs", lambda: _ciba("٤٢", "٠٧"), {}, {("PSC-CIBA-02", NC)}),
    ("non affiché", _ciba, {"affiches": ["", ""]}, {("PSC-CIBA-03", NC)}),
    ("autre affiché", _ciba, {"affiches": ["24", "70"]}, {("PSC-CIBA-03", NC)}),
    ("deux fois le même", lambda: _ciba("42", "42"), {}, {("PSC-CIBA-04", AV)}),
    ("toujours le même", lambda: _ciba("42", "42", "42"), {}, {("PSC-CIBA-04", NC)}),
    ("scope", lambda: _ciba(scope="openid"), {}, {("PSC-CIBA-05", NC)}),
    ("acr absent", lambda: _ciba(retires=("acr_values",)), {}, {("PSC-CIBA-06", NC)}),
    ("acr autre", lambda: _ciba(acr_values="eidas2"), {}, {("PSC-CIBA-06", NC)}),
    ("autre personne", lambda: _ciba(login_hint=f.MEDECIN[1:]), {"identifiants": [f.MEDECIN] * 2},
     {("PSC-CIBA-07", NC)}),
    ("trop vite", lambda: _cadence(("pending", "0.2"), ("pending", "0.5"), ("remis", "0.5")), {},
     {("PSC-CIBA-08", NC)}),
    ("trop vite, intervalle d'une seconde", _une_seconde, {}, {("PSC-CIBA-08", NC)}),
    ("ralentir ignoré", lambda: _cadence(("pending", "0"), ("slow_down", "5"), ("remis", "5")), {},
     {("PSC-CIBA-08", NC)}),
    ("sans fin après refus", lambda: _cadence(("pending", "0"), ("denied", "5"), ("denied", "5")), {},
     {("PSC-CIBA-09", NC)}),
    ("sans fin après expiration", lambda: _cadence(("expired", "0"), ("expired", "5")), {}, {("PSC-CIBA-09", NC)}),
    ("après les jetons", lambda: _cadence(("remis", "0"), ("", "5")), {}, {("PSC-CIBA-09", NC)}),
]  # fmt: skip


@pytest.mark.parametrize(("fil", "faits", "attendu"), [x[1:] for x in CIBA], ids=[x[0] for x in CIBA])
def test_ciba(fil: Callable[[], f.Fil], faits: dict[str, Any], attendu: set[tuple[str, Verdict]]) -> None:
    """Une faute CIBA, un code."""
    assert fautes(regles_ciba.verifier_ciba(lire(fil().echanges), CLIENT, **faits)) == attendu


def test_ciba_absent() -> None:
    """Sans demande CIBA, rien n'est conforme."""
    assert fautes(regles_ciba.verifier_ciba(lire([]), CLIENT)) == {("PSC-CIBA-01", RIEN)}
