"""Les couloirs livrés : les comptes de leur REM, des textes à nous, rien de recopié d'un couloir à l'autre."""

from __future__ import annotations

from collections import Counter

import pytest

from requirements.catalogue import Catalogue, charger, couloirs_disponibles
from requirements.modele import Classe
from tests.requirements.corpus import lignes

COMPTES = {
    "biologie": ("BIO", 228, 267, 363),
    "radiologie": ("RIS", 259, 287, 380),
    "medecins-de-ville": ("LGC", 232, 240, 312),
    "hopital-dpi": ("DPI", 150, 174, 217),
    "hopital-pfi": ("PFI", 100, 121, 169),
    "drimbox": ("DB", 208, 85, 111),
}
"""REM, exigences, scénarios et preuves actifs des données de concertation ; les suppléments du banc n'en sont pas."""


@pytest.fixture(scope="module")
def catalogues() -> dict[str, Catalogue]:
    return {nom: charger(nom) for nom in couloirs_disponibles()}


def test_comptes(catalogues: dict[str, Catalogue]) -> None:
    """Chaque couloir livré a ses exigences, ses scénarios et ses preuves, ni plus ni moins."""
    assert {
        nom: (c.rem, len(c.exigences), len(c.scenarios()), len(c.preuves)) for nom, c in catalogues.items()
    } == COMPTES


def test_dit_une_fois(catalogues: dict[str, Catalogue]) -> None:
    """Un même numéro dans deux couloirs n'a pas deux fois le même texte : il se reprend."""
    ecrits: dict[tuple[str, str], list[str]] = {}
    for nom, catalogue in catalogues.items():
        for exigence in catalogue.exigences:
            if not exigence.repris_de:
                ecrits.setdefault((exigence.id, exigence.resume), []).append(nom)
    assert {cle: noms for cle, noms in ecrits.items() if len(noms) > 1} == {}


def test_textes(catalogues: dict[str, Catalogue]) -> None:
    """Chaque texte est une phrase ; dans un couloir, aucun titre de scénario rédigé là n'est trop long."""
    for nom, catalogue in catalogues.items():
        assert [e.id for e in catalogue.exigences if len(e.resume.split()) < 7] == [], nom
        assert [s.id for s in catalogue.scenarios() if not s.repris_de and len(s.titre) > 90] == [], nom
        assert [s.id for s in catalogue.scenarios() if len(s.attendu.split()) < 8] == [], nom


def test_aucun_scenario_muet(catalogues: dict[str, Catalogue]) -> None:
    """Un scénario qu'une personne juge, en tout ou partie, a sa forme guidée et un conseil par preuve."""
    for nom, catalogue in catalogues.items():
        for scenario in catalogue.scenarios():
            if scenario.laisse_a_une_personne and not scenario.feature_impropre:
                assert scenario.deroule, (nom, scenario.id)
                assert all(preuve.conseil for preuve in scenario.preuves), (nom, scenario.id)


def test_accord_avec_les_donnees(catalogues: dict[str, Catalogue]) -> None:
    """Mêmes exigences que les données de concertation, avec leur vague, leur profil et leur nature."""
    par_rem = {catalogue.rem: catalogue for catalogue in catalogues.values()}
    lues: dict[str, dict[str, tuple[str, str, str]]] = {}
    for ligne in lignes("exigences.csv"):
        if ligne["statut"] != "Obsolète" and ligne["rem"] in par_rem:
            lues.setdefault(ligne["rem"], {})[ligne["id"].strip()] = (ligne["vague"], ligne["profil"], ligne["nature"])
    for rem, catalogue in par_rem.items():
        attendues = lues[rem]
        ecrites = {e.id: (str(e.vague), e.profil, e.nature.value) for e in catalogue.exigences}
        manquent = attendues.keys() - ecrites.keys()
        assert not manquent, (rem, sorted(manquent))
        assert {n: (v, attendues[n]) for n, v in ecrites.items() if n in attendues and v != attendues[n]} == {}, rem


def test_aucune_phrase_officielle(catalogues: dict[str, Catalogue]) -> None:
    """Nos mots : aucun résumé ni attendu ne reprend seize mots de suite du texte officiel."""
    suites: set[tuple[str, ...]] = set()
    for fichier in ("exigences.csv", "scenarios.csv"):
        for ligne in lignes(fichier):
            mots = _mots(ligne["texte"])
            suites.update(tuple(mots[rang : rang + 16]) for rang in range(len(mots) - 15))
    for nom, catalogue in catalogues.items():
        copies = [
            numero
            for exigence in catalogue.exigences
            if not exigence.repris_de
            for numero, texte in ((exigence.id, exigence.resume), *((s.id, s.attendu) for s in exigence.scenarios))
            if any(
                tuple(mots[rang : rang + 16]) in suites for mots in (_mots(texte),) for rang in range(len(mots) - 15)
            )
        ]
        assert copies == [], nom


def _mots(texte: str) -> list[str]:
    return "".join(c.lower() if c.isalnum() else " " for c in texte).split()


def test_part_de_la_machine(catalogues: dict[str, Catalogue]) -> None:
    """Le moyen de chaque scénario est relu à la main : la plupart se lisent sans personne."""
    for nom, catalogue in catalogues.items():
        moyens = Counter(scenario.moyen for scenario in catalogue.scenarios())
        assert moyens[Classe.HUMAIN] < len(catalogue.scenarios()) / 3, nom
