"""Lecture d'un CSV à points-virgules : stricte sur ce que l'exigence dit, tolérante sur ce qu'elle laisse libre.

Libres : UTF-8 avec ou sans marque d'ordre, UTF-16 marqué ou Windows-1252 ; champs entre guillemets ou non ; fins de
ligne ; ligne d'en-tête ; lignes vides.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

TAILLE_MAX = 32 * 1024 * 1024
_MARQUES = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_ENTRE_GUILLEMETS = re.compile(r'"([^"]*(?:""[^"]*)*)"(?=[;\r\n]|\Z)')
_NU = re.compile(r"[^;\r\n]*")
_FIN = re.compile(r"\r\n|\n|\r|\Z")


class CsvIllisible(ValueError):
    """Le fichier n'est pas un texte à champs séparés par des points-virgules ; le message dit où et pourquoi."""


@dataclass(frozen=True, slots=True)
class Enregistrement:
    """Une ligne du fichier : ses champs sans leurs guillemets, son texte tel quel, son rang (à partir de 1)."""

    champs: tuple[str, ...]
    texte: str
    rang: int


@dataclass(frozen=True, slots=True)
class Csv:
    """Un fichier lu. `encodage` : celui qui le relit à l'identique ; `fin_de_ligne` : la première rencontrée."""

    enregistrements: tuple[Enregistrement, ...]
    encodage: str
    fin_de_ligne: str


def decoder(octets: bytes) -> tuple[str, str]:
    """Le texte et son encodage ; lève `CsvIllisible`."""
    if len(octets) > TAILLE_MAX:
        raise CsvIllisible(f"fichier de {len(octets)} octets : plus que ce que le banc lit ({TAILLE_MAX})")
    encodages = [nom for marque, nom in _MARQUES if octets.startswith(marque)] or ["utf-8", "cp1252"]
    for encodage in encodages:
        try:
            texte = octets.decode(encodage)
        except UnicodeDecodeError:
            continue
        if "\0" in texte:
            break
        return texte, encodage
    raise CsvIllisible("le fichier n'est un texte ni en UTF-8, ni en UTF-16, ni en Windows-1252")


def lire_csv(octets: bytes) -> Csv:
    """Tous les enregistrements, lignes vides ôtées ; lève `CsvIllisible`."""
    texte, encodage = decoder(octets)
    if not texte.strip():
        raise CsvIllisible("le fichier est vide")
    enregistrements: list[Enregistrement] = []
    fin_de_ligne, place, rang = "", 0, 1
    while place < len(texte):
        debut, champs = place, []
        while True:
            champ, place = _champ(texte, place, rang)
            champs.append(champ)
            if not texte.startswith(";", place):
                break
            place += 1
        brut = texte[debut:place]
        if brut.strip():
            enregistrements.append(Enregistrement(tuple(champs), brut, rang))
        fin = _FIN.match(texte, place)
        if fin is not None:
            fin_de_ligne = fin_de_ligne or fin.group()
            place = fin.end()
        rang += 1 + brut.count("\n")
    return Csv(tuple(enregistrements), encodage, fin_de_ligne or "\r\n")


def _champ(texte: str, place: int, rang: int) -> tuple[str, int]:
    """Un champ et la place qui le suit ; un guillemet au milieu d'un champ n'est qu'une lettre."""
    if texte.startswith('"', place):
        trouve = _ENTRE_GUILLEMETS.match(texte, place)
        if trouve is not None:
            return trouve.group(1).replace('""', '"'), trouve.end()
        nu = _nu(texte, place)
        if '"' not in nu[1:]:
            raise CsvIllisible(f"ligne {rang} : guillemet ouvert et jamais fermé, « {nu[:40]} »")
        return nu, place + len(nu)
    nu = _nu(texte, place)
    return nu, place + len(nu)


def _nu(texte: str, place: int) -> str:
    trouve = _NU.match(texte, place)
    return trouve.group() if trouve else ""


def net(texte: str | None) -> str:
    """Un texte à comparer : formes compatibles d'Unicode réunies, espaces réduits."""
    return " ".join(unicodedata.normalize("NFKC", texte or "").split())
