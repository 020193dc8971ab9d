"""Ce que la console donne à enregistrer."""

from __future__ import annotations

from base64 import b64encode

import pytest

from steps.operateur.vue import en_fichier


@pytest.mark.parametrize(
    ("octets", "nom"),
    [
        (b"%PDF-1.7", "fichier.pdf"),
        (b"<a/>", "fichier.xml"),
        (b"BIO;Biochimie;;\r\nHEM;;;", "fichier.csv"),
        ("\ufeffBIO;Biochimie".encode(), "fichier.csv"),
        (b"\x00;\x01", "fichier.bin"),
        (b"texte", "fichier.bin"),
    ],
)
def test_extension_d_un_fichier(octets: bytes, nom: str) -> None:
    """Un fichier donné à une personne s'enregistre sous une extension qui l'ouvre."""
    assert en_fichier("fichier_base64", b64encode(octets).decode()) == (nom, octets)


def test_base64_illisible() -> None:
    """Une valeur qui n'est pas du base64 se donne telle quelle."""
    assert en_fichier("fichier_base64", "é") == ("fichier_base64.txt", "é".encode())
