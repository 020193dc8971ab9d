"""Noms de dossiers sur le fil : UTF-7 modifié (RFC 3501 § 5.1.3), et UTF-8 en IMAP4rev2."""

from __future__ import annotations

import binascii
import re

_CODE = re.compile(rb"&([^-]*)-")
_EN_CLAIR = re.compile(r"[\x20-\x25\x27-\x7e]+|&|[^\x20-\x7e]+")


class NomImpossible(ValueError):
    """Nom qui n'est pas de l'UTF-7 modifié bien formé."""


def decoder(brut: bytes, *, utf8: bool = False) -> str:
    """Nom lisible ; `utf8` : le client a choisi IMAP4rev2."""
    try:
        nom = brut.decode("utf-8") if utf8 else _decoder_utf7(brut)
    except (UnicodeDecodeError, binascii.Error):
        raise NomImpossible("Mailbox name is not valid modified UTF-7") from None
    if any(ord(caractere) < 0x20 or ord(caractere) == 0x7F for caractere in nom):
        raise NomImpossible("Control character in mailbox name")
    return nom


def coder(nom: str, *, utf8: bool = False) -> bytes:
    """Nom tel qu'il s'envoie."""
    if utf8:
        return nom.encode("utf-8")
    morceaux = []
    for morceau in _EN_CLAIR.findall(nom):
        if morceau == "&":
            morceaux.append(b"&-")
        elif morceau.isascii() and morceau.isprintable():
            morceaux.append(morceau.encode())
        else:
            code = binascii.b2a_base64(morceau.encode("utf-16-be"), newline=False)
            morceaux.append(b"&" + code.rstrip(b"=").replace(b"/", b",") + b"-")
    return b"".join(morceaux)


def _decoder_utf7(brut: bytes) -> str:
    sortie, place = [], 0
    for trouve in _CODE.finditer(brut):
        sortie += [_ascii(brut[place : trouve.start()]), _base64(trouve[1])]
        place = trouve.end()
    return "".join([*sortie, _ascii(brut[place:])])


def _ascii(brut: bytes) -> str:
    if b"&" in brut:
        raise NomImpossible("Mailbox name is not valid modified UTF-7")
    return brut.decode("ascii")


def _base64(code: bytes) -> str:
    if not code:
        return "&"
    octets = binascii.a2b_base64(code.replace(b",", b"/") + b"=" * (-len(code) % 4), strict_mode=True)
    return octets.decode("utf-16-be")
