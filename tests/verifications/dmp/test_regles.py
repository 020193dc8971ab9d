"""Chaque règle du DMP a un exemple qui la suit et un qui l'enfreint ; chaque fautif n'enfreint que ses règles."""

from __future__ import annotations

from functools import cache

import pytest

from reports.constat import Constat
from reports.verdict import Verdict
from steps.verifications.registre import REGLES
from tests.verifications.dmp import exemples_demandes, exemples_enchainements, exemples_envois

_SOURCES = (exemples_envois, exemples_enchainements, exemples_demandes)
CONFORMES = {nom: exemple for source in _SOURCES for nom, exemple in source.CONFORMES.items()}
FAUTIFS = {nom: exemple for source in _SOURCES for nom, exemple in source.FAUTIFS.items()}


@cache
def _conforme(nom: str) -> tuple[Constat, ...]:
    return tuple(CONFORMES[nom]())


@cache
def _fautif(nom: str) -> tuple[Constat, ...]:
    return tuple(FAUTIFS[nom][0]())


def _en_cause(constats: tuple[Constat, ...]) -> set[str]:
    return {constat.code for constat in constats if constat.verdict is not Verdict.CONFORME}


@pytest.mark.parametrize("nom", CONFORMES)
def test_conforme(nom: str) -> None:
    """Un échange conforme, ou une variante légitime, n'est mis en cause par aucune règle."""
    constats = _conforme(nom)
    assert constats
    assert [c.en_texte() for c in constats if c.verdict is not Verdict.CONFORME] == []


@pytest.mark.parametrize("nom", FAUTIFS)
def test_fautif(nom: str) -> None:
    """Un échange fautif enfreint ses règles et elles seules."""
    assert _en_cause(_fautif(nom)) == FAUTIFS[nom][1]


def test_chaque_regle_a_ses_deux_exemples() -> None:
    """Toute règle DMP est suivie par un exemple et enfreinte par un autre, qui dit l'attendu, le reçu et le lieu."""
    suivies, enfreintes = set[str](), set[str]()
    tous = [*map(_conforme, CONFORMES), *map(_fautif, FAUTIFS)]
    for constat in (c for constats in tous for c in constats):
        if constat.verdict is Verdict.CONFORME:
            suivies.add(constat.code)
        elif constat.verdict is not Verdict.NON_CONCLUANT:
            enfreintes.add(constat.code)
            assert constat.message and constat.recu and constat.ou and constat.a_faire and constat.source
    # Le choix du patient et l'intégration de plusieurs documents ont leurs exemples à côté de leurs vérifications.
    regles = {code for code in REGLES if code.startswith("DMP-") and not code.startswith(("DMP-CHOIX-", "DMP-SEL-"))}
    assert regles - suivies == set()
    assert regles - enfreintes == set()


def test_les_codes_ont_leur_forme() -> None:
    """Un code de règle se lit DMP-SUJET-NN."""
    for code in REGLES:
        if code.startswith("DMP-"):
            _, sujet, rang = code.split("-")
            assert sujet.isupper() and len(rang) == 2 and rang.isdecimal()
