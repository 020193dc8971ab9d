"""Arguments des fonctions : ce que la signature demande à chaque valeur. Source : XPath 2.0, section 3.1.5."""

from __future__ import annotations

from collections.abc import Callable

from .erreurs import ErreurXPath
from .noeuds import Noeud
from .valeurs import (
    COMPARER,
    Item,
    Ua,
    est_nombre,
    nom_type,
    texte_vers_double,
    un_atome,
)


def arg_o(items: list[Item]) -> str | None:
    """Argument xs:string? : None si vide. Lève XPTY0004."""
    x = un_atome(items)
    if x is None or isinstance(x, str):
        return x
    raise ErreurXPath("XPTY0004", f"une chaîne attendue, {nom_type(x)} reçu")


def arg_s(items: list[Item]) -> str:
    """Argument xs:string? dont le vide vaut la chaîne vide."""
    return arg_o(items) or ""


def arg_exige(items: list[Item]) -> str:
    """Argument xs:string obligatoire."""
    x = arg_o(items)
    if x is None:
        raise ErreurXPath("XPTY0004", "une chaîne attendue, rien reçu")
    return x


def arg_nombre(items: list[Item]) -> Item:
    """Argument numérique facultatif : None si vide ; un xs:untypedAtomic devient un double."""
    x = un_atome(items)
    if x is None or est_nombre(x):
        return x
    if isinstance(x, Ua):
        return texte_vers_double(x)
    raise ErreurXPath("XPTY0004", f"un nombre attendu, {nom_type(x)} reçu")


def arg_noeud(items: list[Item]) -> Noeud | None:
    """Argument node()?."""
    if not items:
        return None
    if len(items) > 1 or not isinstance(items[0], Noeud):
        raise ErreurXPath("XPTY0004", "un nœud attendu")
    return items[0]


def exige(x: Item) -> Item:
    """Une valeur obligatoire. Lève XPTY0004."""
    if x is None:
        raise ErreurXPath("XPTY0004", "une valeur attendue, rien reçu")
    return x


def egales(a: str | None, b: str | None) -> bool:
    """Deux chaînes facultatives présentes et égales."""
    return a is not None and a == b


def comparees(op: str, a: str | None, b: str | None) -> bool:
    """Comparaison générale de deux chaînes facultatives."""
    return a is not None and b is not None and COMPARER[op](a, b)


def sur_nombre(f: Callable[..., Item], x: Item, *reste: Item) -> list[Item]:
    """Applique une fonction à un nombre facultatif."""
    return [] if x is None else [f(x, *reste)]
