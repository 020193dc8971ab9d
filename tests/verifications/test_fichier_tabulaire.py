"""Fichiers extraits par un logiciel : codages, colonnes, et ce qui n'en a pas."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from steps.verifications.acces.lecture import ligne_de, lire_fichier
from steps.verifications.fichier_tabulaire import colonnes, en_texte


def _classeur(*lignes: list[str]) -> bytes:
    classeur, tampon = Workbook(), io.BytesIO()
    for ligne in lignes:
        classeur.active.append(ligne)  # type: ignore[union-attr]
    classeur.save(tampon)
    return tampon.getvalue()


_NOMS = ["Identifiant", "Date d'envoi", "État"]


@pytest.mark.parametrize(
    "octets",
    [
        "Identifiant;Date d'envoi;État\nD1;03/03/2026;envoyé\n".encode("utf-8-sig"),
        "Identifiant;Date d'envoi;État\r\n".encode("cp1252"),
        "Identifiant\tDate d'envoi\tÉtat\n".encode("utf-16"),
        '"Identifiant","Date d\'envoi","État"\n"D1","3 mars, 9 h","envoyé"\n'.encode(),
        json.dumps([dict.fromkeys(_NOMS, "x")]).encode(),
        json.dumps({"version": 1, "lignes": [dict.fromkeys(_NOMS, "x")]}).encode("utf-8-sig"),
        _classeur(_NOMS, ["D1", "03/03/2026", "envoyé"]),
    ],
    ids=["CSV", "cp1252", "UTF-16", "guillemets", "JSON", "JSON, objet", "classeur"],
)
def test_colonnes(octets: bytes) -> None:
    """Les noms de colonnes se lisent dans chaque format."""
    assert colonnes(octets) == _NOMS


@pytest.mark.parametrize(
    "octets",
    [
        b"", b"PK\x03\x04;a;b", b"%PDF-1.7 a, b", b"{\\rtf1 a; b}", b"<table a='1,2'/>", b"{a, b", b"[1, 2]",
        b"a\x00;b\x00", b"\xff\xfe;", b"un texte sans colonnes", b'"' + b"a;" * 100_000,
    ],
)  # fmt: skip
def test_sans_colonnes(octets: bytes) -> None:
    """Un fichier qui n'est pas un tableau n'a pas de colonnes : il ne se compare pas à sa documentation."""
    assert colonnes(octets) == []


def test_comptes_en_utf_16() -> None:
    """L'extraction d'un tableur en Unicode se lit comme une autre."""
    lignes = lire_fichier("identifiant\tnom\nzoe.c\tCHÂTEAU\n".encode("utf-16"))
    trouvee = ligne_de(lignes, "ZOE.C")
    assert trouvee is not None
    assert trouvee.porte("CHÂTEAU")


@given(st.binary(max_size=400))
def test_octets_quelconques(octets: bytes) -> None:
    """N'importe quels octets se lisent sans erreur."""
    assert all(colonnes(octets))
    assert isinstance(en_texte(octets), (str, type(None)))
