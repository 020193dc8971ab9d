"""Codages de transfert (RFC 2045, § 6) : décoder ce qui peut l'être, dire ce qui est abîmé."""

from __future__ import annotations

import binascii
import re

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_QP_FAUX = re.compile(rb"=(?![0-9A-Fa-f]{2}|[ \t]*\r?\n|[ \t]*\Z)")
IDENTITE = ("7bit", "8bit", "binary")


def decoder_transfert(brut: bytes, codage: str) -> tuple[bytes, list[str]]:
    """(octets, défauts) ; un codage inconnu rend les octets tels quels."""
    if codage in IDENTITE:
        return brut, []
    if codage == "base64":
        return _base64(brut)
    if codage == "quoted-printable":
        faux = _QP_FAUX.search(brut)
        return binascii.a2b_qp(brut), ["« = » sans deux chiffres hexadécimaux"] if faux else []
    return brut, [f"codage de transfert inconnu : {codage[:40] or 'vide'}"]


def _base64(brut: bytes) -> tuple[bytes, list[str]]:
    defauts = []
    serre = brut.translate(None, b"\r\n\t ")
    propre = serre.translate(None, bytes(set(range(256)) - set(_ALPHABET)))
    if etrangers := len(serre) - len(propre):
        defauts.append(f"{etrangers} octet(s) hors de l'alphabet base64")
    utile = propre.rstrip(b"=")
    if b"=" in utile:
        defauts.append("remplissage « = » au milieu du base64")
        utile = utile[: utile.index(b"=")]
    if len(propre) % 4 or len(propre) - len(utile) > 2:
        defauts.append("longueur ou remplissage du base64 faux : il est tronqué ou abîmé")
    if len(utile) % 4 == 1:
        utile = utile[:-1]
    return binascii.a2b_base64(utile + b"=" * (-len(utile) % 4)), list(dict.fromkeys(defauts))
