"""Fonctions de F&O sur les séquences, sur des arguments déjà convertis."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from .dates import Instant
from .erreurs import ErreurXPath
from .fonctions_nombres import arrondi_double
from .noeuds import DOCUMENT, ELEMENT, Noeud, chaine, enfants
from .valeurs import (
    Item,
    atomes,
    est_nombre,
)


def cle_distincte(x: Item) -> Any:
    """Clé d'égalité pour `distinct-values`."""
    if isinstance(x, str):
        return ("s", str(x))
    if isinstance(x, bool):
        return ("b", x)
    if est_nombre(x):
        return ("n", "NaN" if x != x else float(x) if isinstance(x, float) else x)
    return ("i", x.genre, x.ordre()) if isinstance(x, Instant) else ("q", x[:2])


def distinctes(items: Iterable[Item]) -> list[Item]:
    """`distinct-values`, dans l'ordre de première apparition."""
    vues: dict[Any, Item] = {}
    for x in atomes(items):
        vues.setdefault(cle_distincte(x), x)
    return list(vues.values())


def rangs_de(items: list[Item], cherche: Item) -> list[int]:
    """`index-of`."""
    cle = cle_distincte(cherche)
    return [i for i, x in enumerate(atomes(items), 1) if cle_distincte(x) == cle and x == x]


def sous_suite(items: list[Item], debut: Item, longueur: Item = None) -> list[Item]:
    """`subsequence`."""
    a = arrondi_double(float(debut))
    fin = math.inf if longueur is None else a + arrondi_double(float(longueur))
    return [x for i, x in enumerate(items, 1) if a <= i < fin]


def inserer(items: list[Item], position: Item, autres: list[Item]) -> list[Item]:
    """`insert-before`."""
    i = max(int(position), 1) - 1
    return [*items[:i], *autres, *items[i:]]


def retirer(items: list[Item], position: Item) -> list[Item]:
    """`remove`."""
    return [x for i, x in enumerate(items, 1) if i != position]


def au_plus_un(items: list[Item]) -> list[Item]:
    """`zero-or-one`. Lève FORG0003."""
    if len(items) > 1:
        raise ErreurXPath("FORG0003", "plus d'un item")
    return items


def au_moins_un(items: list[Item]) -> list[Item]:
    """`one-or-more`. Lève FORG0004."""
    if not items:
        raise ErreurXPath("FORG0004", "séquence vide")
    return items


def exactement_un(items: list[Item]) -> list[Item]:
    """`exactly-one`. Lève FORG0005."""
    if len(items) != 1:
        raise ErreurXPath("FORG0005", f"{len(items)} items, un seul attendu")
    return items


def profond_egal(a: list[Item], b: list[Item]) -> bool:
    """`deep-equal`."""
    return len(a) == len(b) and all(_egaux(x, y) for x, y in zip(a, b, strict=True))


def _egaux(x: Item, y: Item) -> bool:
    if isinstance(x, Noeud) and isinstance(y, Noeud):
        if x.g != y.g or x.nom != y.nom:
            return False
        if x.g in (ELEMENT, DOCUMENT):
            visibles = [[e for e in enfants(n) if e.g not in (8, 7)] for n in (x, y)]
            return x.a == y.a and profond_egal(*visibles)
        return chaine(x) == chaine(y)
    if isinstance(x, Noeud) or isinstance(y, Noeud):
        return False
    return bool(cle_distincte(x) == cle_distincte(y))
