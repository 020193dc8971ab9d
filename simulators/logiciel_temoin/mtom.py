"""MTOM : composition d'un message avec pièces jointes, lecture d'une réponse en plusieurs parties."""

from __future__ import annotations

import email.policy
import re
import uuid
from email.parser import BytesParser
from urllib.parse import unquote

from simulators.logiciel_temoin.soap import ReponseIllisible


def composer(racine: bytes, pieces: list[tuple[str, str, bytes]], action: str) -> tuple[str, bytes]:
    """(Content-Type, corps) ; `pieces` : (Content-ID, type, octets)."""
    frontiere = f"uuid-{uuid.uuid4()}"
    depart = f"<racine-{uuid.uuid4()}@labo-temoin>"
    type_mime = (
        f'multipart/related; boundary="{frontiere}"; type="application/xop+xml"; start="{depart}"; '
        f'start-info="application/soap+xml"; action="{action}"'
    )
    type_racine = f'application/xop+xml; charset=UTF-8; type="application/soap+xml; action=\\"{action}\\""'
    morceaux = [_partie(frontiere, depart, type_racine, racine)]
    morceaux += [_partie(frontiere, f"<{cid}>", type_piece, octets) for cid, type_piece, octets in pieces]
    return type_mime, b"".join(morceaux) + f"--{frontiere}--\r\n".encode()


def _partie(frontiere: str, cid: str, type_mime: str, octets: bytes) -> bytes:
    entete = (
        f"--{frontiere}\r\nContent-Type: {type_mime}\r\nContent-Transfer-Encoding: binary\r\nContent-ID: {cid}\r\n\r\n"
    )
    return entete.encode() + octets + b"\r\n"


def lire(type_mime: str, corps: bytes) -> tuple[bytes, dict[str, bytes]]:
    """(partie racine, pièces par Content-ID) ; une réponse simple est sa propre racine."""
    if "multipart/" not in type_mime.lower():
        return corps, {}
    message = BytesParser(policy=email.policy.HTTP).parsebytes(
        f"Content-Type: {type_mime}\r\nMIME-Version: 1.0\r\n\r\n".encode()
    )
    frontiere, depart = message.get_boundary(), message.get_param("start")
    if not frontiere:
        raise ReponseIllisible("réponse en plusieurs parties sans frontière")
    parties = _decouper(corps, frontiere.encode())
    if not parties:
        raise ReponseIllisible("réponse en plusieurs parties, vide ou coupée")
    racine = next((o for cid, o in parties if depart and cid == str(depart).strip("<>")), parties[0][1])
    return racine, dict(parties)


def _decouper(corps: bytes, frontiere: bytes) -> list[tuple[str, bytes]]:
    """Découpe à l'octet près : le contenu d'un document ne doit pas être touché."""
    delimiteur = b"--" + frontiere
    morceaux = (b"\r\n" + corps).split(b"\r\n" + delimiteur)
    if len(morceaux) < 2 or not morceaux[-1].startswith(b"--"):
        raise ReponseIllisible("réponse en plusieurs parties incomplète")
    parties = []
    for morceau in morceaux[1:-1]:
        entetes, separation, contenu = morceau.partition(b"\r\n\r\n")
        if not separation:
            raise ReponseIllisible("partie sans en-têtes")
        trouve = re.search(rb"content-id:\s*<?([^>\r\n]+)>?", entetes, re.IGNORECASE)
        cid = trouve.group(1).decode("ascii", "replace").strip() if trouve else ""
        parties.append((cid, contenu))
    return parties


def resoudre(pieces: dict[str, bytes], href: str) -> bytes | None:
    """Contenu désigné par un `xop:Include/@href`."""
    cid = href.removeprefix("cid:")
    return pieces.get(cid, pieces.get(unquote(cid)))
