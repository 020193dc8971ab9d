"""Où se lit un texte dans un PDF : hauteur, ligne, ordre de lecture ; un PDF hostile se refuse."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steps.verifications.pdf import positions
from steps.verifications.pdf.flux import PdfDemesure, PdfIllisible
from steps.verifications.pdf.positions import lire_positions
from tests.verifications.compte_rendu.fabrique_pdf import pdf

DOCUMENT = pdf([(0.9, "Hémoglobine\t13,4 g/dL"), (0.1, "bas de"), (0.08, "page")], [(0.5, "Suite")])


def test_hauteur_et_ligne() -> None:
    """La hauteur est celle de la page, la ligne réunit les cellules."""
    premiere, seconde = lire_positions(DOCUMENT)
    [zone] = premiere.trouver("HEMOGLOBINE")
    assert zone.haut == pytest.approx(0.9, abs=0.02)
    assert premiere.ligne(zone) == "Hémoglobine13,4g/dL"
    assert seconde.lignes() == ["Suite"]


@pytest.mark.parametrize("pages", [[(0.1, "bas de"), (0.08, "page")], [(0.08, "page"), (0.1, "bas de")]])
def test_texte_sur_deux_lignes(pages: list[tuple[float, str]]) -> None:
    """Un texte coupé se retrouve, dans l'ordre du fichier ou dans celui de la lecture."""
    [page] = lire_positions(pdf(pages))
    [zone] = page.trouver("Bas de page")
    assert (zone.bas < 0.09, zone.haut > 0.1) == (True, True)


def test_absent() -> None:
    """Un texte absent, ou sans lettre ni chiffre, n'a pas de place."""
    premiere, _ = lire_positions(DOCUMENT)
    assert premiere.trouver("Sodium") == []
    assert premiere.trouver(" – ") == []


def test_demesure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Au-delà du nombre de caractères placés, le document est refusé."""
    monkeypatch.setattr(positions, "GLYPHES_MAX", 5)
    with pytest.raises(PdfDemesure):
        lire_positions(DOCUMENT)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(DOCUMENT) - 1), st.binary(min_size=1, max_size=20))
def test_octets_hostiles(ou: int, pris: bytes) -> None:
    """Un PDF abîmé se lit ou se refuse, sans autre erreur."""
    try:
        lire_positions(DOCUMENT[:ou] + pris + DOCUMENT[ou + len(pris) :])
    except PdfIllisible:
        return
