"""Petites fonctions appelées par le code engendré, et l'espace de noms dans lequel il s'exécute."""

from __future__ import annotations

import math
import operator
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from decimal import Decimal
from inspect import isfunction
from types import SimpleNamespace
from typing import Any

from . import arguments, fonctions_chaines, fonctions_nombres, fonctions_noms, fonctions_suites, nombres, valeurs
from .conversions import convertible, convertir, texte
from .dates import Instant
from .erreurs import ErreurXPath
from .noeuds import (
    ATTRIBUT,
    COMMENTAIRE,
    DOCUMENT,
    ELEMENT,
    INSTRUCTION,
    TEXTE,
    Noeud,
    attribut,
    attributs,
    chaine,
    desc,
    desc_joker,
    desc_tous,
    descendance,
    enfants,
    textes,
)
from .syntaxe import Test, TypeSeq
from .valeurs import Item, Ua, atomes, ebv, est_nombre

_RIEN: list[Noeud] = []
_RANG = operator.attrgetter("r")


def ddo(noeuds: Iterable[Noeud]) -> list[Noeud]:
    """Nœuds sans doublon, dans l'ordre du document."""
    uniques = {n.r: n for n in noeuds}
    return [uniques[r] for r in sorted(uniques)]


def noeuds_seuls(items: list[Item]) -> list[Noeud]:
    """Vérifie qu'une étape de chemin ne reçoit que des nœuds. Lève XPTY0019."""
    for x in items:
        if not isinstance(x, Noeud):
            raise ErreurXPath("XPTY0019", "une étape de chemin reçoit une valeur qui n'est pas un nœud")
    return items


def noeud(x: Item) -> Noeud:
    """L'item courant, qui doit être un nœud. Lève XPTY0020."""
    if not isinstance(x, Noeud):
        raise ErreurXPath("XPTY0020", "l'item courant n'est pas un nœud")
    return x


def fin_chemin(items: list[Item]) -> list[Item]:
    """Dernière étape de type inconnu : des nœuds à ordonner, ou des valeurs. Lève XPTY0018 pour un mélange."""
    n = sum(isinstance(x, Noeud) for x in items)
    if n == len(items):
        return ddo(items)
    if n:
        raise ErreurXPath("XPTY0018", "une étape rend à la fois des nœuds et des valeurs")
    return items


def filtrer(items: list[Item], garde: Callable[[Item, int, int], Any]) -> list[Item]:
    """Prédicat qui regarde la position."""
    taille = len(items)
    return [x for p, x in enumerate(items, 1) if garde(x, p, taille)]


def predicat(items: list[Item], position: int) -> bool:
    """Prédicat dont le type n'est connu qu'à l'exécution : un nombre est une position."""
    if len(items) == 1 and est_nombre(items[0]):
        return bool(items[0] == position)
    return ebv(items)


def desc_index(
    n: Noeud, nom: str, cle: tuple[int, int], extraire: Callable[[Noeud], Iterable[str]], valeur: str | None
) -> list[Noeud]:
    """`descendant::nom[extraire = valeur]` par un index bâti une fois par document ; `nom` « * » : tout élément."""
    if valeur is None:
        return _RIEN
    arbre = n.arbre
    index: dict[str, tuple[list[Noeud], list[int]]] | None = arbre.m.get(cle)
    if index is None:
        index = arbre.m[cle] = {}
        for x in arbre.elements if nom == "*" else arbre.par_nom.get(nom, _RIEN):
            for v in set(extraire(x)):
                trouves, rangs = index.setdefault(v, ([], []))
                trouves.append(x)
                rangs.append(x.r)
    couple = index.get(valeur)
    if couple is None:
        return _RIEN
    noeuds, ordre = couple
    if n.g == DOCUMENT:
        return noeuds
    debut = bisect_right(ordre, n.r)
    return noeuds[debut : bisect_right(ordre, n.fin, debut)]


# --- axes ----------------------------------------------------------------------------------------------------------


def _parents(n: Noeud) -> list[Noeud]:
    trouves = []
    x = n.p
    while x is not None:
        trouves.append(x)
        x = x.p
    return trouves


def _freres(n: Noeud) -> list[Noeud]:
    return [] if n.p is None or n.g == ATTRIBUT else enfants(n.p)


def axe(n: Noeud, nom: str) -> list[Noeud]:
    """Nœuds d'un axe, dans l'ordre de l'axe (à rebours pour les axes qui remontent)."""
    if nom == "child":
        return enfants(n)
    if nom == "attribute":
        return attributs(n)
    if nom == "self":
        return [n]
    if nom == "parent":
        return [n.p] if n.p is not None else []
    if nom in ("descendant", "descendant-or-self"):
        tous = list(descendance(n))
        return [n, *tous] if nom == "descendant-or-self" else tous
    if nom in ("ancestor", "ancestor-or-self"):
        return [n, *_parents(n)] if nom == "ancestor-or-self" else _parents(n)
    if nom == "following-sibling":
        return [x for x in _freres(n) if x.r > n.r]
    if nom == "preceding-sibling":
        return [x for x in _freres(n) if x.r < n.r][::-1]
    tous = list(descendance(n.arbre.racine))
    if nom == "following":
        return [x for x in tous if x.r > n.fin]
    ancetres = {x.r for x in _parents(n)}
    return [x for x in tous if x.r < n.r and x.r not in ancetres][::-1]


def avant(n: Noeud, nom: str) -> list[Noeud]:
    """`preceding-sibling::nom` (« * » : tout élément), dans l'ordre du document."""
    freres = _de_meme_parent(n, nom)
    return freres[: bisect_left(freres, n.r, key=_RANG)]


def apres(n: Noeud, nom: str) -> list[Noeud]:
    """`following-sibling::nom` (« * » : tout élément)."""
    freres = _de_meme_parent(n, nom)
    return freres[bisect_right(freres, n.r, key=_RANG) :]


def _de_meme_parent(n: Noeud, nom: str) -> list[Noeud]:
    if n.p is None or n.g == ATTRIBUT:
        return _RIEN
    return n.p.ee if nom == "*" else n.p.e.get(nom, _RIEN)


def convient(n: Noeud, test: Test, genre_principal: int) -> bool:
    """Le nœud satisfait-il le test ?"""
    genre = test.genre
    if genre == "node":
        return True
    attendu = {
        "nom": genre_principal,
        "text": TEXTE,
        "comment": COMMENTAIRE,
        "pi": INSTRUCTION,
        "element": ELEMENT,
        "attribute": ATTRIBUT,
        "document": DOCUMENT,
    }[genre]
    if n.g != attendu:
        return False
    if genre == "pi":
        return test.local is None or n.nom == test.local
    uri, _, local = n.nom[1:].partition("}") if n.nom[:1] == "{" else ("", "", n.nom)
    return (test.uri is None or test.uri == uri) and (test.local is None or test.local == local)


def axe_teste(n: Noeud, nom: str, test: Test) -> list[Noeud]:
    """Nœuds d'un axe qui satisfont le test, dans l'ordre de l'axe."""
    principal = ATTRIBUT if nom == "attribute" else ELEMENT
    return [x for x in axe(n, nom) if convient(x, test, principal)]


def enfants_testes(n: Noeud, test: Test) -> list[Noeud]:
    """Éléments enfants qui satisfont un test de nom à joker."""
    return [x for x in n.ee if convient(x, test, ELEMENT)]


# --- ensembles et types --------------------------------------------------------------------------------------------


def union(a: list[Noeud], b: list[Noeud]) -> list[Noeud]:
    """`a | b`."""
    return ddo([*noeuds_seuls(a), *noeuds_seuls(b)])


def commun(a: list[Noeud], b: list[Noeud]) -> list[Noeud]:
    """`a intersect b`."""
    rangs = {x.r for x in noeuds_seuls(b)}
    return ddo([x for x in noeuds_seuls(a) if x.r in rangs])


def sauf(a: list[Noeud], b: list[Noeud]) -> list[Noeud]:
    """`a except b`."""
    rangs = {x.r for x in noeuds_seuls(b)}
    return ddo([x for x in noeuds_seuls(a) if x.r not in rangs])


def comparer_noeuds(op: str, a: list[Item], b: list[Item]) -> list[bool]:
    """`is`, `<<` et `>>`."""
    x, y = arguments.arg_noeud(a), arguments.arg_noeud(b)
    if x is None or y is None:
        return []
    return [x.r == y.r if op == "is" else x.r < y.r if op == "<<" else x.r > y.r]


_INSTANCES: dict[str, Callable[[Item], bool]] = {
    "item": lambda x: True,
    "anyAtomicType": lambda x: not isinstance(x, Noeud),
    "string": lambda x: type(x) is str,
    "untypedAtomic": lambda x: isinstance(x, Ua),
    "anyURI": lambda x: isinstance(x, valeurs.Uri),
    "boolean": lambda x: isinstance(x, bool),
    "integer": lambda x: isinstance(x, int) and not isinstance(x, bool),
    "decimal": lambda x: isinstance(x, int | Decimal) and not isinstance(x, bool),
    "double": lambda x: isinstance(x, float),
    "QName": lambda x: isinstance(x, valeurs.QNom),
    "date": lambda x: isinstance(x, Instant) and x.genre == "date",
    "dateTime": lambda x: isinstance(x, Instant) and x.genre == "dateTime",
    "time": lambda x: isinstance(x, Instant) and x.genre == "time",
}
TYPES_INSTANCE = frozenset(_INSTANCES)


def instance(items: list[Item], type_: TypeSeq) -> bool:
    """`instance of`."""
    if type_.atomique == "empty-sequence":
        return not items
    if not items:
        return type_.occurrence in ("?", "*")
    if len(items) > 1 and type_.occurrence in ("", "?"):
        return False
    test = type_.test
    if test is not None:
        return all(isinstance(x, Noeud) and convient(x, test, ELEMENT) for x in items)
    return all(map(_INSTANCES[type_.atomique], items))


def traiter(items: list[Item], type_: TypeSeq) -> list[Item]:
    """`treat as`. Lève XPDY0050."""
    if not instance(items, type_):
        raise ErreurXPath("XPDY0050", "la valeur n'a pas le type annoncé")
    return items


def mouler(items: list[Item], type_: str, facultatif: bool) -> list[Item]:
    """`cast as`."""
    x = valeurs.un_atome(items, "cast")
    if x is None:
        if facultatif:
            return []
        raise ErreurXPath("XPTY0004", "cast d'une séquence vide")
    return [convertir(x, type_)]


def moulable(items: list[Item], type_: str, facultatif: bool) -> bool:
    """`castable as`."""
    if len(items) != 1:
        return not items and facultatif
    return convertible(valeurs.atome(items[0]), type_)


_AIDES: tuple[Callable[..., Any], ...] = (
    *(attribut, attributs, enfants, textes, desc, desc_tous, desc_joker, chaine, texte, atomes, convertir),
    *(ddo, noeuds_seuls, noeud, fin_chemin, filtrer, predicat, desc_index, avant, apres, axe_teste, enfants_testes),
    *(union, commun, sauf, comparer_noeuds, instance, traiter, mouler, moulable),
    *(valeurs.ebv, valeurs.ebv1, valeurs.generale, valeurs.valeur, valeurs.textes_ll, valeurs.nombres_l),
    *(nombres.calculer, nombres.oppose, nombres.intervalle),
    *(arguments.arg_s, arguments.arg_o, arguments.arg_exige, arguments.arg_nombre, arguments.arg_noeud),
)


_FONCTIONS = SimpleNamespace(
    math=math,
    Decimal=Decimal,
    **{
        nom: f
        for module in (arguments, fonctions_chaines, fonctions_nombres, fonctions_suites, fonctions_noms)
        for nom, f in vars(module).items()
        if isfunction(f)
    },
)


def nom_espaces() -> dict[str, Any]:
    """Un espace de noms neuf pour du code engendré."""
    noms: dict[str, Any] = {f.__name__: f for f in _AIDES}
    return noms | {"V": _RIEN, "Ua": Ua, "ErreurXPath": ErreurXPath, "F": _FONCTIONS, "nombres2": valeurs.nombres}
