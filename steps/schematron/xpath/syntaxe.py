"""Arbre de syntaxe d'une expression XPath 2.0 ; immuable et comparable, donc clé de cache.

Source : XML Path Language (XPath) 2.0, W3C Recommendation, seconde édition, annexe A.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


class Expr:
    """Une expression."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Lit(Expr):
    """Littéral ; `genre` : s (chaîne), i (entier), m (décimal) ou d (double)."""

    valeur: str | int | Decimal | float
    genre: str


@dataclass(frozen=True, slots=True)
class Var(Expr):
    """`$nom`, préfixe compris."""

    nom: str


@dataclass(frozen=True, slots=True)
class Ctx(Expr):
    """`.`"""


@dataclass(frozen=True, slots=True)
class Racine(Expr):
    """`/` : la racine de l'arbre du nœud courant."""


@dataclass(frozen=True, slots=True)
class Test:
    """Test de nœud. `genre` : nom, node, text, comment, pi, element, attribute ou document.

    `uri` et `local` valent None pour « n'importe lequel » ; `local` seul porte le nom d'une instruction de traitement.
    """

    genre: str
    uri: str | None = None
    local: str | None = None


@dataclass(frozen=True, slots=True)
class Pas(Expr):
    """Un pas d'axe et ses prédicats."""

    axe: str
    test: Test
    predicats: tuple[Expr, ...] = ()


@dataclass(frozen=True, slots=True)
class Filtre(Expr):
    """Une expression primaire et ses prédicats."""

    base: Expr
    predicats: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Chemin(Expr):
    """`a/b/c` : au moins deux étapes ; la première peut être `Racine`."""

    etapes: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Appel(Expr):
    """Appel de fonction ; `nom` sans préfixe pour F&O, `{uri}local` sinon (constructeurs `xs:`)."""

    nom: str
    args: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Bin(Expr):
    """Opération à deux termes ; `op` tel qu'écrit (`|` devient union)."""

    op: str
    g: Expr
    d: Expr


@dataclass(frozen=True, slots=True)
class Neg(Expr):
    """`-e`, ou `+e` si `plus`."""

    e: Expr
    plus: bool


@dataclass(frozen=True, slots=True)
class Seq(Expr):
    """`(a, b)` ou `()`."""

    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Si(Expr):
    """`if (c) then a else b`."""

    c: Expr
    a: Expr
    b: Expr


@dataclass(frozen=True, slots=True)
class Pour(Expr):
    """`for $v in s return corps`, une variable à la fois."""

    var: str
    source: Expr
    corps: Expr


@dataclass(frozen=True, slots=True)
class Quant(Expr):
    """`some` ou `every` (`tous`), une variable à la fois."""

    tous: bool
    var: str
    source: Expr
    corps: Expr


@dataclass(frozen=True, slots=True)
class TypeSeq:
    """Type de séquence : un test de nœud ou un type atomique (`{uri}local` sans l'espace xs), et son occurrence."""

    test: Test | None
    atomique: str
    occurrence: str


@dataclass(frozen=True, slots=True)
class Typage(Expr):
    """`instance of`, `treat as`, `castable as`, `cast as` ; `op` est le premier mot."""

    op: str
    e: Expr
    type: TypeSeq
