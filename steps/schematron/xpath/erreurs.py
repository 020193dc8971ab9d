"""Ce que le moteur XPath dit quand il ne sait pas faire, ou quand l'expression se trompe."""

from __future__ import annotations


class HorsDePortee(Exception):
    """Levée à la compilation : notre moteur ne garantit pas le bon résultat, un autre doit juger."""


class ErreurXPath(Exception):
    """Erreur dynamique de XPath ; `code` est celui du W3C (`XPTY0004`, `FORG0001`…)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code} : {message}")
        self.code = code


class DocumentAbsent(ErreurXPath):
    """`doc()` ou `document()` désigne un fichier absent ou illisible ; `nom` est le nom demandé."""

    def __init__(self, nom: str) -> None:
        super().__init__("FODC0002", f"jeu de valeurs absent : {nom}")
        self.nom = nom
