"""Lecture des lexèmes, des tests de nœud et des types de séquence. Source : XPath 2.0, annexe A.1."""

from __future__ import annotations

from collections.abc import Mapping

from .erreurs import HorsDePortee
from .lexique import lexemes
from .syntaxe import (
    Test,
    TypeSeq,
)

XS = "http://www.w3.org/2001/XMLSchema"
FN = "http://www.w3.org/2005/xpath-functions"
XML = "http://www.w3.org/XML/1998/namespace"
AXES = frozenset(
    [
        "child",
        "descendant",
        "attribute",
        "self",
        "descendant-or-self",
        "following-sibling",
        "following",
        "parent",
        "ancestor",
        "preceding-sibling",
        "preceding",
        "ancestor-or-self",
    ]
)
TOUT_NOEUD = Test("node")
TESTS = frozenset(["node", "text", "comment", "processing-instruction", "element", "attribute", "document-node"])


class Lecture:
    """Lexèmes d'une expression, et ce qui se lit sans redescendre dans les expressions : tests de nœud et types."""

    def __init__(self, texte: str, espaces: Mapping[str, str]) -> None:
        self.texte = texte
        self.espaces = espaces
        self.lex = lexemes(texte)
        self.i = 0

    # --- lecture ---------------------------------------------------------------------------------------------------

    def erreur(self, quoi: str) -> HorsDePortee:
        return HorsDePortee(f"{quoi} dans {self.texte[:120]!r}, au lexème {self.lex[self.i][1]!r}")

    def vu(self, *mots: str) -> bool:
        """Le lexème courant est-il l'un de ces signes ou mots-clés ?"""
        genre, texte = self.lex[self.i]
        return texte in mots and genre in ("signe", "nom")

    def suivant(self, decalage: int = 1) -> str:
        i = self.i + decalage
        return self.lex[i][1] if i < len(self.lex) and self.lex[i][0] in ("signe", "nom") else ""

    def prendre(self) -> str:
        texte = self.lex[self.i][1]
        self.i += 1
        return texte

    def attendre(self, mot: str) -> None:
        if not self.vu(mot):
            raise self.erreur(f"« {mot} » attendu")
        self.i += 1

    def espace(self, prefixe: str) -> str:
        if prefixe == "xml":
            return XML
        if prefixe not in self.espaces:
            raise self.erreur(f"préfixe {prefixe!r} non déclaré")
        return self.espaces[prefixe]

    # --- types -----------------------------------------------------------------------------------------------------

    def type_sequence(self) -> TypeSeq:
        test: Test | None = None
        atomique = ""
        if self.suivant() == "(":
            if self.vu("empty-sequence"):
                self.i += 2
                self.attendre(")")
                return TypeSeq(None, "empty-sequence", "")
            if self.vu("item"):
                self.i += 2
                self.attendre(")")
                atomique = "item"
            else:
                test = self.test_de_genre()
        else:
            if self.lex[self.i][0] != "nom" or ":" not in self.lex[self.i][1]:
                raise self.erreur("type attendu")
            prefixe, _, local = self.prendre().partition(":")
            if self.espace(prefixe) != XS:
                raise self.erreur("type hors de XML Schema")
            atomique = local
        occurrence = self.prendre() if self.vu("?", "*", "+") else ""
        return TypeSeq(test, atomique, occurrence)

    def test(self, axe: str) -> Test:
        genre, texte = self.lex[self.i]
        if genre == "signe" and texte == "*":
            self.i += 1
            return Test("nom")
        if genre != "nom":
            raise self.erreur("test de nœud attendu")
        if texte in TESTS and self.suivant() == "(":
            return self.test_de_genre()
        self.i += 1
        prefixe, deux_points, local = texte.partition(":")
        if not deux_points:
            return Test("nom", "", prefixe)
        if prefixe == "*":
            return Test("nom", None, local)
        return Test("nom", self.espace(prefixe), None if local == "*" else local)

    def test_de_genre(self) -> Test:
        mot = self.prendre()
        if mot not in TESTS:
            raise self.erreur(f"test {mot!r}")
        self.attendre("(")
        uri: str | None = None
        local: str | None = None
        if mot in ("element", "attribute") and not self.vu(")"):
            nomme = self.test("child")
            uri, local = nomme.uri, nomme.local
        elif mot == "processing-instruction" and not self.vu(")"):
            genre, texte = self.lex[self.i]
            local = texte[1:-1].strip() if genre == "chaine" else texte
            self.i += 1
        self.attendre(")")  # un type (« element(a, xs:int) ») demande un schéma : refusé ici
        noms = {"processing-instruction": "pi", "document-node": "document"}
        return Test(noms.get(mot, mot), uri, local)
