"""La garde voit un matricule de production qu'un encodage en base64 cache, où qu'il tombe et de quelque façon coupé."""

from __future__ import annotations

import base64
import random

import pytest

from simulators.socle.garde import GardeMatricules
from simulators.socle.identite import cle_nir

MATRICULE = "2790675113042"
TEXTE = f'<id root="1.2.250.1.213.1.4.8" extension="{MATRICULE}{cle_nir(MATRICULE)}"/>'.encode()


@pytest.mark.parametrize("avant", range(9))
@pytest.mark.parametrize("largeur", [0, 64, 76])
@pytest.mark.parametrize("url", [False, True], ids=["ordinaire", "url"])
def test_document_encode(avant: int, largeur: int, url: bool) -> None:
    """À chaque décalage, sur une ligne ou repliée, dans les deux alphabets, en un bloc ou octet par octet."""
    clair = bytes(random.Random(avant).randbytes(300 + avant)) + TEXTE + b"\xff\xfe" * 200
    encode = base64.urlsafe_b64encode(clair) if url else base64.b64encode(clair)
    if largeur:
        encode = b"\r\n".join(encode[i : i + largeur] for i in range(0, len(encode), largeur))
    corps = b"<Document>" + encode + b"</Document>"
    assert GardeMatricules().trouve(corps)
    examen = GardeMatricules().examen()
    assert any([*(examen.suivre(corps[i : i + 1]) for i in range(len(corps))), examen.finir()])
    permis = GardeMatricules()
    permis.autoriser([MATRICULE])
    assert not permis.trouve(corps)


@pytest.mark.parametrize("oid", ["1.2.250.1.213.1.4.10", "1.2.250.1.213.1.4.80", "2.16.840.1"])
def test_document_sans_ins_de_production(oid: str) -> None:
    """Un matricule de test encodé, ou un autre OID, n'arrête rien."""
    clair = TEXTE.replace(b"1.2.250.1.213.1.4.8", oid.encode())
    for decalage in range(3):
        assert not GardeMatricules().trouve(base64.b64encode(b"x" * decalage + clair))


def test_octets_quelconques() -> None:
    """Des octets tirés au hasard, même tout en base64, ne lèvent aucune erreur et n'arrêtent rien."""
    tirage = random.Random(7)
    for taille in (0, 1, 5, 4000):
        octets = tirage.randbytes(taille)
        assert not GardeMatricules().trouve(octets)
        assert not GardeMatricules().trouve(base64.b64encode(octets))
