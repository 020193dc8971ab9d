"""Code des comparaisons, spécialisé quand les types statiques sont des chaînes ou des nombres."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .erreurs import HorsDePortee
from .portees import CHAINES, NOMBRES, Foyer
from .syntaxe import Bin, Chemin, Ctx, Expr, Filtre, Lit, Pas, Racine, Seq, Var

if TYPE_CHECKING:
    from .generateur import Generateur

_MIROIR = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_PYTHON = {"=": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


class Comparaisons:
    """Partie du générateur qui traite les comparaisons ; voir `Generateur`."""

    def chaines(self: Generateur, e: Expr, f: Foyer | None) -> str:  # type: ignore[misc]
        """Code d'un itérable des valeurs textuelles de `e`, dont le genre est n, s ou u."""
        if isinstance(e, Var):
            v = self.portee.get(e.nom)
            if v is not None and v.expr is not None:
                return self.sous(v.portee or {}).chaines(v.expr, v.foyer)
        genre, nombre = self.type(e, f)
        if genre in ("s", "u"):
            return f"({self.valeur(e, f)},)" if nombre == "1" else self.valeur(e, f)
        if isinstance(e, Seq):
            return "[" + ", ".join(f"*{self.chaines(x, f)}" for x in e.items) + "]"
        simple = isinstance(e, Pas | Ctx | Racine) or (isinstance(e, Chemin) and isinstance(e.etapes[-1], Pas | Ctx))
        if self.constante(e, f, "valeur") is None and simple:
            flux = self.flux(e, f)
            clauses = " ".join(flux.clauses)
            if flux.attr:
                valeur = f"{flux.var}.a[{flux.attr!r}]"
                garde = f"if {flux.attr!r} in {flux.var}.a"
                if clauses:
                    return f"[{valeur} {clauses} {garde}]"
                return f"(({valeur},) if {flux.attr!r} in {flux.var}.a else ())"
            return f"[chaine({flux.var}) {clauses}]" if clauses else f"(chaine({flux.var}),)"
        x = self.nom("x")
        return f"[chaine({x}) for {x} in {self.liste(e, f)}]"

    def comparaison(self: Generateur, e: Bin, f: Foyer | None) -> str:  # type: ignore[misc]
        """Comparaison générale : code d'un booléen Python."""
        (ga, ca), (gb, cb) = self.type(e.g, f), self.type(e.d, f)
        if ga in CHAINES and gb in CHAINES:
            return self._entre_chaines(e.op, e.g, e.d, f)
        if ga in NOMBRES and gb in NOMBRES and ca == cb == "1":
            a, b = self.valeur(e.g, f), self.valeur(e.d, f)
            if ga == gb == "i":
                return f"({a} {_PYTHON[e.op]} {b})"
            return f"nombres2({e.op!r}, {a}, {b})"
        if gb in NOMBRES and cb == "1" and ga in ("n", "u") and self.que_des_ua(e.g):
            return f"nombres_l({e.op!r}, {self.chaines(e.g, f)}, {self.valeur(e.d, f)})"
        if ga in NOMBRES and ca == "1" and gb in ("n", "u") and self.que_des_ua(e.d):
            return f"nombres_l({_MIROIR[e.op]!r}, {self.chaines(e.d, f)}, {self.valeur(e.g, f)})"
        _compatibles(ga, gb)
        return f"generale({e.op!r}, {self.liste(e.g, f)}, {self.liste(e.d, f)})"

    def que_des_ua(self: Generateur, e: Expr) -> bool:  # type: ignore[misc]
        """Chaque nœud s'atomise-t-il en xs:untypedAtomic ? (faux pour commentaires et instructions de traitement)"""
        if isinstance(e, Filtre):
            return self.que_des_ua(e.base)
        if isinstance(e, Chemin):
            return self.que_des_ua(e.etapes[-1])
        return isinstance(e, Pas) and e.test.genre in ("nom", "element", "attribute", "text")

    def _entre_chaines(self: Generateur, op: str, a: Expr, b: Expr, f: Foyer | None) -> str:  # type: ignore[misc]
        un_a, un_b = self.chaine_opt(a, f), self.chaine_opt(b, f)
        if un_a is not None and un_b is not None:
            if isinstance(b, Lit) and op == "=":
                return f"({un_a} == {un_b})"
            if isinstance(a, Lit) and op == "=":
                return f"({un_b} == {un_a})"
            if self.type(a, f)[1] == self.type(b, f)[1] == "1":
                return f"({un_a} {_PYTHON[op]} {un_b})"
            if op == "=":
                return f"F.egales({un_a}, {un_b})"
            return f"F.comparees({op!r}, {un_a}, {un_b})"
        if op == "=":
            for x, y in ((a, b), (b, a)):
                const = self.constante(x, f, "ensemble")
                if const:
                    seule = self.chaine_opt(y, f)
                    if seule is not None:
                        return f"({seule} in {const})"
                    return f"(not {const}.isdisjoint({self.chaines(y, f)}))"
            for x, y in ((a, b), (b, a)):
                seule = self.chaine_opt(y, f)
                if seule is not None:
                    return f"({seule} in {self.chaines(x, f)})"
        return f"textes_ll({op!r}, {self.chaines(a, f)}, {self.chaines(b, f)})"

    def comparaison_de_valeurs(self: Generateur, e: Bin, f: Foyer | None) -> str:  # type: ignore[misc]
        """`eq`, `lt`… : code d'une liste d'au plus un booléen."""
        ga, gb = self.type(e.g, f)[0], self.type(e.d, f)[0]
        # un nœud s'atomise en xs:untypedAtomic, que ces opérateurs prennent pour une chaîne
        _compatibles(*("s" if g in ("n", "u") else g for g in (ga, gb)))
        return f"valeur({e.op!r}, {self.liste(e.g, f)}, {self.liste(e.d, f)})"


def _compatibles(a: str, b: str) -> None:
    """Lève `HorsDePortee` pour deux types qui ne se comparent jamais : Saxon refuse alors tout le schéma."""
    familles = {"s": "s", "b": "b", "t": "t", "q": "q", **dict.fromkeys(NOMBRES, "m")}
    if a in familles and b in familles and familles[a] != familles[b]:
        raise HorsDePortee("comparaison entre types incompatibles")
