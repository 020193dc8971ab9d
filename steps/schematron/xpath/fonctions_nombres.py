"""Fonctions de F&O sur les nombres, sur des arguments déjà convertis."""

from __future__ import annotations

import math
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

from .erreurs import ErreurXPath
from .nombres import ajouter, diviser
from .valeurs import (
    Item,
    Ua,
    Uri,
    atomes,
    comparer,
    est_nombre,
    texte_vers_double,
    un_atome,
)


def arrondi_double(x: float) -> float:
    """`fn:round` d'un double : la moitié vers +∞."""
    if not math.isfinite(x) or abs(x) >= 2**52:
        return x
    bas = math.floor(x)
    return math.copysign(float(bas + (x - bas >= 0.5)), x)


def en_nombre(items: list[Item]) -> float:
    """`fn:number` : NaN plutôt qu'une erreur."""
    x = un_atome(items)
    if isinstance(x, int | float | Decimal):
        return float(x)
    try:
        return texte_vers_double(x) if isinstance(x, str) and not isinstance(x, Uri) else math.nan
    except ErreurXPath:
        return math.nan


def arrondir(x: Item) -> Item:
    """`round`."""
    if isinstance(x, Decimal):
        return (
            x.to_integral_value(ROUND_HALF_UP if x >= 0 else ROUND_FLOOR)
            if x >= 0
            else ((x + Decimal("0.5")).to_integral_value(ROUND_FLOOR))
        )
    return arrondi_double(x) if isinstance(x, float) else x


def plancher(x: Item) -> Item:
    """`floor`."""
    if isinstance(x, Decimal):
        return x.to_integral_value(ROUND_FLOOR)
    return float(math.floor(x)) if isinstance(x, float) and math.isfinite(x) else x


def plafond(x: Item) -> Item:
    """`ceiling`."""
    if isinstance(x, Decimal):
        return x.to_integral_value(ROUND_CEILING)
    return float(math.ceil(x)) if isinstance(x, float) and math.isfinite(x) else x


def moitie_paire(x: Item, precision: Item = 0) -> Item:
    """`round-half-to-even`, pour les entiers et décimaux."""
    if isinstance(x, float):
        if not math.isfinite(x):
            return x
        return float(Decimal(repr(x)).quantize(Decimal(1).scaleb(-int(precision)), ROUND_HALF_EVEN))
    arrondi = Decimal(x).quantize(Decimal(1).scaleb(-int(precision)), ROUND_HALF_EVEN)
    return int(arrondi) if isinstance(x, int) else arrondi


def _nombres_de(items: list[Item], quoi: str) -> list[Item]:
    trouves: list[Item] = [texte_vers_double(x) if isinstance(x, Ua) else x for x in atomes(items)]
    if not all(est_nombre(x) for x in trouves):
        raise ErreurXPath("FORG0006", f"{quoi} : des nombres attendus")
    if any(isinstance(x, float) for x in trouves):
        return [float(x) for x in trouves]
    return trouves


def somme(items: list[Item]) -> Item:
    """`sum` à un argument."""
    total: Item = 0
    for x in _nombres_de(items, "sum"):
        total = ajouter(total, x)
    return total


def moyenne(items: list[Item]) -> list[Item]:
    """`avg`."""
    valeurs = _nombres_de(items, "avg")
    return [diviser(somme(valeurs), len(valeurs))] if valeurs else []


def extremum(items: list[Item], op: str) -> list[Item]:
    """`max` (op « gt ») ou `min` (op « lt »)."""
    valeurs: list[Item] = [texte_vers_double(x) if isinstance(x, Ua) else x for x in atomes(items)]
    if not valeurs:
        return []
    if any(isinstance(x, float) for x in valeurs) and all(est_nombre(x) for x in valeurs):
        valeurs = [float(x) for x in valeurs]
        if any(math.isnan(x) for x in valeurs):
            return [math.nan]
    choisi = valeurs[0]
    for x in valeurs[1:]:
        if comparer(op, x, choisi):
            choisi = x
    return [choisi]
