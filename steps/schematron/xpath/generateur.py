"""D'une expression à du code Python : valeurs, listes, booléens effectifs, chaînes.

Chaque méthode rend le texte d'une expression Python, à évaluer là où `D` est l'arbre jugé et où la variable du foyer
existe. `valeur` rend la forme naturelle (scalaire ou liste, selon le type statique) ; les autres la convertissent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from . import catalogue
from .chemins import Chemins
from .comparaisons import Comparaisons
from .conversions import TYPES
from .erreurs import HorsDePortee
from .execution import TYPES_INSTANCE
from .portees import COURANT, DOC, FOYER, NOEUDS, NOMBRES, POSITION, RACINE, Foyer, Type, dependances, unir
from .syntaxe import (
    Appel,
    Bin,
    Chemin,
    Ctx,
    Expr,
    Filtre,
    Lit,
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

if TYPE_CHECKING:
    from .espace import Espace

ARITHMETIQUE = ("+", "-", "*", "div", "idiv", "mod")
GENERALES = ("=", "!=", "<", "<=", ">", ">=")
VALEURS = ("eq", "ne", "lt", "le", "gt", "ge")
IDENTITES = ("is", "<<", ">>")
ENSEMBLES = {"union": "union", "intersect": "commun", "except": "sauf"}


@dataclass(frozen=True)
class Variable:
    """Ce que vaut `$nom` : du code de type connu, ou une expression reprise telle quelle sous son foyer d'origine."""

    code: str = ""
    type: Type = ("?", "*")
    expr: Expr | None = None
    foyer: Foyer | None = None
    portee: Mapping[str, Variable] | None = None
    globale: bool = False


Portee = Mapping[str, Variable]


class Generateur(Chemins, Comparaisons):
    """Engendre le code d'expressions sous une même portée de variables."""

    def __init__(
        self, espace: Espace, portee: Portee, courant: Foyer | None = None, exclue: Expr | None = None
    ) -> None:
        self.espace = espace
        self.portee = portee
        self.courant = courant
        self.exclue = exclue  # l'expression dont on engendre justement la constante

    def nom(self, prefixe: str = "n") -> str:
        """Un nom Python neuf."""
        return self.espace.nom(prefixe)

    def sous(self, portee: Portee) -> Generateur:
        """Le même générateur sous une autre portée."""
        return Generateur(self.espace, portee, self.courant, self.exclue)

    # --- constantes ------------------------------------------------------------------------------------------------

    def constante(self, e: Expr, f: Foyer | None, cible: str) -> str | None:
        """Code d'appel de la constante que vaut `e` pour tout le document (ou partout), None si elle ne l'est pas."""
        d = dependances(e)
        if not d & {RACINE, DOC} or d & {FOYER, POSITION, COURANT} or e is self.exclue:
            return None
        if RACINE in d and not (f is not None and f.principal):
            return None
        for x in d:
            if x[0] == "$":
                v = self.portee.get(x[1:])
                if v is None or not (v.globale or isinstance(v.expr, Lit)):
                    return None
                if v.globale and not isinstance(v.expr, Lit):
                    d |= {RACINE}
        return self.espace.constante(e, self.portee, cible, par_document=RACINE in d)

    # --- types -----------------------------------------------------------------------------------------------------

    def type(self, e: Expr, f: Foyer | None) -> Type:
        """Type statique."""
        if isinstance(e, Lit):
            return e.genre, "1"
        if isinstance(e, Var):
            return self.type_variable(e)
        if isinstance(e, Ctx):
            return (f.genre if f else "?"), "1"
        if isinstance(e, Racine):
            return "n", "1"
        if isinstance(e, Pas | Chemin):
            return self.type_chemin(e, f)
        if isinstance(e, Filtre):
            genre, _ = self.type(e.base, f)
            seul = any(isinstance(p, Lit) and p.genre == "i" for p in e.predicats)
            return genre, "?" if seul else "*"
        if isinstance(e, Appel):
            return catalogue.type_appel(self, e, f)
        if isinstance(e, Bin):
            return self._type_bin(e, f)
        if isinstance(e, Neg):
            genre, nombre = self.type(e.e, f)
            if genre not in (*NOMBRES, "n", "u", "?"):
                raise HorsDePortee("signe devant ce type")
            return (genre if genre in NOMBRES else "m"), "1" if nombre == "1" and genre in NOMBRES else "?"
        if isinstance(e, Seq):
            return unir(*(self.type(x, f) for x in e.items)) if e.items else ("?", "*")
        if isinstance(e, Si):
            a, b = self.type(e.a, f), self.type(e.b, f)
            return a if a == b else unir(a, b)
        if isinstance(e, Pour):
            return self.sous(self._avec(e, f)).type(e.corps, f)[0], "*"
        if isinstance(e, Quant):
            return "b", "1"
        assert isinstance(e, Typage)
        if e.op in ("instance", "castable"):
            return "b", "1"
        return ("?", "*") if e.op == "treat" else (catalogue.genre_de(e.type.atomique), "?")

    def type_variable(self, e: Var) -> Type:
        v = self.portee.get(e.nom)
        if v is None:
            raise HorsDePortee(f"variable ${e.nom} inconnue")
        if v.expr is not None:
            return self.sous(v.portee or {}).type(v.expr, v.foyer)
        return v.type

    def _type_bin(self, e: Bin, f: Foyer | None) -> Type:
        if e.op in ("and", "or", *GENERALES):
            return "b", "1"
        if e.op in (*VALEURS, *IDENTITES):
            return "b", "?"
        if e.op in ENSEMBLES:
            return NOEUDS
        if e.op == "to":
            return "i", "*"
        (ga, _ca), (gb, _cb) = self.type(e.g, f), self.type(e.d, f)
        if not {ga, gb} <= {*NOMBRES, "n", "u", "?"}:
            raise HorsDePortee(f"« {e.op} » sur ces types")
        genre = "m"
        if e.op == "idiv" or (ga == gb == "i" and e.op != "div"):
            genre = "i"
        elif "d" in (ga, gb) and {ga, gb} <= set(NOMBRES):
            genre = "d"
        return genre, "?"

    def _avec(self, e: Pour | Quant, f: Foyer | None, var: str = "x") -> Portee:
        genre, _ = self.type(e.source, f)
        code = f"[{var}]" if genre in ("n", "?") else var
        return {**self.portee, e.var: Variable(code, (genre, "1"))}

    # --- formes ----------------------------------------------------------------------------------------------------

    def liste(self, e: Expr, f: Foyer | None) -> str:
        """Code d'une liste d'items."""
        code = self.valeur(e, f)
        genre, nombre = self.type(e, f)
        if nombre == "1" and genre not in ("n", "?"):
            return f"[Ua({code})]" if genre == "u" else f"[{code}]"
        return code

    def ebv(self, e: Expr, f: Foyer | None) -> str:
        """Code vrai ou faux comme la valeur booléenne effective."""
        const = self.constante(e, f, "ebv")
        if const:
            return const
        if isinstance(e, Bin) and e.op in ("and", "or"):
            termes: list[str] = []
            reste: Expr = e
            while isinstance(reste, Bin) and reste.op == e.op:
                termes.append(self.ebv(reste.d, f))
                reste = reste.g
            termes.append(self.ebv(reste, f))
            return "(" + f" {e.op} ".join(reversed(termes)) + ")"
        genre, nombre = self.type(e, f)
        if genre in ("t", "q"):
            raise HorsDePortee("valeur booléenne d'une date ou d'un nom")
        if genre == "n":
            return self.existe(e, f)
        if nombre == "1":
            code = self.valeur(e, f)
            if genre in ("b", "s", "u"):
                return code
            if genre == "i":
                return f"({code} != 0)"
            if genre != "?":
                return f"ebv1({code})"
        return f"ebv({self.liste(e, f)})"

    def chaine_opt(self, e: Expr, f: Foyer | None) -> str | None:
        """Code d'une chaîne ou de None, si l'expression en donne au plus une ; sinon None."""
        if isinstance(e, Var):
            v = self.portee.get(e.nom)
            if v is not None and v.expr is not None:
                return self.sous(v.portee or {}).chaine_opt(v.expr, v.foyer)
        genre, nombre = self.type(e, f)
        if genre in ("s", "u") and nombre == "1":
            return self.valeur(e, f)
        if genre == "n" and nombre in ("1", "?") and self.constante(e, f, "valeur") is None:
            if isinstance(e, Ctx) and f is not None:
                return f"chaine({f.var})"
            flux = self.flux(e, f)
            if flux.attr and not flux.clauses:
                return f"{flux.var}.a.get({flux.attr!r})"
        return None

    def valeur(self, e: Expr, f: Foyer | None) -> str:
        """Code de la forme naturelle."""
        const = self.constante(e, f, "valeur")
        if const:
            return const
        if isinstance(e, Lit):
            if isinstance(e.valeur, Decimal):
                return f"F.Decimal({str(e.valeur)!r})"
            return repr(e.valeur) if e.valeur != float("inf") else "F.math.inf"
        if isinstance(e, Var):
            return self._variable(e)
        if isinstance(e, Ctx):
            if f is None:
                raise HorsDePortee("pas d'item courant")
            return f"[{f.var}]" if f.genre in ("n", "?") else f.var
        if isinstance(e, Racine | Pas | Chemin):
            return self.noeuds_ou_valeurs(e, f)
        if isinstance(e, Filtre):
            return self.filtre(e, f)
        if isinstance(e, Appel):
            return catalogue.appel(self, e, f)
        if isinstance(e, Bin):
            return self._bin(e, f)
        if isinstance(e, Neg):
            if self.type(e, f)[1] == "1":
                return f"(-{self.valeur(e.e, f)})" if not e.plus else self.valeur(e.e, f)
            return f"oppose({self.liste(e.e, f)}, {e.plus})"
        if isinstance(e, Seq):
            return "[" + ", ".join(f"*{self.liste(x, f)}" for x in e.items) + "]"
        if isinstance(e, Si):
            forme = self.valeur if self.type(e.a, f) == self.type(e.b, f) else self.liste
            return f"({forme(e.a, f)} if {self.ebv(e.c, f)} else {forme(e.b, f)})"
        if isinstance(e, Pour | Quant):
            return self._boucle(e, f)
        assert isinstance(e, Typage)
        return self._typage(e, f)

    def _variable(self, e: Var) -> str:
        v = self.portee.get(e.nom)
        if v is None:
            raise HorsDePortee(f"variable ${e.nom} inconnue")
        if v.expr is not None:
            return self.sous(v.portee or {}).valeur(v.expr, v.foyer)
        return v.code

    def _bin(self, e: Bin, f: Foyer | None) -> str:
        if e.op in ("and", "or"):
            return f"bool({self.ebv(e, f)})"
        if e.op in GENERALES:
            return self.comparaison(e, f)
        if e.op in VALEURS:
            return self.comparaison_de_valeurs(e, f)
        g, d = self.liste(e.g, f), self.liste(e.d, f)
        if e.op in IDENTITES:
            return f"comparer_noeuds({e.op!r}, {g}, {d})"
        types = {self.type(e.g, f)[0], self.type(e.d, f)[0]}
        if e.op in ENSEMBLES:
            if not types <= {"n", "?"}:
                raise HorsDePortee(f"« {e.op} » entre valeurs qui ne sont pas des nœuds")
            return f"{ENSEMBLES[e.op]}({g}, {d})"
        if e.op == "to":
            if not types <= {"i", "n", "u", "?"}:
                raise HorsDePortee("« to » entre valeurs qui ne sont pas des entiers")
            return f"intervalle({g}, {d})"
        self.type(e, f)
        return f"calculer({e.op!r}, {g}, {d})"

    def _boucle(self, e: Pour | Quant, f: Foyer | None) -> str:
        var = self.nom("x")
        dedans = self.sous(self._avec(e, f, var))
        source = self.liste(e.source, f)
        if isinstance(e, Quant):
            return f"{'all' if e.tous else 'any'}({dedans.ebv(e.corps, f)} for {var} in {source})"
        genre, nombre = dedans.type(e.corps, f)
        if nombre == "1" and genre not in ("n", "?"):
            code = dedans.valeur(e.corps, f)
            return f"[{f'Ua({code})' if genre == 'u' else code} for {var} in {source}]"
        y = self.nom("y")
        return f"[{y} for {var} in {source} for {y} in {dedans.liste(e.corps, f)}]"

    def _typage(self, e: Typage, f: Foyer | None) -> str:
        t = e.type
        items = self.liste(e.e, f)
        if e.op in ("instance", "treat"):
            if t.test is None and t.atomique not in TYPES_INSTANCE and t.atomique != "empty-sequence":
                raise HorsDePortee(f"« {e.op} » avec xs:{t.atomique}")
            return f"{'instance' if e.op == 'instance' else 'traiter'}({items}, {self.espace.objet(t)})"
        if t.test is not None or t.atomique not in TYPES or t.atomique == "QName" or t.occurrence in ("*", "+"):
            raise HorsDePortee(f"« {e.op} as » vers ce type")
        fonction = "mouler" if e.op == "cast" else "moulable"
        return f"{fonction}({items}, {t.atomique!r}, {t.occurrence == '?'})"
