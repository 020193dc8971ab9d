"""Parties MIME d'un courriel, en octets : texte, alternative, pièces jointes ; lignes en CRLF, sept bits."""

from __future__ import annotations

import base64
import binascii
import uuid
from collections.abc import Sequence
from urllib.parse import quote


def texte(contenu: str, sous_type: str = "plain", jeu: str = "utf-8") -> bytes:
    """Partie `text/*` en quoted-printable : 76 colonnes, et le français reste lisible."""
    octets = contenu.encode(jeu, "replace")
    corps = binascii.b2a_qp(octets, istext=True).replace(b"\n", b"\r\n")
    entetes = f"Content-Type: text/{sous_type}; charset={jeu}\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    return entetes.encode() + corps


def jointe(nom: str, type_mime: str, octets: bytes) -> bytes:
    """Pièce jointe en base64 ; un nom accentué suit la RFC 2231."""
    corps = base64.encodebytes(octets).replace(b"\n", b"\r\n")
    entetes = (
        f"Content-Type: {type_mime}\r\nContent-Transfer-Encoding: base64\r\n"
        f"Content-Disposition: attachment;\r\n {_nom(nom)}\r\n\r\n"
    )
    return entetes.encode() + corps


def _nom(nom: str) -> str:
    if nom.isascii():
        echappe = nom.replace("\\", "\\\\").replace('"', '\\"')
        return f'filename="{echappe}"'
    return f"filename*=utf-8''{quote(nom, safe='')}"


def multiple(sous_type: str, parties: Sequence[bytes]) -> bytes:
    """`multipart/<sous_type>` de ces parties."""
    limite = f"=_{uuid.uuid4().hex}"
    ouverture = f"--{limite}\r\n".encode()
    corps = b"".join(ouverture + partie + (b"" if partie.endswith(b"\r\n") else b"\r\n") for partie in parties)
    entete = f'Content-Type: multipart/{sous_type}; boundary="{limite}"\r\n\r\n'
    return entete.encode() + corps + f"--{limite}--\r\n".encode()
