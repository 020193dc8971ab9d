"""Une archive zip est-elle une archive d'échange XDM ? Lecture des seuls noms, bornée, sans rien décompresser."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

_FIN = b"PK\x05\x06"
_COMMENTAIRE_MAX = 65_535 + 22
_ENTREES_MAX = 100_000
_LOCALE = re.compile(rb"PK\x03\x04")


def est_xdm(octets: bytes) -> bool:
    """Vrai si un nom de l'archive est METADATA.XML (casse libre) ou se trouve sous un dossier IHE_XDM."""
    for nom in _noms(octets):
        parties = nom.replace(b"\\", b"/").upper().split(b"/")
        if parties[-1] == b"METADATA.XML" or b"IHE_XDM" in parties[:-1]:
            return True
    return False


def _noms(octets: bytes) -> Iterator[bytes]:
    """Noms du répertoire central ; à défaut (archive tronquée), ceux des en-têtes locaux."""
    fin = octets.rfind(_FIN, max(0, len(octets) - _COMMENTAIRE_MAX))
    if fin >= 0 and fin + 22 <= len(octets):
        taille, position = struct.unpack_from("<II", octets, fin + 12)
        # Des octets avant l'archive décalent les positions écrites : le répertoire finit là où la fin commence.
        precedent = max(0, fin - taille)
        debut = precedent if octets[precedent : precedent + 4] == b"PK\x01\x02" else position
        if octets[debut : debut + 4] == b"PK\x01\x02":
            yield from _central(octets, debut)
            return
        if fin == 0 or not taille:
            return
    for rang, trouve in enumerate(_LOCALE.finditer(octets)):
        if rang >= _ENTREES_MAX or trouve.start() + 30 > len(octets):
            return
        (longueur,) = struct.unpack_from("<H", octets, trouve.start() + 26)
        yield octets[trouve.start() + 30 : trouve.start() + 30 + longueur]


def _central(octets: bytes, position: int) -> Iterator[bytes]:
    for _ in range(_ENTREES_MAX):
        if position + 46 > len(octets) or octets[position : position + 4] != b"PK\x01\x02":
            return
        nom, extra, commentaire = struct.unpack_from("<HHH", octets, position + 28)
        yield octets[position + 46 : position + 46 + nom]
        position += 46 + nom + extra + commentaire
