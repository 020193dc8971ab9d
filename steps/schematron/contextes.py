"""Ce que vise le contexte d'une règle : de quoi ne présenter à un motif que les nœuds qui peuvent lui convenir."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

_NOM = re.compile(r"(?:([A-Za-z_][\w.\-]*):)?([A-Za-z_][\w.\-]*)$")


@dataclass(frozen=True, slots=True)
class Cibles:
    """Nœuds visés. `noms` : éléments, sous la forme `{espace}nom` ; None : n'importe quel élément.

    `racine` : le nœud document. `autres` : attributs, textes, commentaires, instructions ou forme non comprise ; il
    faut alors présenter tous les nœuds.
    """

    noms: frozenset[str] | None = frozenset()
    racine: bool = False
    autres: bool = False


def cibles(contextes: Iterable[str], espaces: Mapping[str, str]) -> Cibles:
    """Les nœuds que visent ces contextes ; en cas de doute, davantage que nécessaire, jamais moins."""
    noms: set[str] = set()
    tous = racine = autres = False
    for contexte in contextes:
        for branche in alternatives(contexte):
            if branche == "/":
                racine = True
                continue
            dernier = dernier_pas(branche)
            if dernier.startswith("child::"):
                dernier = dernier[len("child::") :].strip()
            nom = _NOM.match(dernier)
            if nom and (not nom[1] or nom[1] in espaces):
                noms.add(f"{{{espaces[nom[1]] if nom[1] else ''}}}{nom[2]}")
            elif re.fullmatch(r"(\*|\*:[\w.\-]+|[\w.\-]+:\*)", dernier):
                tous = True
            else:
                autres = True
    return Cibles(None if tous or autres else frozenset(noms), racine or autres, autres)


def alternatives(motif: str) -> Iterator[str]:
    """Branches d'un motif XSLT séparées par `|` ou `union` au premier niveau, sans blanc autour."""
    debut = 0
    for position, signe in _premier_niveau(motif):
        if signe == "|":
            yield motif[debut:position].strip()
            debut = position + 1
    yield motif[debut:].strip()


def dernier_pas(branche: str) -> str:
    """Dernier pas d'un chemin, sans ses prédicats."""
    debut = 0
    fin = len(branche)
    for position, signe in _premier_niveau(branche):
        if signe == "/":
            debut, fin = position + 1, len(branche)
        elif signe == "[" and fin == len(branche):
            fin = position
    return branche[debut:fin].strip()


def _premier_niveau(texte: str) -> Iterator[tuple[int, str]]:
    """Positions des signes qui ne sont ni dans une chaîne, ni entre crochets ou parenthèses ; `[` ouvrant compris."""
    niveau = 0
    guillemet = ""
    for position, signe in enumerate(texte):
        if guillemet:
            if signe == guillemet:
                guillemet = ""
        elif signe in "'\"":
            guillemet = signe
        elif signe in "[(":
            if niveau == 0:
                yield position, signe
            niveau += 1
        elif signe in "])":
            niveau -= 1
        elif niveau == 0:
            yield position, signe
