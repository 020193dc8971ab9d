"""Espace d'évaluation : constantes partagées, documents appelés par `doc()`, compilation d'expressions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from types import CodeType
from typing import Any

from lxml import etree

from .analyseur import analyser
from .erreurs import DocumentAbsent, ErreurXPath, HorsDePortee
from .execution import nom_espaces
from .generateur import Generateur, Portee, Variable
from .noeuds import Arbre, Noeud
from .portees import Foyer, dependances, oublier
from .syntaxe import Expr, Test, TypeSeq
from .valeurs import Item

_ESPACES = count(1)  # plusieurs espaces partagent la mémoire d'un même arbre : `E` distingue leurs clés
_NOM_SPECIAL = re.compile(r"[#?%\\\0]|^[^/]*:")
_DOCUMENTS_MAX = 2000
TAILLE_MAX = 256 * 1024 * 1024
CODE_MAX = 1_000_000  # caractères de code engendré pour une règle


class Espace:
    """Ce que partagent les expressions d'un même schéma. `base` : dossier d'où se résolvent les chemins relatifs."""

    def __init__(self, base: Path, espaces: Mapping[str, str]) -> None:
        self.base = base
        self.espaces = espaces
        self.noms: dict[str, Any] = nom_espaces()
        self.noms |= {"charger": self.charger, "existe_doc": self.existe, "M": {}, "E": next(_ESPACES)}
        self.compteur = 0
        self.codes: dict[str, CodeType] = {}
        self._repris: dict[str, CodeType] = {}
        self._constantes: dict[tuple[str, Expr, tuple[object, ...]], str] = {}
        self._objets: dict[Any, str] = {}
        self._index: dict[tuple[Expr, str], int] = {}
        self._documents: dict[Path, tuple[tuple[int, int] | None, Arbre | None]] = {}
        self._lues: dict[str, Expr] = {}

    def nom(self, prefixe: str) -> str:
        """Un nom Python neuf."""
        return f"{prefixe}{self._numero()}"

    def _numero(self) -> int:
        self.compteur += 1
        return self.compteur

    def objet(self, x: Any) -> str:
        """Nom sous lequel le code engendré trouve cet objet."""
        if x not in self._objets:
            self._objets[x] = nom = self.nom("o")
            self.noms[nom] = x
        return self._objets[x]

    def index(self, nom: str, cle: Expr) -> int:
        """Numéro de l'index des éléments `nom` par la clé `cle`."""
        if (cle, nom) not in self._index:
            self._index[cle, nom] = self._numero()
        return self._index[cle, nom]

    def analyser(self, texte: str) -> Expr:
        """Arbre de syntaxe, gardé en mémoire."""
        e = self._lues.get(texte)
        if e is None:
            e = self._lues[texte] = analyser(texte, self.espaces)
        return e

    def alleger(self) -> None:
        """Oublie les arbres de syntaxe déjà compilés."""
        self._lues.clear()
        oublier()

    def constante(self, e: Expr, portee: Portee, cible: str, par_document: bool) -> str:
        """Code d'appel d'une fonction qui calcule `e` une fois par document, ou une fois pour toutes."""
        citees = sorted(x[1:] for x in dependances(e) if x[0] == "$")
        cle = (cible, e, tuple(portee[nom].expr or portee[nom].code for nom in citees))
        connu = self._constantes.get(cle)
        if connu is not None:
            return connu
        numero = self._numero()
        foyer = Foyer("R_", "n", principal=True) if par_document else None
        g = Generateur(self, portee, None, exclue=e)
        code = {"ebv": g.ebv, "valeur": g.valeur}.get(cible, lambda x, f: f"frozenset({g.chaines(x, f)})")(e, foyer)
        parametre = "D" if par_document else ""
        source = (
            f"def k{numero}({parametre}):\n"
            f"    m = {'D.m' if par_document else 'M'}\n"
            f"    i = (E, {numero})\n"
            f"    if i in m: return m[i]\n"
            + ("    R_ = D.racine\n" if par_document else "")
            + f"    v = m[i] = {code}\n    return v\n"
        )
        self.executer(f"k{numero}", source)
        appel = f"k{numero}({parametre})"
        self._constantes[cle] = appel
        return appel

    def executer(self, nom: str, source: str) -> None:
        """Définit `nom`, du code engendré par nous, dans l'espace de noms. Lève `HorsDePortee` s'il est démesuré."""
        if len(source) > CODE_MAX:
            raise HorsDePortee("code engendré trop long")
        try:
            self.codes[nom] = compile(source, "<xpath>", "exec")
            exec(self.codes[nom], self.noms)
        except (RecursionError, MemoryError, SyntaxError) as cause:
            raise HorsDePortee(f"code engendré refusé : {cause}") from None

    # --- code repris d'un cache ------------------------------------------------------------------------------------

    @property
    def objets(self) -> dict[str, tuple[Any, ...]]:
        """Les objets que cite le code, sous une forme qui s'écrit."""
        return {nom: _aplatir(x) for x, nom in self._objets.items()}

    def reprendre(self, codes: Mapping[str, CodeType], objets: Mapping[str, tuple[Any, ...]], compteur: int) -> None:
        """Reprend du code déjà engendré pour ce schéma ; il n'est défini que si `fonction` le demande."""
        self._repris = dict(codes)
        self.codes |= codes
        self.compteur = compteur
        for nom, plat in objets.items():
            x = _deplier(plat)
            self._objets[x] = nom
            self.noms[nom] = x

    def fonction(self, nom: str) -> Any:
        """La fonction `nom`, définie s'il le faut depuis le code repris, avec ce qu'elle appelle ; None si inconnue."""
        attendus = [nom]
        while attendus:
            code = self._repris.pop(attendus.pop(), None)
            if code is not None:
                exec(code, self.noms)
                attendus += [x for x in _noms_cites(code) if x in self._repris]
        return self.noms.get(nom)

    # --- documents -------------------------------------------------------------------------------------------------

    def _lire(self, nom: str) -> Arbre | None:
        # un nom qui n'est pas un simple chemin relatif ou absolu se lirait autrement d'un moteur à l'autre
        if not nom or _NOM_SPECIAL.search(nom):
            raise ErreurXPath("hors de portée", f"document {nom[:80]!r}")
        chemin = self.base / nom
        if chemin not in self._documents:
            if len(self._documents) > _DOCUMENTS_MAX:
                self._documents = {c: d for c, d in self._documents.items() if d[1] is not None}
            self._documents[chemin] = (_etat(chemin), lire_document(chemin))
        return self._documents[chemin][1]

    def a_jour(self) -> bool:
        """Les documents déjà lus, ou trouvés absents, le sont-ils encore tels quels ?"""
        return all(_etat(chemin) == etat for chemin, (etat, _) in self._documents.items())

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


def _noms_cites(code: CodeType) -> set[str]:
    cites = set(code.co_names)
    for x in code.co_consts:
        if isinstance(x, CodeType):
            cites |= _noms_cites(x)
    return cites


def _aplatir(x: Any) -> tuple[Any, ...]:
    if isinstance(x, Test):
        return ("test", x.genre, x.uri, x.local)
    assert isinstance(x, TypeSeq)
    return ("type", _aplatir(x.test) if x.test else None, x.atomique, x.occurrence)


def _deplier(plat: tuple[Any, ...]) -> Test | TypeSeq:
    if plat[0] == "test":
        return Test(plat[1], plat[2], plat[3])
    test = _deplier(plat[1]) if plat[1] else None
    assert test is None or isinstance(test, Test)
    return TypeSeq(test, plat[2], plat[3])


def _etat(chemin: Path) -> tuple[int, int] | None:
    """Date et taille d'un fichier, None s'il n'est pas là."""
    try:
        etat = chemin.stat()
    except (OSError, ValueError):
        return None
    return etat.st_mtime_ns, etat.st_size


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
        self.espace.executer("expression", f"def expression(c, D, X):\n    return {code}\n")

    def evaluer(self, n: Noeud, variables: Mapping[str, list[Item]] | None = None) -> list[Item]:
        """Valeur de l'expression depuis un nœud. Lève `ErreurXPath`."""
        fonction: Callable[..., list[Item]] = self.espace.noms["expression"]
        return fonction(n, n.arbre, variables or {})
