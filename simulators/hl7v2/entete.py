"""Ce que le pair lit d'un message : son segment MSH, et s'il porte un PID. Le contenu n'est pas son affaire."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LIGNE_MAX = 64 * 1024
_LIGNES = re.compile(rb"[\r\n]+")


@dataclass(frozen=True)
class EnTete:
    """Champs de MSH, tels qu'écrits (un octet, un caractère). `segments` : noms, dans l'ordre, 200 au plus."""

    champs: tuple[str, ...]
    composant: str
    segments: tuple[str, ...]

    def champ(self, rang: int) -> str:
        """MSH-`rang`, MSH-1 étant le séparateur ; vide s'il manque."""
        return self.champs[rang - 1] if len(self.champs) >= rang else ""

    def valeur(self, rang: int, composant: int = 1) -> str:
        """Un composant de MSH-`rang`."""
        parties = self.champ(rang).split(self.composant)
        return parties[composant - 1].strip() if len(parties) >= composant else ""

    @property
    def code(self) -> str:
        """MSH-9.1 : ORU, MDM, ADT, ZAM…"""
        return self.valeur(9)

    @property
    def evenement(self) -> str:
        """MSH-9.2."""
        return self.valeur(9, 2)

    @property
    def operation(self) -> str:
        """`ORU^R01` : le nom de l'échange au journal."""
        return f"{self.code}^{self.evenement}" if self.evenement else self.code

    @property
    def identifiant(self) -> str:
        """MSH-10."""
        return self.champ(10)


def lire(message: bytes) -> EnTete | None:
    """L'en-tête d'un message sans cadre ; None si ses premiers octets ne sont pas un MSH."""
    message = message.lstrip(b"\xef\xbb\xbf\r\n \t")
    ligne = _LIGNES.split(message[:_LIGNE_MAX], maxsplit=1)[0].decode("latin-1")
    separateur = ligne[3:4]
    if not ligne.startswith("MSH") or not separateur or separateur.isalnum() or separateur.isspace():
        return None
    parties = ligne.split(separateur)
    if len(parties) < 3 or not parties[1]:
        return None
    return EnTete((separateur, *parties[1:]), parties[1][0], _segments(message))


def _segments(message: bytes) -> tuple[str, ...]:
    noms: list[str] = []
    place = 0
    while place < len(message) and len(noms) < 200:
        noms.append(message[place : place + 3].decode("latin-1"))
        suivante = _LIGNES.search(message, place)
        if suivante is None:
            break
        place = suivante.end()
    return tuple(noms)


def en_texte(message: bytes) -> str:
    """Le texte du message : UTF-8 s'il en est, sinon ISO 8859-15, l'autre jeu que le volet admet (MSH-18)."""
    try:
        return message.decode("utf-8")
    except UnicodeDecodeError:
        return message.decode("iso-8859-15")


def champs_de(message: bytes, segment: str, rang: int) -> tuple[str, ...]:
    """Le premier composant de chaque répétition d'un champ, dans le premier segment de ce nom."""
    entete = lire(message)
    if entete is None:
        return ()
    for ligne in _LIGNES.split(message):
        if ligne.startswith(segment.encode()):
            champs = en_texte(ligne).split(entete.champ(1))
            separateur = entete.champ(2)[1:2] or "~"
            lu = champs[rang] if len(champs) > rang else ""
            return tuple(r.split(entete.composant)[0] for r in lu.split(separateur))
    return ()


def acquittement_lu(message: bytes) -> tuple[str, str]:
    """(MSA-1, MSA-2) d'un acquittement ; vides si le message n'en est pas un."""
    entete = lire(message)
    if entete is None:
        return "", ""
    for ligne in _LIGNES.split(message[:_LIGNE_MAX]):
        champs = ligne.decode("latin-1").split(entete.champ(1))
        if champs[0] == "MSA" and len(champs) >= 3:
            return champs[1].strip(), champs[2].strip()
    return "", ""
