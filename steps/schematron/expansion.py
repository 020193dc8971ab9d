"""Paramètres des motifs abstraits et noms de variables : les réécritures de texte que demande la lecture."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

_LITTERAL = re.compile(r"\"[^\"]*\"|'[^']*'")


class Parametres:
    """Remplace `$nom` par sa valeur, comme une macro : le nom le plus long d'abord, en une seule passe.

    `variables` : noms des `let` connus ; un `$nom` qui désigne une variable au nom plus long qu'un paramètre reste tel
    quel. Source : ISO/IEC 19757-3:2016, motifs abstraits.
    """

    def __init__(self, valeurs: Mapping[str, str], variables: Iterable[str] = ()) -> None:
        self._valeurs = dict(valeurs)
        noms = sorted({*valeurs, *(nom for nom in variables if nom not in valeurs)}, key=len, reverse=True)
        self._motif = re.compile(r"\$(" + "|".join(map(re.escape, noms)) + ")") if valeurs else None

    def __call__(self, texte: str) -> str:
        if self._motif is None or "$" not in texte:
            return texte
        return self._motif.sub(lambda trouve: self._valeurs.get(trouve[1], trouve[0]), texte)


def renommer(expression: str, noms: Mapping[str, str]) -> str:
    """Remplace les références `$ancien` par `$nouveau` dans un XPath, hors des chaînes de caractères."""
    if not noms or "$" not in expression:
        return expression

    def remplacer(texte: str) -> str:
        return re.sub(r"\$([\w.\-:]+)", lambda trouve: f"${noms[trouve[1]]}" if trouve[1] in noms else trouve[0], texte)

    return hors_chaines(expression, remplacer)


def hors_chaines(expression: str, changer: Callable[[str], str]) -> str:
    """Applique `changer` aux parties d'un XPath qui ne sont pas des chaînes de caractères."""
    morceaux: list[str] = []
    fin = 0
    for litteral in _LITTERAL.finditer(expression):
        morceaux += [changer(expression[fin : litteral.start()]), litteral[0]]
        fin = litteral.end()
    return "".join([*morceaux, changer(expression[fin:])])


def libre(nom: str, pris: Iterable[str]) -> str:
    """Un nom de variable XPath qui n'est pas déjà pris, bâti sur celui-ci."""
    occupes = set(pris)
    rang = 2
    while f"{nom}..{rang}" in occupes:
        rang += 1
    return f"{nom}..{rang}"
