"""Les images compressées du banc se décodent par des bibliothèques que nous n'avons pas écrites."""

from __future__ import annotations

import random
from io import BytesIO

import pytest
from PIL import Image
from pydicom import dcmread

from simulators.drim.compression import AVEC_PERTE, COTE, RLE, SANS_PERTE, comprimer
from simulators.drim.images import EXPLICITE, PatientImage, fabriquer

PIXELS = [bytes(random.Random(graine).choices(range(256), k=COTE * COTE)) for graine in range(20)]
PIXELS += [bytes(64), b"\xff" * 64, b"\x00\xff" * 32]


@pytest.mark.parametrize("syntaxe", sorted(set(SANS_PERTE) - {RLE}))
def test_sans_perte(syntaxe: str) -> None:
    """Décodée, l'image est la même."""
    for pixels in PIXELS:
        octets = comprimer(pixels, syntaxe) or b""
        assert len(octets) % 2 == 0
        assert Image.open(BytesIO(octets)).tobytes() == pixels


@pytest.mark.parametrize("syntaxe", sorted(AVEC_PERTE))
def test_avec_perte(syntaxe: str) -> None:
    """Décodée, c'est une image de la même taille, et une autre qu'au départ."""
    lues = [Image.open(BytesIO(comprimer(pixels, syntaxe) or b"")) for pixels in PIXELS[:20]]
    assert {lue.size for lue in lues} == {(COTE, COTE)}
    assert any(lue.tobytes() != pixels for lue, pixels in zip(lues, PIXELS, strict=False))


def test_rle() -> None:
    """Un segment de 64 octets copiés (PS3.5, annexe G) ; non compressée, rien n'est fait."""
    octets = comprimer(PIXELS[0], RLE) or b""
    assert octets[:8] == b"\x01\0\0\0\x40\0\0\0" and octets[64] == 63 and octets[65:129] == PIXELS[0]
    assert comprimer(PIXELS[0], EXPLICITE) is None


@pytest.mark.parametrize("syntaxe", [*SANS_PERTE, *AVEC_PERTE])
def test_dans_un_fichier_dicom(syntaxe: str) -> None:
    """Le fichier dit sa syntaxe, et si elle perd."""
    patient = PatientImage("IPP1", "HOPITAL", "DURAND^ANNE", "19800101")
    image = fabriquer("1.2.3", "ACC", "1.2.9", patient, [("CT", 1)], syntaxe=syntaxe).images[0]
    jeu = dcmread(BytesIO(image.octets))
    assert jeu.file_meta.TransferSyntaxUID == syntaxe
    assert jeu.get("LossyImageCompression", "") == ("01" if syntaxe in AVEC_PERTE else "")
