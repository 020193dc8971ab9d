"""Analyse d'une expression XPath 2.0 en arbre de syntaxe, par descente récursive. Source : XPath 2.0, annexe A.1."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from .erreurs import HorsDePortee
from .lecture import AXES, FN, TESTS, TOUT_NOEUD, Lecture
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

ENTRE = Pas("descendant-or-self", TOUT_NOEUD)  # le « // » abrégé
_COMPARAISONS = frozenset(["=", "!=", "<", "<=", ">", ">=", "eq", "ne", "lt", "le", "gt", "ge", "is", "<<", ">>"])
_RESERVES = TESTS | {"if", "item", "empty-sequence", "typeswitch", "schema-element", "schema-attribute"}


class _Analyse(Lecture):
    # --- opérateurs ------------------------------------------------------------------------------------------------

    def expression(self) -> Expr:
        items = [self.simple()]
        while self.vu(","):
            self.i += 1
            items.append(self.simple())
        return items[0] if len(items) == 1 else Seq(tuple(items))

    def simple(self) -> Expr:
        if self.vu("for", "some", "every") and self.suivant() == "$":
            return self.liaisons(self.prendre())
        if self.vu("if") and self.suivant() == "(":
            self.i += 2
            condition = self.expression()
            self.attendre(")")
            self.attendre("then")
            alors = self.simple()
            self.attendre("else")
            return Si(condition, alors, self.simple())
        return self.ou()

    def liaisons(self, mot: str) -> Expr:
        liees: list[tuple[str, Expr]] = []
        while True:
            self.attendre("$")
            if self.lex[self.i][0] != "nom":
                raise self.erreur("nom de variable attendu")
            nom = self.prendre()
            self.attendre("in")
            liees.append((nom, self.simple()))
            if not self.vu(","):
                break
            self.i += 1
        self.attendre("return" if mot == "for" else "satisfies")
        corps = self.simple()
        for nom, source in reversed(liees):
            corps = Pour(nom, source, corps) if mot == "for" else Quant(mot == "every", nom, source, corps)
        return corps

    def ou(self) -> Expr:
        g = self.et()
        while self.vu("or"):
            self.i += 1
            g = Bin("or", g, self.et())
        return g

    def et(self) -> Expr:
        g = self.comparaison()
        while self.vu("and"):
            self.i += 1
            g = Bin("and", g, self.comparaison())
        return g

    def comparaison(self) -> Expr:
        g = self.intervalle()
        if self.lex[self.i][1] in _COMPARAISONS and self.lex[self.i][0] in ("signe", "nom"):
            op = self.prendre()
            g = Bin(op, g, self.intervalle())
        return g

    def intervalle(self) -> Expr:
        g = self.somme()
        if self.vu("to"):
            self.i += 1
            g = Bin("to", g, self.somme())
        return g

    def somme(self) -> Expr:
        g = self.produit()
        while self.vu("+", "-"):
            g = Bin(self.prendre(), g, self.produit())
        return g

    def produit(self) -> Expr:
        g = self.union()
        while self.vu("*", "div", "idiv", "mod"):
            g = Bin(self.prendre(), g, self.union())
        return g

    def union(self) -> Expr:
        g = self.intersection()
        while self.vu("|", "union"):
            self.i += 1
            g = Bin("union", g, self.intersection())
        return g

    def intersection(self) -> Expr:
        g = self.typage()
        while self.vu("intersect", "except"):
            g = Bin(self.prendre(), g, self.typage())
        return g

    def typage(self) -> Expr:
        e = self.unaire()
        for mot, second in (("cast", "as"), ("castable", "as"), ("treat", "as"), ("instance", "of")):
            if self.vu(mot) and self.suivant() == second:
                self.i += 2
                e = Typage(mot, e, self.type_sequence())
        return e

    def unaire(self) -> Expr:
        signes = []
        while self.vu("-", "+"):
            signes.append(self.prendre())
        e = self.chemin()
        for signe in reversed(signes):
            e = Neg(e, signe == "+")
        return e

    # --- chemins ---------------------------------------------------------------------------------------------------

    def debut_de_pas(self) -> bool:
        genre, texte = self.lex[self.i]
        return genre in ("nom", "chaine", "entier", "decimal", "double") or (
            genre == "signe" and texte in ("*", "@", ".", "..", "(", "$")
        )

    def chemin(self) -> Expr:
        etapes: list[Expr] = []
        if self.vu("/"):
            self.i += 1
            if not self.debut_de_pas():
                return Racine()
            etapes = [Racine(), self.etape()]
        elif self.vu("//"):
            self.i += 1
            etapes = [Racine(), ENTRE, self.etape()]
        else:
            etapes = [self.etape()]
        while self.vu("/", "//"):
            if self.prendre() == "//":
                etapes.append(ENTRE)
            etapes.append(self.etape())
        return etapes[0] if len(etapes) == 1 else Chemin(tuple(etapes))

    def etape(self) -> Expr:
        genre, texte = self.lex[self.i]
        if genre == "signe" and texte in ("@", "..", "*"):
            return self.pas()
        if genre == "nom":
            apres = self.suivant()
            if apres == "::" or apres != "(" or texte in TESTS:
                return self.pas()
        base = self.primaire()
        predicats = self.predicats()
        return Filtre(base, predicats) if predicats else base

    def pas(self) -> Expr:
        if self.vu(".."):
            self.i += 1
            return Pas("parent", TOUT_NOEUD, self.predicats())
        axe = ""
        if self.vu("@"):
            self.i += 1
            axe = "attribute"
        elif self.suivant() == "::":
            axe = self.prendre()
            if axe not in AXES:
                raise self.erreur(f"axe {axe!r}")
            self.i += 1
        test = self.test(axe or "child")
        if not axe:
            axe = "attribute" if test.genre == "attribute" else "child"
        return Pas(axe, test, self.predicats())

    def predicats(self) -> tuple[Expr, ...]:
        lus = []
        while self.vu("["):
            self.i += 1
            lus.append(self.expression())
            self.attendre("]")
        return tuple(lus)

    def primaire(self) -> Expr:
        genre, texte = self.lex[self.i]
        self.i += 1
        if genre == "chaine":
            return Lit(texte[1:-1].replace(texte[0] * 2, texte[0]), "s")
        if genre == "entier":
            return Lit(int(texte), "i")
        if genre == "decimal":
            return Lit(Decimal(texte), "m")
        if genre == "double":
            return Lit(float(texte), "d")
        if texte == "." and genre == "signe":
            return Ctx()
        if texte == "$":
            if self.lex[self.i][0] != "nom":
                raise self.erreur("nom de variable attendu")
            return Var(self.prendre())
        if texte == "(" and genre == "signe":
            if self.vu(")"):
                self.i += 1
                return Seq(())
            e = self.expression()
            self.attendre(")")
            # des parenthèses arrêtent les prédicats et la réécriture des chemins : (a/b)[1] n'est pas a/b[1]
            return Filtre(e, ()) if isinstance(e, Chemin | Pas) else e
        if genre == "nom" and self.vu("(") and texte not in _RESERVES:
            return self.appel(texte)
        self.i -= 1
        raise self.erreur("expression attendue")

    def appel(self, texte: str) -> Expr:
        prefixe, _, local = texte.rpartition(":")
        uri = self.espace(prefixe) if prefixe else FN
        self.attendre("(")
        args: list[Expr] = []
        while not self.vu(")"):
            if args:
                self.attendre(",")
            args.append(self.simple())
        self.attendre(")")
        return Appel(local if uri == FN else f"{{{uri}}}{local}", tuple(args))


def analyser(texte: str, espaces: Mapping[str, str]) -> Expr:
    """L'arbre de `texte`. `HorsDePortee` si ce n'est pas du XPath 2.0 que nous savons lire.

    >>> analyser("1 + 2", {})
    Bin(op='+', g=Lit(valeur=1, genre='i'), d=Lit(valeur=2, genre='i'))
    """
    analyse = _Analyse(texte, espaces)
    try:
        e = analyse.expression()
    except RecursionError:
        raise HorsDePortee(f"expression trop imbriquée : {texte[:80]!r}") from None
    if analyse.lex[analyse.i][0] != "fin":
        raise analyse.erreur("fin attendue")
    return e
