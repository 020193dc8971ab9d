"""Écriture des réponses IMAP : chaînes, dates, listes. Une réponse est une suite de morceaux, jamais recopiés."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from simulators.mssante.imap.analyse import ASTRING, MOIS

_CITABLE = re.compile(rb"[\x20-\x7e]*")


def chaine(valeur: bytes | None) -> bytes:
    """`NIL`, chaîne entre guillemets si elle peut l'être, littéral sinon (8 bits, fins de ligne, longueur)."""
    if valeur is None:
        return b"NIL"
    if len(valeur) <= 1000 and _CITABLE.fullmatch(valeur):
        return b'"' + valeur.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
    # Un littéral ne porte pas d'octet nul (RFC 3501 § 9, CHAR8).
    return b"{%d}\r\n%b" % (len(valeur), valeur.replace(b"\0", b"\x80"))


def nom(valeur: bytes) -> bytes:
    """Nom de dossier : atome s'il peut l'être, sinon chaîne ; en 8 bits (IMAP4rev2 seulement), entre guillemets."""
    if not valeur.isascii():
        return b'"' + valeur.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
    return valeur if ASTRING.fullmatch(valeur) and valeur.upper() != b"NIL" else chaine(valeur)


def liste(mots: Iterable[bytes | str]) -> bytes:
    """Liste entre parenthèses."""
    return b"(" + b" ".join(mot.encode() if isinstance(mot, str) else mot for mot in mots) + b")"


def date_interne(date: datetime) -> bytes:
    """`INTERNALDATE`."""
    decalage = date.strftime("%z")[:5]
    return f'"{date.day:2d}-{MOIS[date.month - 1]}-{date.year:04d} {date:%H:%M:%S} {decalage}"'.encode()


def ensemble(numeros: Sequence[int]) -> bytes:
    """Ensemble de numéros croissants, intervalles regroupés (`1:3,7`)."""
    morceaux: list[str] = []
    debut = precedent = None
    for numero in (*numeros, None):
        if precedent is not None and numero == precedent + 1:
            precedent = numero
            continue
        if debut is not None:
            morceaux.append(str(debut) if debut == precedent else f"{debut}:{precedent}")
        debut = precedent = numero
    return ",".join(morceaux).encode()


def couples(uids: Sequence[tuple[int, int]]) -> bytes:
    """Deux ensembles appariés de COPYUID : l'ordre des copies suit celui des originaux."""
    return ensemble([source for source, _ in uids]) + b" " + ensemble([copie for _, copie in uids])
