"""Jetons d'une valeur d'en-tête structurée : atomes, guillemets, commentaires, signes (RFC 5322, § 3.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass

_JETON = re.compile(
    r"(?P<blanc>[ \t\r\n]+)|(?P<guillemets>\"(?:[^\"\\]|\\.)*\")|(?P<litteral>\[[^\[\]\\]*\])"
    r"|(?P<atome>[^ \t\r\n\"()<>@,;:\\\[\]]+)|(?P<signe>[\"()<>@,;:\\\[\]])",
    re.DOTALL,
)
_ECHAPPE = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Jeton:
    """Un morceau d'une valeur structurée. `genre` : blanc, guillemets, litteral, atome, signe, commentaire."""

    genre: str
    texte: str


def decouper(valeur: str) -> tuple[list[Jeton], list[str]]:
    """Jetons d'une valeur structurée et défauts : guillemets ou commentaire jamais fermés."""
    jetons: list[Jeton] = []
    defauts: list[str] = []
    position = 0
    while position < len(valeur):
        if valeur[position] == "(":
            fin = _fin_du_commentaire(valeur, position)
            if fin < 0:
                defauts.append("commentaire jamais fermé")
                fin = len(valeur)
            jetons.append(Jeton("commentaire", valeur[position:fin]))
            position = fin
            continue
        trouve = _JETON.match(valeur, position)
        assert trouve is not None
        if trouve[0] == '"':
            defauts.append("guillemets jamais fermés")
            jetons.append(Jeton("guillemets", valeur[position:] + '"'))
            break
        jetons.append(Jeton(trouve.lastgroup or "", trouve[0]))
        position = trouve.end()
    return jetons, defauts


_PARENTHESES = re.compile(r"[()\\]")


def _fin_du_commentaire(valeur: str, debut: int) -> int:
    """Position après la parenthèse fermante ; -1 s'il n'y en a pas."""
    profondeur, position = 0, debut
    while trouve := _PARENTHESES.search(valeur, position):
        position = trouve.end()
        if trouve[0] == "\\":
            position += 1
        else:
            profondeur += 1 if trouve[0] == "(" else -1
            if not profondeur:
                return position
    return -1


def sans_guillemets(texte: str) -> str:
    """Le contenu d'une chaîne entre guillemets, échappements ôtés."""
    return _ECHAPPE.sub(r"\1", texte[1:-1])
