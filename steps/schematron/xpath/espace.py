"""Espace d'évaluation : constantes partagées, documents appelés par `doc()`, compilation d'expressions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from lxml import etree

from .analyseur import analyser
from .erreurs import DocumentAbsent, HorsDePortee
from .execution import nom_espaces
from .generateur import Generateur, Portee, Variable
from .noeuds import Arbre, Noeud
from .portees import Foyer, dependances
from .syntaxe import Expr
from .valeurs import Item

_NUMEROS = count(1)  # uniques dans le processus : plusieurs espaces partagent la mémoire d'un même arbre
TAILLE_MAX = 256 * 1024 * 1024
MORCEAU_MAX = 100_000  # caractères de code engendré par expression


class Espace:
    """Ce que partagent les expressions d'un même schéma. `base` : dossier d'où se résolvent les chemins relatifs."""

    def __init__(self, base: Path, espaces: Mapping[str, str]) -> None:
        self.base = base
        self.espaces = espaces
        self.noms: dict[str, Any] = nom_espaces()
        self.noms |= {"charger": self.charger, "existe_doc": self.existe, "M": {}}
        self._constantes: dict[tuple[str, Expr, tuple[object, ...]], str] = {}
        self._objets: dict[Any, str] = {}
        self._index: dict[tuple[Expr, str], int] = {}
        self._documents: dict[Path, Arbre | None] = {}
        self._lues: dict[str, Expr] = {}

    def nom(self, prefixe: str) -> str:
        """Un nom Python neuf."""
        return f"{prefixe}{next(_NUMEROS)}"

    def objet(self, x: Any) -> str:
        """Nom sous lequel le code engendré trouve cet objet."""
        if x not in self._objets:
            self._objets[x] = nom = self.nom("o")
            self.noms[nom] = x
        return self._objets[x]

    def index(self, nom: str, cle: Expr) -> int:
        """Numéro de l'index des éléments `nom` par la clé `cle`."""
        if (cle, nom) not in self._index:
            self._index[cle, nom] = next(_NUMEROS)
        return self._index[cle, nom]

    def analyser(self, texte: str) -> Expr:
        """Arbre de syntaxe, gardé en mémoire."""
        e = self._lues.get(texte)
        if e is None:
            e = self._lues[texte] = analyser(texte, self.espaces)
        return e

    def constante(self, e: Expr, portee: Portee, cible: str, par_document: bool) -> str:
        """Code d'appel d'une fonction qui calcule `e` une fois par document, ou une fois pour toutes."""
        citees = sorted(x[1:] for x in dependances(e) if x[0] == "$")
        cle = (cible, e, tuple(portee[nom].expr or portee[nom].code for nom in citees))
        connu = self._constantes.get(cle)
        if connu is not None:
            return connu
        numero = next(_NUMEROS)
        foyer = Foyer("R_", "n", principal=True) if par_document else None
        g = Generateur(self, portee, None, exclue=e)
        code = {"ebv": g.ebv, "valeur": g.valeur}.get(cible, lambda x, f: f"frozenset({g.chaines(x, f)})")(e, foyer)
        parametre = "D" if par_document else ""
        source = (
            f"def k{numero}({parametre}):\n"
            f"    m = {'D.m' if par_document else 'M'}\n"
            f"    if {numero} in m: return m[{numero}]\n"
            + ("    R_ = D.racine\n" if par_document else "")
            + f"    v = m[{numero}] = {code}\n    return v\n"
        )
        self.executer(source)
        appel = f"k{numero}({parametre})"
        self._constantes[cle] = appel
        return appel

    def executer(self, source: str) -> None:
        """Définit du code engendré par nous dans l'espace de noms. Lève `HorsDePortee` s'il est démesuré."""
        if len(source) > MORCEAU_MAX * 10:
            raise HorsDePortee("code engendré trop long")
        try:
            exec(compile(source, "<xpath>", "exec"), self.noms)
        except (RecursionError, MemoryError, SyntaxError) as cause:
            raise HorsDePortee(f"code engendré refusé : {cause}") from None

    # --- documents -------------------------------------------------------------------------------------------------

    def _chemin(self, nom: str) -> Path | None:
        if "://" in nom or nom.startswith(("http:", "urn:", "data:")) or "\0" in nom or not nom:
            return None
        chemin = Path(unquote(nom.removeprefix("file:").partition("#")[0]))
        return self.base / chemin

    def _lire(self, nom: str) -> Arbre | None:
        chemin = self._chemin(nom)
        if chemin is None:
            return None
        if chemin not in self._documents:
            self._documents[chemin] = lire_document(chemin)
        return self._documents[chemin]

    def charger(self, nom: str | None) -> list[Noeud]:
        """`doc()`. Lève `DocumentAbsent`."""
        if nom is None:
            return []
        arbre = self._lire(nom)
        if arbre is None:
            raise DocumentAbsent(nom)
        return [arbre.racine]

    def existe(self, nom: str | None) -> bool:
        """`doc-available()`."""
        return nom is not None and self._lire(nom) is not None


def lire_document(chemin: Path) -> Arbre | None:
    """L'arbre d'un fichier XML, None s'il est absent, démesuré ou mal formé ; ni réseau ni entités."""
    try:
        if not chemin.is_file() or chemin.stat().st_size > TAILLE_MAX:
            return None
        analyseur = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
        return Arbre(etree.parse(chemin, analyseur), str(chemin))
    except (OSError, etree.XMLSyntaxError, ValueError):
        return None


class Expression:
    """Une expression compilée seule, pour les essais et les appels isolés."""

    def __init__(self, texte: str, espaces: Mapping[str, str], base: Path, variables: tuple[str, ...] = ()) -> None:
        self.espace = Espace(base, espaces)
        portee = {nom: Variable(f"X[{nom!r}]", ("?", "*")) for nom in variables}
        foyer = Foyer("c", "n", principal=True)
        g = Generateur(self.espace, portee, foyer)
        e = self.espace.analyser(texte)
        try:
            code = g.liste(e, foyer)
        except RecursionError:
            raise HorsDePortee("expression trop imbriquée") from None
        self.code = code
        self.espace.executer(f"def expression(c, D, X):\n    return {code}\n")

    def evaluer(self, n: Noeud, variables: Mapping[str, list[Item]] | None = None) -> list[Item]:
        """Valeur de l'expression depuis un nœud. Lève `ErreurXPath`."""
        fonction: Callable[..., list[Item]] = self.espace.noms["expression"]
        return fonction(n, n.arbre, variables or {})
