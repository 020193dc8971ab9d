"""Valeurs atomiques, atomisation, valeur booléenne effective et comparaisons.

Représentation : `str` xs:string, `Ua` xs:untypedAtomic, `Uri` xs:anyURI, `bool`, `int` xs:integer, `Decimal`,
`float` xs:double, `QNom` xs:QName, `Instant` date et heure, `Noeud` un nœud. Une séquence est une liste.
Source : XPath 2.0, sections 2.4 et 3.5 ; XQuery 1.0 and XPath 2.0 Functions and Operators (F&O), 6 à 10.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from .dates import Instant
from .erreurs import ErreurXPath
from .noeuds import COMMENTAIRE, INSTRUCTION, Noeud, chaine

Item = Any  # l'une des représentations ci-dessus


class Ua(str):
    """xs:untypedAtomic."""

    __slots__ = ()


class Uri(str):
    """xs:anyURI."""

    __slots__ = ()


class QNom(NamedTuple):
    """xs:QName ; le préfixe ne compte pas dans l'égalité des valeurs."""

    uri: str
    local: str
    prefixe: str = ""


BLANCS = " \t\r\n"
_DOUBLE = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?\Z", re.ASCII)
_SPECIAUX = {"INF": float("inf"), "+INF": float("inf"), "-INF": float("-inf"), "NaN": float("nan")}
COMPARER: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}


def texte_vers_double(texte: str) -> float:
    """Forme lexicale de xs:double. Lève FORG0001."""
    t = texte.strip(BLANCS)
    if _DOUBLE.match(t):
        return float(t)
    if t in _SPECIAUX:
        return _SPECIAUX[t]
    raise ErreurXPath("FORG0001", f"{texte[:60]!r} n'est pas un nombre")


def atome(item: Item) -> Item:
    """Valeur atomique d'un item."""
    if isinstance(item, Noeud):
        return chaine(item) if item.g in (COMMENTAIRE, INSTRUCTION) else Ua(chaine(item))
    return item


def atomes(items: Iterable[Item]) -> list[Item]:
    """Atomisation (`fn:data`) : sans schéma, un nœud vaut un seul xs:untypedAtomic."""
    return [atome(x) for x in items]


def un_atome(items: list[Item], quoi: str = "argument") -> Item:
    """L'unique valeur atomique d'une séquence d'au plus un item, None si elle est vide. Lève XPTY0004."""
    if not items:
        return None
    if len(items) > 1:
        raise ErreurXPath("XPTY0004", f"{quoi} : une séquence de {len(items)} items, un seul attendu")
    return atome(items[0])


def ebv(items: list[Item]) -> bool:
    """Valeur booléenne effective. Lève FORG0006. Source : XPath 2.0, 2.4.3."""
    if not items:
        return False
    premier = items[0]
    if isinstance(premier, Noeud):
        return True
    if len(items) > 1 or not isinstance(premier, bool | str | int | Decimal | float):
        raise ErreurXPath("FORG0006", "valeur sans valeur booléenne effective")
    return bool(premier) and premier == premier


def ebv1(item: Item) -> bool:
    """Valeur booléenne effective d'un item."""
    return ebv([item])


def est_nombre(x: Item) -> bool:
    """xs:integer, xs:decimal ou xs:double."""
    return isinstance(x, int | float | Decimal) and not isinstance(x, bool)


def _nombres(a: Item, b: Item) -> tuple[Item, Item]:
    """Promotion vers le type commun."""
    if isinstance(a, float) or isinstance(b, float):
        return vers_float(a), vers_float(b)
    return a, b


def vers_float(x: Item) -> float:
    """Promotion d'un nombre en xs:double. Lève une erreur au-delà des entiers que tous les moteurs rendent pareil."""
    if isinstance(x, int) and abs(x) > 2**53:
        raise ErreurXPath("hors de portée", "entier trop grand pour un xs:double exact")
    return float(x)


def comparer(op: str, a: Item, b: Item) -> bool:
    """Comparaison de deux valeurs déjà converties. Lève XPTY0004 si leurs types ne se comparent pas."""
    fonction = COMPARER[op]
    if isinstance(a, str) and isinstance(b, str):
        return fonction(str(a), str(b))
    if est_nombre(a) and est_nombre(b):
        return fonction(*_nombres(a, b))
    if isinstance(a, bool) and isinstance(b, bool):
        return fonction(a, b)
    if isinstance(a, Instant) and isinstance(b, Instant) and a.genre == b.genre:
        return fonction(a.ordre(), b.ordre())
    if isinstance(a, QNom) and isinstance(b, QNom) and op in ("=", "!=", "eq", "ne"):
        return fonction(a[:2], b[:2])
    raise ErreurXPath("XPTY0004", f"comparaison « {op} » entre {nom_type(a)} et {nom_type(b)}")


def nom_type(x: Item) -> str:
    """Nom du type d'une valeur, pour les messages."""
    noms: list[tuple[type, str]] = [
        (Ua, "xs:untypedAtomic"),
        (Uri, "xs:anyURI"),
        (str, "xs:string"),
        (bool, "xs:boolean"),
        (int, "xs:integer"),
        (Decimal, "xs:decimal"),
        (float, "xs:double"),
        (QNom, "xs:QName"),
        (Noeud, "un nœud"),
    ]
    return next((nom for t, nom in noms if isinstance(x, t)), "une date")


def _convertir_generale(x: Item, autre: Item) -> Item:
    """Conversion d'un xs:untypedAtomic vers ce que demande l'autre terme. Source : XPath 2.0, 3.5.2."""
    if not isinstance(x, Ua):
        return x
    if est_nombre(autre):
        return texte_vers_double(x)
    if isinstance(autre, str):
        return str(x)
    if isinstance(autre, bool):
        return texte_vers_booleen(x)
    if isinstance(autre, Instant):
        return Instant.lire(autre.genre, x)
    raise ErreurXPath("XPTY0004", f"xs:untypedAtomic ne se compare pas à {nom_type(autre)}")


def texte_vers_booleen(texte: str) -> bool:
    """Forme lexicale de xs:boolean. Lève FORG0001."""
    t = texte.strip(BLANCS)
    if t in ("true", "1"):
        return True
    if t in ("false", "0"):
        return False
    raise ErreurXPath("FORG0001", f"{texte[:60]!r} n'est pas un booléen")


def generale(op: str, gauche: Iterable[Item], droite: Iterable[Item]) -> bool:
    """Comparaison générale : vraie si un couple la satisfait.

    Tous les couples sont comparés : un moteur qui en regarde un autre d'abord peut y trouver une erreur, et c'est alors
    au moteur de repli de trancher.
    """
    droits = atomes(droite)
    trouve = False
    for item in gauche:
        a = atome(item)
        for b in droits:
            trouve |= comparer(op, _convertir_generale(a, b), _convertir_generale(b, a))
    return trouve


def valeur(op: str, gauche: list[Item], droite: list[Item]) -> list[bool]:
    """Comparaison de valeurs (`eq`, `lt`…) : vide si un terme est vide."""
    a = un_atome(gauche, f"« {op} »")
    b = un_atome(droite, f"« {op} »")
    if a is None or b is None:
        return []
    return [comparer(op, a, b)]


def textes_ll(op: str, gauche: Iterable[str], droite: Iterable[str]) -> bool:
    """Comparaison générale de deux suites de chaînes."""
    if op == "=":
        return not frozenset(gauche).isdisjoint(droite)
    fonction = COMPARER[op]
    droits = list(droite)
    return any(fonction(a, b) for a in gauche for b in droits)


def nombres_l(op: str, textes: Iterable[str], nombre: Item) -> bool:
    """Comparaison générale entre des xs:untypedAtomic, tous convertis d'abord, et un nombre."""
    fonction = COMPARER[op]
    n = vers_float(nombre)
    compares = [fonction(texte_vers_double(t), n) for t in textes]
    return any(compares)


def nombres(op: str, a: Item, b: Item) -> bool:
    """Comparaison de deux nombres."""
    return COMPARER[op](*_nombres(a, b))
