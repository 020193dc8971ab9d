"""Attestations et homologations : rapprochées du logiciel éprouvé, de sa version, de la date."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.campagne import Logiciel
from reports.pieces.attestations import CHAMPS, juger
from reports.pieces.refus import Refus

_LOGICIEL = Logiciel("LaboTest", "4.2.1", "Éditeur & Fils", "NIL-0001", "SGL")
_JOUR = dt.date(2026, 11, 22)
_BONNE: dict[str, Any] = {
    "numero": "HOM-2026-12",
    "date": "2026-03-01",
    "produit": "LaboTest",
    "version": "4.2.1",
    "expire_le": "2028-03-01",
}


@pytest.mark.parametrize(
    "autres",
    [
        {},
        {"produit": "  LABOTEST® "},
        {"version": "v4.2.1"},
        {"version": "Version 4.2.1"},
        {"date": "01/03/2026"},
        {"date": dt.date(2026, 3, 1)},
        {"expire_le": None},
        {"nil": "nil 0001"},
        {"editeur": "EDITEUR ET FILS".replace(" ET ", " & ")},
        {"expire_le": "2026-11-22", "date": "2026-11-22"},
    ],
)
def test_conforme_au_logiciel(autres: dict[str, Any]) -> None:
    """Le même produit, à la casse et à la ponctuation près, ne laisse rien à vérifier."""
    details, _, a_verifier = juger({**_BONNE, **autres}, _LOGICIEL, _JOUR)
    assert not a_verifier
    assert details["numero"] == "HOM-2026-12"
    assert details["date"] in ("2026-03-01", "2026-11-22")


@pytest.mark.parametrize(
    ("autres", "code", "dit"),
    [
        ({"produit": "AutreLabo"}, "autre_produit", "AutreLabo"),
        ({"nil": "NIL-0002"}, "autre_produit", "NIL-0002"),
        ({"version": "5.0"}, "autre_version", "5.0"),
        ({"version": "3.9"}, "autre_version", "3.9"),
        ({"expire_le": "2026-11-21"}, "expiree", "21/11/2026"),
        ({"date": "2026-11-23"}, "meta", "23/11/2026"),
        ({"date": "2026-03-01", "expire_le": "2026-01-01"}, "meta", "01/01/2026"),
        ({"date": "hier"}, "meta", "22/11/2026"),
        ({"date": "2026-02-30"}, "meta", "2026-02-30"),
        ({"couleur": "bleu"}, "meta", "couleur"),
        ({"produit": ["LaboTest"]}, "meta", "une seule valeur"),
    ],
)
def test_refusee(autres: dict[str, Any], code: str, dit: str) -> None:
    """Autre produit, autre version majeure, expirée, date impossible : refusée, en le disant."""
    with pytest.raises(Refus) as leve:
        juger({**_BONNE, **autres}, _LOGICIEL, _JOUR)
    assert (leve.value.piece.code, dit in leve.value.piece.message) == (code, True), leve.value.piece


@pytest.mark.parametrize(
    ("meta", "dit"),
    [
        (None, "aucune métadonnée"),
        ({}, "numero, date, produit, version absent(s)"),
        ({**_BONNE, "numero": ""}, "numero absent(s)"),
        ({**_BONNE, "version": "4.1"}, "délivrée pour la version 4.1, alors que la version 4.2.1"),
        ({**_BONNE, "editeur": "Groupe Éditeur"}, "délivrée à « Groupe Éditeur »"),
    ],
)
def test_a_verifier(meta: dict[str, Any] | None, dit: str) -> None:
    """Ce que la machine ne peut pas rapprocher, une personne le vérifie ; rien n'est tenu pour bon."""
    _, _, a_verifier = juger(meta, _LOGICIEL, _JOUR)
    assert dit in a_verifier


def test_expiration_proche() -> None:
    """Une expiration dans les trois mois se signale sans rien refuser."""
    _, signales, a_verifier = juger({**_BONNE, "expire_le": "2026-12-31"}, _LOGICIEL, _JOUR)
    assert signales == ["expire le 31/12/2026, dans 39 jour(s) : prévoyez son renouvellement"]
    assert not a_verifier


@given(st.dictionaries(st.sampled_from(CHAMPS) | st.text(max_size=8), st.none() | st.text(max_size=30) | st.integers()))
def test_metadonnees_quelconques(meta: dict[str, Any]) -> None:
    """Des métadonnées quelconques sont jugées ou refusées ; jamais une autre exception."""
    try:
        details, _, _ = juger(meta, _LOGICIEL, _JOUR)
    except Refus:
        return
    assert set(details) <= set(CHAMPS)
