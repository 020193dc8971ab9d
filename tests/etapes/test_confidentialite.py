"""Ce que les features disent du masquage, de la visibilité et des dates d'un export, et ce que le banc en fait."""

from __future__ import annotations

from datetime import timedelta

import pytest

from steps.etapes import confidentialite, portabilite
from steps.etapes.vocabulaire import PhraseInconnue
from steps.verifications.dmp.nomenclatures import VISIBILITES


def test_chaque_code_seul_et_combine() -> None:
    """Les phrases couvrent chaque code du DMP, seul et avec un autre, sans le cumul que le guide écarte."""
    choix = [set(codes) for codes in confidentialite.CHOIX.values()]
    assert {next(iter(c)) for c in choix if len(c) == 1} == VISIBILITES
    assert set.union(*(c for c in choix if len(c) == 2)) == VISIBILITES
    assert not [c for c in choix if {"MASQUE_PS", "INVISIBLE_PATIENT"} <= c]


@pytest.mark.parametrize("phrase", ["invisible", "", "masqué au patient"])
def test_choix_inconnu(phrase: str) -> None:
    """Une phrase qui ne désigne aucun choix est une faute de la feature."""
    with pytest.raises(PhraseInconnue):
        confidentialite.codes(phrase)


def test_bornes_de_la_periode() -> None:
    """La veille et le lendemain encadrent la période d'un jour ; l'ancien est à moins de vingt ans."""
    veille, premier, dernier, lendemain = (
        portabilite.instant(f"{jour} de la période, à 00:10")
        for jour in ("la veille", "le premier jour", "le dernier jour", "le lendemain")
    )
    assert (premier.date() - veille.date(), lendemain.date() - dernier.date()) == (timedelta(days=1),) * 2
    ancien = portabilite.instant("il y a près de vingt ans, à 09:30")
    assert timedelta(days=19.9 * 365.25) < premier - ancien + timedelta(days=400) < timedelta(days=20 * 365.25)


@pytest.mark.parametrize("phrase", ["la veille de la période", "hier, à 10:00"])
def test_date_inconnue(phrase: str) -> None:
    """Une date sans heure, ou d'un autre repère, est une faute de la feature."""
    with pytest.raises(PhraseInconnue):
        portabilite.instant(phrase)
