"""Corps d'un message HTTP ou MIME enregistré tel quel : en-têtes, blocs (chunked), parties multipart."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

_ENTETES_MAX = 64 * 1024
_PARTIES_MAX = 16
_DECOMPRESSE_MAX = 8 * 1024 * 1024
_BLOCS_MAX = 20_000
_DEBUT = re.compile(
    rb"\A\s*(?:(?:POST|PUT|GET|DELETE) \S+ HTTP/\d|HTTP/\d(?:\.\d)? \d{3}|--[^\r\n]{1,200}\r?\nContent-)"
)
_EN_TETE = re.compile(rb"\A\s*(?:[A-Za-z][A-Za-z0-9-]*:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*)+\r?\n")
_CONNU = re.compile(rb"(?im)^(?:Content-Type|MIME-Version|SOAPAction|Received|From|Host):")
_FRONTIERE = re.compile(rb"(?i)boundary\s*=\s*(?:\"([^\"\r\n]{1,200})\"|([^\s;,\"]{1,200}))")
_SEPARATION = re.compile(rb"\r?\n\r?\n")


def corps_de_message(octets: bytes) -> list[bytes] | None:
    """Les corps à reconnaître : le corps entier, ou chaque partie d'un multipart ; None si ce n'est pas un message."""
    debut = octets[:_ENTETES_MAX]
    if debut.lstrip().startswith(b"--") and _DEBUT.match(debut):
        return list(_parties(octets, debut.lstrip()[2:].split(b"\n", 1)[0].strip()))
    if not _DEBUT.match(debut):
        entetes = _EN_TETE.match(debut)
        if not entetes or not _CONNU.search(entetes.group()):
            return None
    coupure = _SEPARATION.search(debut)
    if not coupure:
        return []
    lignes, corps = octets[: coupure.start()], octets[coupure.end() :]
    if re.search(rb"(?im)^Transfer-Encoding:.*chunked", lignes):
        corps = recoller_blocs(corps)
    if corps.startswith(b"\x1f\x8b") and re.search(rb"(?im)^Content-Encoding:.*gzip", lignes):
        corps = _decompresser(corps)
    frontiere = _FRONTIERE.search(lignes)
    if frontiere and re.search(rb"(?i)multipart/", lignes):
        return list(_parties(corps, frontiere.group(1) or frontiere.group(2)))
    return [corps]


def recoller_blocs(corps: bytes) -> bytes:
    """Recolle un corps `chunked` ; s'arrête au premier bloc illisible, rend le corps tel quel si le premier l'est.

    Borné en nombre de blocs : le début d'un corps suffit à le reconnaître.
    """
    morceaux: list[bytes] = []
    position = 0
    for _ in range(_BLOCS_MAX):
        fin = corps.find(b"\n", position, position + 1024)
        taille = re.match(rb"\s*([0-9A-Fa-f]{1,8})", corps[position : max(fin, position)])
        if fin < 0 or not taille:
            return b"".join(morceaux) if morceaux else corps
        longueur = int(taille.group(1), 16)
        if not longueur:
            return b"".join(morceaux)
        morceaux.append(corps[fin + 1 : fin + 1 + longueur])
        position = fin + 1 + longueur
        position += 2 if corps[position : position + 2] == b"\r\n" else 1
    return b"".join(morceaux)


def _decompresser(corps: bytes) -> bytes:
    """Le début du corps décompressé : de quoi le reconnaître, sans amplification."""
    try:
        return zlib.decompressobj(47).decompress(corps, _DECOMPRESSE_MAX)
    except zlib.error:
        return corps


def _parties(corps: bytes, frontiere: bytes) -> Iterator[bytes]:
    """Le contenu de chaque partie, en-têtes ôtés ; bornées en nombre."""
    marque = b"--" + frontiere
    position = corps.find(marque)
    for _ in range(_PARTIES_MAX):
        if position < 0:
            return
        debut = position + len(marque)
        if corps[debut : debut + 2] == b"--":
            return
        suivante = corps.find(marque, debut)
        partie = corps[debut : suivante if suivante >= 0 else len(corps)]
        coupure = _SEPARATION.search(partie)
        if coupure:
            yield partie[coupure.end() :]
        position = suivante
