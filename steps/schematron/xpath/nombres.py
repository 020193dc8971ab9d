"""Arithmétique XPath : promotion des types, division décimale. Source : F&O, section 6.2."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_DOWN, Context, Decimal

from .erreurs import ErreurXPath
from .valeurs import Item, Ua, est_nombre, nom_type, texte_vers_double, un_atome, vers_float

_EXACT = Context(prec=2000)
_CHIFFRES_DIVISION = 18
_BITS_MAX = 20_000


def _operande(items: list[Item], op: str) -> Item:
    x = un_atome(items, f"« {op} »")
    if x is None:
        return None
    if isinstance(x, Ua):
        return texte_vers_double(x)
    if not est_nombre(x):
        raise ErreurXPath("XPTY0004", f"« {op} » sur {nom_type(x)}")
    return x


def ajouter(a: Item, b: Item) -> Item:
    """a + b."""
    return _deux(a, b, "+")


def multiplier(a: Item, b: Item) -> Item:
    """a * b."""
    return _deux(a, b, "*")


def _deux(a: Item, b: Item, op: str) -> Item:
    if isinstance(a, float) or isinstance(b, float):
        x, y = vers_float(a), vers_float(b)
        return x + y if op == "+" else x - y if op == "-" else x * y
    if isinstance(a, Decimal) or isinstance(b, Decimal):
        p, q = Decimal(a), Decimal(b)
        return _EXACT.add(p, q) if op == "+" else _EXACT.subtract(p, q) if op == "-" else _EXACT.multiply(p, q)
    entier = a + b if op == "+" else a - b if op == "-" else a * b
    if entier.bit_length() > _BITS_MAX:
        raise ErreurXPath("FOAR0002", "entier trop grand")
    return entier


def diviser(a: Item, b: Item) -> Item:
    """a div b. Lève FOAR0001."""
    if isinstance(a, float) or isinstance(b, float):
        x, y = vers_float(a), vers_float(b)
        if y == 0:
            if x == 0 or math.isnan(x):
                return math.nan
            return math.copysign(math.inf, x) * math.copysign(1, y)
        return x / y
    if b == 0:
        raise ErreurXPath("FOAR0001", "division par zéro")
    if max(abs(a), abs(b)) > 2**53:
        raise ErreurXPath("hors de portée", "division de nombres trop grands")
    p, q = Decimal(a), Decimal(b)
    echelle = max(0, int(q.as_tuple().exponent) - int(p.as_tuple().exponent)) + _CHIFFRES_DIVISION
    return _EXACT.divide(p, q).quantize(Decimal(1).scaleb(-echelle), ROUND_HALF_DOWN, _EXACT)


def _entiere(a: Item, b: Item) -> int:
    if b == 0:
        raise ErreurXPath("FOAR0001", "division par zéro")
    if isinstance(a, float) or isinstance(b, float):
        x, y = vers_float(a), vers_float(b)
        if math.isnan(x) or math.isinf(x) or math.isnan(y):
            raise ErreurXPath("FOAR0002", "division entière sans résultat")
        return 0 if math.isinf(y) else int(x / y)
    if isinstance(a, Decimal) or isinstance(b, Decimal):
        quotient = int(_EXACT.divide_int(abs(Decimal(a)), abs(Decimal(b))))
    else:
        quotient = abs(a) // abs(b)
    return quotient if (a < 0) == (b < 0) else -quotient


def _reste(a: Item, b: Item) -> Item:
    if isinstance(a, float) or isinstance(b, float):
        x, y = vers_float(a), vers_float(b)
        if y == 0 or math.isinf(x) or math.isnan(x) or math.isnan(y):
            return math.nan
        return math.fmod(x, y)
    if b == 0:
        raise ErreurXPath("FOAR0001", "modulo zéro")
    if isinstance(a, Decimal) or isinstance(b, Decimal):
        p, q = Decimal(a), Decimal(b)
        return _EXACT.subtract(p, _EXACT.multiply(Decimal(_entiere(p, q)), q))
    return a - b * _entiere(a, b)


def calculer(op: str, gauche: list[Item], droite: list[Item]) -> list[Item]:
    """Opération arithmétique : vide si un terme est vide. Lève XPTY0004, FORG0001, FOAR0001, FOAR0002."""
    a = _operande(gauche, op)
    b = _operande(droite, op)
    if a is None or b is None:
        return []
    if op == "div":
        return [diviser(a, b)]
    if op == "idiv":
        return [_entiere(a, b)]
    return [_reste(a, b) if op == "mod" else _deux(a, b, op)]


def oppose(items: list[Item], plus: bool) -> list[Item]:
    """Signe unaire."""
    x = _operande(items, "-")
    if x is None:
        return []
    return [x if plus else -x]


def intervalle(gauche: list[Item], droite: list[Item]) -> list[int]:
    """`a to b`. Lève XPTY0004, FOAR0002 au-delà d'un million d'items."""
    bornes = []
    for items in (gauche, droite):
        x = un_atome(items, "« to »")
        if x is None:
            return []
        if isinstance(x, Ua):
            from .conversions import convertir

            x = convertir(x, "integer")
        if not isinstance(x, int) or isinstance(x, bool):
            raise ErreurXPath("XPTY0004", "« to » attend des entiers")
        bornes.append(x)
    if bornes[1] - bornes[0] > 1_000_000:
        raise ErreurXPath("FOAR0002", "intervalle trop grand")
    return list(range(bornes[0], bornes[1] + 1))
