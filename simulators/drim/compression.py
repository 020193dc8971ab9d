"""Les syntaxes de transfert compressées d'une image de 8 bits en gris : un encodeur par syntaxe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from io import BytesIO

COTE = 8
"""Pixels d'un côté des images du banc."""
JPEG_BASELINE = "1.2.840.10008.1.2.4.50"
"""JPEG à 8 bits, avec perte."""
JPEG_SANS_PERTE = "1.2.840.10008.1.2.4.70"
"""JPEG sans perte, premier ordre (procédé 14, sélection 1)."""
JPEG_2000_SANS_PERTE = "1.2.840.10008.1.2.4.90"
JPEG_2000 = "1.2.840.10008.1.2.4.91"
"""Ici avec perte."""
RLE = "1.2.840.10008.1.2.5"
"""Sans perte."""


def _pillow(pixels: bytes, genre: str, **options: object) -> bytes:
    from PIL import Image as Pillow

    flux = BytesIO()
    Pillow.frombytes("L", (COTE, COTE), pixels).save(flux, genre, **options)
    return flux.getvalue()


def _baseline(pixels: bytes) -> bytes:
    return _pillow(pixels, "JPEG", quality=90)


def _j2k_sans_perte(pixels: bytes) -> bytes:
    return _pillow(pixels, "JPEG2000", no_jp2=True, num_resolutions=1, irreversible=False)


def _j2k(pixels: bytes) -> bytes:
    return _pillow(
        pixels, "JPEG2000", no_jp2=True, num_resolutions=1, irreversible=True, quality_mode="rates", quality_layers=[2]
    )


def _rle(pixels: bytes) -> bytes:
    """Un segment, une suite d'octets copiés tels quels (PS3.5, annexe G)."""
    entete = (1).to_bytes(4, "little") + (64).to_bytes(4, "little") + bytes(56)
    return entete + bytes([len(pixels) - 1]) + pixels + b"\x80"


def _jpeg_sans_perte(pixels: bytes) -> bytes:
    """ISO 10918-1, annexe H : prédiction par le pixel de gauche, une table de Huffman de neuf codes de quatre bits."""
    sof = b"\xff\xc3\x00\x0b\x08" + COTE.to_bytes(2) * 2 + b"\x01\x01\x11\x00"
    dht = b"\xff\xc4\x00\x1c\x00" + bytes([0, 0, 0, 9, *[0] * 12]) + bytes(range(9))
    sos = b"\xff\xda\x00\x08\x01\x01\x00\x01\x00\x00"
    bits = ""
    for rang, pixel in enumerate(pixels):
        ligne, colonne = divmod(rang, COTE)
        voisin = pixels[rang - 1] if colonne else pixels[rang - COTE] if ligne else 128
        ecart = pixel - voisin
        taille = abs(ecart).bit_length()
        bits += f"{taille:04b}" + (f"{ecart if ecart > 0 else ecart + 2**taille - 1:0{taille}b}" if taille else "")
    bits += "1" * (-len(bits) % 8)
    donnees = int(bits, 2).to_bytes(len(bits) // 8).replace(b"\xff", b"\xff\x00")
    return b"\xff\xd8" + sof + dht + sos + donnees + b"\xff\xd9"


SANS_PERTE: Mapping[str, Callable[[bytes], bytes]] = {
    RLE: _rle,
    JPEG_SANS_PERTE: _jpeg_sans_perte,
    JPEG_2000_SANS_PERTE: _j2k_sans_perte,
}
AVEC_PERTE: Mapping[str, Callable[[bytes], bytes]] = {JPEG_BASELINE: _baseline, JPEG_2000: _j2k}


def comprimer(pixels: bytes, syntaxe: str) -> bytes | None:
    """L'image dans cette syntaxe, de longueur paire ; None si la syntaxe n'est pas compressée."""
    encodeur = SANS_PERTE.get(syntaxe) or AVEC_PERTE.get(syntaxe)
    if encodeur is None:
        return None
    octets = encodeur(pixels)
    return octets + b"\0" * (len(octets) % 2)
