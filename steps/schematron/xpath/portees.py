"""Ce que la compilation sait d'avance d'une expression : dépendances, foyer, type statique.

Type statique : un genre (n nœuds, b booléen, i entier, d double, m nombre, s chaîne, u xs:untypedAtomic, t date,
q QName, ? inconnu) et une cardinalité (1, ?, *). Un atome de cardinalité 1 est engendré comme une valeur Python, le
reste comme une liste.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .syntaxe import (
    Appel,
    Bin,
    Chemin,
    Ctx,
    Expr,
    Filtre,
    Neg,
    Pas,
    Pour,
    Quant,
    Racine,
    Seq,
    Si,
    Typage,
    Var,
)

FOYER, POSITION, RACINE, DOC, COURANT = "F", "P", "R", "D", "C"
_DU_FOYER = frozenset((FOYER, POSITION))
_RIEN: frozenset[str] = frozenset()
_CONNUES: dict[int, tuple[Expr, frozenset[str]]] = {}
_CONNUES_MAX = 200_000
SANS_ARGUMENT = frozenset(
    [
        "string",
        "number",
        "name",
        "local-name",
        "namespace-uri",
        "node-name",
        "normalize-space",
        "string-length",
        "root",
        "base-uri",
        "data",
    ]
)

Type = tuple[str, str]
NOEUDS: Type = ("n", "*")
CHAINES = ("n", "s", "u")
NOMBRES = ("i", "d", "m")


@dataclass(frozen=True, slots=True)
class Foyer:
    """L'item courant : sa variable Python, son genre, sa position et la taille (noms Python, vides si inconnus).

    `principal` : l'item est sûrement un nœud du document jugé, dont l'arbre est la variable `D`.
    """

    var: str
    genre: str = "n"
    pos: str = ""
    taille: str = ""
    principal: bool = False


@dataclass(slots=True)
class Flux:
    """Des nœuds en cours de calcul : clauses d'une compréhension Python, et ce qu'on sait de leur ordre.

    `seul` : un nœud au plus ; `distinct`, `ordonne` : sans doublon, dans l'ordre du document ; `pairs` : aucun n'est
    ancêtre d'un autre. `attr` : l'attribut de ce nom reste à prendre sur chaque nœud. `large` : la
    descendance y passe, mieux vaut s'arrêter au premier nœud.
    """

    var: str
    clauses: list[str] = field(default_factory=list)
    seul: bool = True
    distinct: bool = True
    ordonne: bool = True
    pairs: bool = True
    attr: str = ""
    principal: bool = False
    large: bool = False

    def liste(self) -> str:
        """Code de la liste, sans l'attribut en suspens."""
        return f"[{self.var} {' '.join(self.clauses)}]" if self.clauses else f"[{self.var}]"


def dependances(e: Expr) -> frozenset[str]:
    """Ce dont dépend la valeur : `F` foyer, `P` position ou taille, `R` racine du document, `D` autre document,
    `C` `current()`, et `$nom` pour chaque variable libre."""
    connu = _CONNUES.get(id(e))
    if connu is None:
        if len(_CONNUES) > _CONNUES_MAX:
            _CONNUES.clear()
        connu = _CONNUES[id(e)] = (e, _dependances(e))  # garder `e` empêche un autre arbre de prendre son identité
    return connu[1]


def oublier() -> None:
    """Libère les arbres de syntaxe gardés en mémoire par `dependances`."""
    _CONNUES.clear()


def _dependances(e: Expr) -> frozenset[str]:
    if isinstance(e, Var):
        return frozenset(("$" + e.nom,))
    if isinstance(e, Ctx):
        return frozenset((FOYER,))
    if isinstance(e, Racine):
        return frozenset((RACINE,))
    if isinstance(e, Pas):
        return frozenset((FOYER,)) | _dedans(e.predicats)
    if isinstance(e, Filtre):
        return dependances(e.base) | _dedans(e.predicats)
    if isinstance(e, Chemin):
        return dependances(e.etapes[0]) | _dedans(e.etapes[1:])
    if isinstance(e, Appel):
        return _appel(e)
    if isinstance(e, Bin):
        return dependances(e.g) | dependances(e.d)
    if isinstance(e, Neg | Typage):
        return dependances(e.e)
    if isinstance(e, Seq):
        return _RIEN.union(*map(dependances, e.items))
    if isinstance(e, Si):
        return dependances(e.c) | dependances(e.a) | dependances(e.b)
    if isinstance(e, Pour | Quant):
        return dependances(e.source) | (dependances(e.corps) - {"$" + e.var})
    return _RIEN


def _dedans(expressions: tuple[Expr, ...]) -> frozenset[str]:
    return _RIEN.union(*map(dependances, expressions)) - _DU_FOYER


def _appel(e: Appel) -> frozenset[str]:
    trouves = _RIEN.union(*map(dependances, e.args))
    if e.nom in ("position", "last"):
        return trouves | _DU_FOYER
    if e.nom in ("doc", "document", "doc-available"):
        return trouves | {DOC}
    if e.nom == "current":
        return trouves | {COURANT}
    if e.nom == "lang" or (not e.args and e.nom in SANS_ARGUMENT):
        return trouves | {FOYER}
    return trouves


def unir(*types: Type) -> Type:
    """Type d'une séquence qui peut mêler ces types."""
    genres = {g for g, _ in types}
    if len(genres) == 1:
        genre = genres.pop()
    elif genres <= set(NOMBRES):
        genre = "m"
    else:
        genre = "?"
    return genre, "*"
