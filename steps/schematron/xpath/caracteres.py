r"""Classes de caractères des expressions régulières XPath (`\d`, `\w`, `\i`, `\p{..}`…), en intervalles de codes.

Source : XML Schema Part 2, annexe F ; XML 1.0, productions NameStartChar et NameChar.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from functools import lru_cache
from itertools import chain

from .erreurs import HorsDePortee

Intervalles = tuple[tuple[int, int], ...]
MAX = 0x10FFFF
_BLANCS: Intervalles = ((9, 10), (13, 13), (32, 32))
_DEBUT: Intervalles = (
    (0x3A, 0x3A),
    (0x41, 0x5A),
    (0x5F, 0x5F),
    (0x61, 0x7A),
    (0xC0, 0xD6),
    (0xD8, 0xF6),
    (0xF8, 0x2FF),
    (0x370, 0x37D),
    (0x37F, 0x1FFF),
    (0x200C, 0x200D),
    (0x2070, 0x218F),
    (0x2C00, 0x2FEF),
    (0x3001, 0xD7FF),
    (0xF900, 0xFDCF),
    (0xFDF0, 0xFFFD),
    (0x10000, 0xEFFFF),
)
_SUITE: Intervalles = ((0x2D, 0x2E), (0x30, 0x39), (0xB7, 0xB7), (0x300, 0x36F), (0x203F, 0x2040))
_CATEGORIES = frozenset(
    [
        "Lu",
        "Ll",
        "Lt",
        "Lm",
        "Lo",
        "Mn",
        "Mc",
        "Me",
        "Nd",
        "Nl",
        "No",
        "Pc",
        "Pd",
        "Ps",
        "Pe",
        "Pi",
        "Pf",
        "Po",
        "Zs",
        "Zl",
        "Zp",
        "Sm",
        "Sc",
        "Sk",
        "So",
        "Cc",
        "Cf",
        "Co",
        "Cn",
    ]
)


def reunir(*listes: Intervalles) -> Intervalles:
    """Réunion, triée et sans chevauchement."""
    reunis: list[tuple[int, int]] = []
    for bas, haut in sorted(x for liste in listes for x in liste):
        if reunis and bas <= reunis[-1][1] + 1:
            reunis[-1] = (reunis[-1][0], max(haut, reunis[-1][1]))
        else:
            reunis.append((bas, haut))
    return tuple(reunis)


def complement(intervalles: Intervalles) -> Intervalles:
    """Tous les autres points de code."""
    reste: list[tuple[int, int]] = []
    debut = 0
    for bas, haut in reunir(intervalles):
        if bas > debut:
            reste.append((debut, bas - 1))
        debut = haut + 1
    if debut <= MAX:
        reste.append((debut, MAX))
    return tuple(reste)


@lru_cache(maxsize=1)
def _par_categorie() -> dict[str, Intervalles]:
    listes: dict[str, list[tuple[int, int]]] = {}
    debut, courante = 0, unicodedata.category("\0")
    categorie = unicodedata.category
    # les plans 4 à 13 sont vides, les plans 15 et 16 à usage privé hors de leurs deux derniers points
    utiles = (range(1, 0x40000), range(0xE0000, 0xE1000), range(0xF0000, 0xF0001), range(0xFFFF0, 0x100001))
    for point in chain(*utiles, range(0x10FFF0, MAX + 1)):
        c = categorie(chr(point))
        if c != courante:
            listes.setdefault(courante, []).append((debut, point - 1))
            debut, courante = point, c
    listes.setdefault(courante, []).append((debut, MAX))
    return {c: tuple(x) for c, x in listes.items()}


def _categorie(nom: str) -> Intervalles:
    choisies = [c for c in _CATEGORIES if c == nom or (len(nom) == 1 and c[0] == nom)]
    if not choisies:
        raise HorsDePortee(f"catégorie de caractères {nom!r}")  # blocs (« IsBasicLatin ») compris
    table = _par_categorie()
    return reunir(*(table.get(c, ()) for c in choisies))


@lru_cache(maxsize=64)
def echappee(lettre: str, propriete: str = "") -> Intervalles:
    r"""Intervalles de `\lettre` (`\p{propriete}`) ; une majuscule est le complément de sa minuscule."""
    bas = lettre.lower()
    if bas == "s":
        trouves = _BLANCS
    elif bas == "i":
        trouves = _DEBUT
    elif bas == "c":
        trouves = reunir(_DEBUT, _SUITE)
    elif bas == "d":
        trouves = _categorie("Nd")
    elif bas == "w":
        trouves = complement(reunir(_categorie("P"), _categorie("Z"), _categorie("C")))
    else:
        trouves = _categorie(propriete)
    return trouves if lettre == bas else complement(trouves)


def contient(intervalles: Intervalles, point: int) -> bool:
    """Le point de code est-il dans ces intervalles triés ?"""
    i = bisect_right(intervalles, (point, MAX + 1)) - 1
    return i >= 0 and point <= intervalles[i][1]
