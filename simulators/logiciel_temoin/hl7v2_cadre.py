"""MLLP et segments : de quoi parler HL7 v2 sur une prise, en émission comme en réception."""

from __future__ import annotations

import socket
from dataclasses import dataclass

MESSAGE_MAX = 32 * 2**20


class MessageTropLong(ValueError):
    """Le pair envoie plus qu'un message ne peut porter."""


def encadrer(texte: str, jeu: str = "utf-8") -> bytes:
    return b"\x0b" + texte.encode(jeu, "replace") + b"\x1c\r"


class Lecteur:
    """Les messages d'une connexion, l'un après l'autre ; None quand le pair a fini."""

    def __init__(self, prise: socket.socket) -> None:
        self._prise = prise
        self._tampon = bytearray()

    def suivant(self) -> bytes | None:
        regarde = 0
        while (fin := self._tampon.find(b"\x1c", regarde)) < 0:
            regarde = len(self._tampon)
            bloc = self._prise.recv(65_536)
            if not bloc:
                return None
            self._tampon += bloc
            if len(self._tampon) > MESSAGE_MAX:
                raise MessageTropLong
        brut = bytes(self._tampon[:fin])
        del self._tampon[: fin + 1]
        return brut.rpartition(b"\x0b")[2]


@dataclass(frozen=True)
class Recu:
    """Un message lu ; les rangs sont ceux du standard."""

    segments: tuple[tuple[str, ...], ...]
    composant: str = "^"

    def champ(self, nom: str, rang: int, place: int = 0) -> str:
        """Le champ `rang` du segment de ce nom (le `place`-ième) ; vide s'il manque."""
        siens = [s for s in self.segments if s[0] == nom]
        if place >= len(siens):
            return ""
        index = rang - 1 if nom == "MSH" else rang
        return siens[place][index] if len(siens[place]) > index else ""

    def valeur(self, nom: str, rang: int, composant: int = 1, place: int = 0) -> str:
        parties = self.champ(nom, rang, place).split(self.composant)
        return parties[composant - 1] if len(parties) >= composant else ""

    def compte(self, nom: str) -> int:
        return sum(s[0] == nom for s in self.segments)


def lire(octets: bytes) -> Recu | None:
    """Le message, décodé selon MSH-18 ; None si ce n'en est pas un."""
    if not octets.startswith(b"MSH") or len(octets) < 8:
        return None
    separateur = octets[3:4].decode("latin-1")
    champs = octets.split(b"\r", 1)[0].decode("latin-1").split(separateur)
    jeu = "iso-8859-15" if len(champs) > 17 and champs[17].startswith("8859") else "utf-8"
    texte = octets.decode(jeu, "replace")
    lignes = [ligne for ligne in texte.replace("\n", "\r").split("\r") if ligne]
    return Recu(tuple(tuple(ligne.split(separateur)) for ligne in lignes), champs[1][:1] or "^")
