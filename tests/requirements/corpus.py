"""Les données de concertation, quand la variable REM_CORPUS dit où elles sont : ce qu'un essai leur compare."""

from __future__ import annotations

import csv
import os
import unicodedata
from collections.abc import Iterable
from pathlib import Path

import pytest

FORMES_CORRIGEES = {
    "SSI/GEN.03.01.01": "document",
    "SSI/GEN.06.01.01": "attestation;document",
    "SSI/GEN.09.01.01": "document;autre",
    "SSI/GEN.10.01.01": "document;autre",
    "SSI/GEN.22.01.01": "attestation;document",
}
"""Preuves dont un tri par mots-clés du corpus avait faussé les formes : relues contre leur texte."""

_OBSOLETE = "Obsolète"
_MOTS_OUTILS = frozenset(
    ("alors", "si", "lorsque", "lorsqu", "s", "l", "le", "la", "les", "d", "de", "du", "des", "un", "une", "il", "et",
     "extraites", "systeme")
)  # fmt: skip
"""Ce qui change la tournure d'une phrase officielle d'un REM à l'autre, sans changer ce qu'elle demande."""


def lignes(fichier: str) -> list[dict[str, str]]:
    """Les lignes d'un fichier du corpus ; l'essai est sauté, avec la raison, quand il n'est pas là."""
    dossier = os.environ.get("REM_CORPUS", "")
    if not dossier or not Path(dossier).is_dir():
        pytest.skip("REM_CORPUS ne désigne pas le dossier des données de concertation")
    with (Path(dossier) / fichier).open(encoding="utf-8", newline="") as lu:
        return list(csv.DictReader(lu))


def mots(texte: str) -> tuple[str, ...]:
    """Les mots qui portent le sens d'un texte officiel, sans casse, accents, ponctuation ni mots-outils."""
    nus = "".join(c if c.isalnum() else " " for c in unicodedata.normalize("NFKD", texte.lower()) if not _accent(c))
    return tuple(mot for mot in nus.split() if mot not in _MOTS_OUTILS)


def _accent(caractere: str) -> bool:
    return bool(unicodedata.combining(caractere))


class Corpus:
    """Ce que les données disent des exigences actives d'un REM, par numéro d'exigence."""

    def __init__(self) -> None:
        self.exigences: dict[tuple[str, str], dict[str, str]] = {}
        for ligne in lignes("exigences.csv"):
            if ligne["statut"] != _OBSOLETE:
                self.exigences.setdefault((ligne["rem"], ligne["id"].strip()), ligne)
        self._scenarios = _rangees(
            (ligne for ligne in lignes("scenarios.csv") if ligne["statut_exigence"] != _OBSOLETE), "rem", "id_exigence"
        )
        self._preuves = _rangees(lignes("preuves.csv"), "rem", "id_exigence", "id_scenario")

    def scenarios(self, rem: str, exigence: str) -> list[tuple[str, int]]:
        """Numéro et rang de chaque scénario."""
        return [(ligne["id_scenario"], int(ligne["ordre"])) for ligne in self._scenarios.get((rem, exigence), [])]

    def preuves(self, rem: str, exigence: str, scenario: str) -> list[tuple[str, str]]:
        """Numéro de chaque preuve et ses formes, celles que le corpus avait mal triées corrigées."""
        return [
            (numero, FORMES_CORRIGEES.get(numero, ligne["kinds_all"].replace("other", "autre")))
            for ligne in self._preuves.get((rem, exigence, scenario), [])
            for numero in (ligne["id_preuve"],)
        ]

    def demande(self, rem: str, exigence: str) -> tuple[tuple[str, ...], ...]:
        """Le texte en vigueur, puis celui de la vague 1 : le même quand il n'a pas été récrit."""
        ligne = self.exigences[rem, exigence]
        return mots(ligne["texte"]), mots(ligne["texte_vague1"] or ligne["texte"])

    def epreuve(self, rem: str, exigence: str) -> dict[str, tuple[tuple[str, ...], ...]]:
        """Par scénario, son texte puis celui de chacune de ses preuves."""
        return {
            ligne["id_scenario"]: (
                mots(ligne["texte"]),
                *(mots(p["texte"]) for p in self._preuves.get((rem, exigence, ligne["id_scenario"]), [])),
            )
            for ligne in self._scenarios.get((rem, exigence), [])
        }


def _rangees(lues: Iterable[dict[str, str]], *colonnes: str) -> dict[tuple[str, ...], list[dict[str, str]]]:
    rangees: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for ligne in lues:
        rangees.setdefault(tuple(ligne[colonne].strip() for colonne in colonnes), []).append(ligne)
    return rangees
