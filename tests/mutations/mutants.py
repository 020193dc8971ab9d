"""Les fautes qu'on sème : chaque `Mutant` ne change qu'une chose d'un module."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

_COMPARAISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
_METHODES = {
    # Même signature : le manquement devient une remarque conforme. C'est le faux « conforme » même.
    "enfreinte": "signalee",
    "respectee": "a_regarder",
    "startswith": "endswith",
    "endswith": "startswith",
}
_FONCTIONS = {"any": "all", "all": "any", "min": "max", "max": "min"}
_NORMALISATIONS = frozenset({"lower", "upper", "casefold", "strip", "lstrip", "rstrip"})
_VIDES = {"list": "[]", "tuple": "()", "str": "''", "dict": "{}", "set": "set()", "frozenset": "frozenset()"}
_CONSTATS = frozenset({"respectee", "enfreinte", "signalee", "sans_objet", "a_regarder"})
"""Ce qui fait un constat : ses arguments ne sont que les textes qu'une personne lit."""
_AFFICHES = frozenset({"attendu", "recu", "ou", "a_faire"})
"""Les mêmes textes, passés à une fonction qui juge."""
_RETRAITS = 3
"""Éléments retirés d'une même suite littérale : le premier, celui du milieu, le dernier."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """Une faute : où elle est, ce qu'elle change. `rang` la retrouve dans le module, `cle` d'une version à l'autre."""

    rang: int
    module: str
    fonction: str
    ligne: int
    genre: str
    avant: str
    apres: str
    cle: str
    instruction: int
    """Ligne où commence l'instruction qui la contient."""
    nom_de_module: str = ""
    """Pour une constante de module : son nom."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Une place de l'arbre : le champ d'un nœud, ou un élément de ce champ."""

    parent: ast.AST
    champ: str
    indice: int | None

    def lire(self) -> ast.AST:
        valeur = getattr(self.parent, self.champ)
        noeud: ast.AST = valeur if self.indice is None else valeur[self.indice]
        return noeud

    def poser(self, noeud: ast.AST) -> None:
        if self.indice is None:
            setattr(self.parent, self.champ, noeud)
        else:
            getattr(self.parent, self.champ)[self.indice] = noeud


@dataclass(frozen=True, slots=True)
class _Contexte:
    fonction: str
    retour: str
    constante: str
    instruction: int = 0


def mutants(source: str, module: str) -> list[Mutant]:
    """Tous les mutants d'un module, dans l'ordre de son texte."""
    vus: dict[str, int] = {}
    trouves = []
    for rang, (place, genre, nouveau, contexte) in enumerate(_variantes(ast.parse(source))):
        ancien = place.lire()
        avant, apres = _texte(ancien), _texte(nouveau)
        base = f"{module}:{contexte.fonction or contexte.constante}:{genre}:{avant} → {apres}"
        vus[base] = vus.get(base, 0) + 1
        cle = base if vus[base] == 1 else f"{base} ({vus[base]})"
        trouves.append(
            Mutant(
                rang=rang,
                module=module,
                fonction=contexte.fonction,
                ligne=getattr(ancien, "lineno", getattr(place.parent, "lineno", 0)),
                genre=genre,
                avant=avant,
                apres=apres,
                cle=cle,
                instruction=contexte.instruction,
                nom_de_module="" if contexte.fonction else contexte.constante,
            )
        )
    return trouves


def muter(source: str, rang: int) -> ast.Module:
    """L'arbre du module avec cette seule faute."""
    arbre = ast.parse(source)
    for numero, (place, _genre, nouveau, _contexte) in enumerate(_variantes(arbre)):
        if numero == rang:
            ancien = place.lire()
            place.poser(ast.copy_location(nouveau, ancien) if hasattr(ancien, "lineno") else nouveau)
            return ast.fix_missing_locations(arbre)
    raise IndexError(f"pas de mutant n° {rang}")


def _variantes(arbre: ast.Module) -> Iterator[tuple[_Place, str, ast.AST, _Contexte]]:
    yield from _descendre(arbre, _Contexte("", "", ""))


def _descendre(noeud: ast.AST, contexte: _Contexte) -> Iterator[tuple[_Place, str, ast.AST, _Contexte]]:
    for champ, valeur in ast.iter_fields(noeud):
        if champ in ("decorator_list", "annotation", "returns", "args", "type_params") and not isinstance(
            noeud, ast.Call
        ):
            continue
        elements: list[tuple[int | None, Any]] = (
            list(enumerate(valeur)) if isinstance(valeur, list) else [(None, valeur)]
        )
        for indice, enfant in elements:
            if not isinstance(enfant, ast.AST) or _muet(enfant, contexte):
                continue
            dedans = _entrer(enfant, contexte)
            if dedans.fonction or dedans.constante:
                place = _Place(noeud, champ, indice)
                for genre, nouveau in _fautes(place, dedans):
                    yield place, genre, nouveau, dedans
            if not _affiche(enfant):
                yield from _descendre(enfant, dedans)


def _entrer(noeud: ast.AST, contexte: _Contexte) -> _Contexte:
    if isinstance(noeud, ast.FunctionDef):
        retour = ast.unparse(noeud.returns) if noeud.returns else ""
        nom = f"{contexte.fonction}.{noeud.name}" if contexte.fonction else noeud.name
        return _Contexte(nom, retour, contexte.constante)
    if isinstance(noeud, ast.ClassDef):
        return _Contexte("", "", "")
    if not contexte.fonction and not contexte.constante:
        if isinstance(noeud, ast.Assign) and len(noeud.targets) == 1 and isinstance(noeud.targets[0], ast.Name):
            return _Contexte("", "", noeud.targets[0].id)
        if isinstance(noeud, ast.AnnAssign) and isinstance(noeud.target, ast.Name) and noeud.value is not None:
            return _Contexte("", "", noeud.target.id)
    if isinstance(noeud, ast.stmt):
        return replace(contexte, instruction=noeud.lineno)
    return contexte


def _muet(noeud: ast.AST, contexte: _Contexte) -> bool:
    """Ce qui ne se mute pas : docstrings, énoncés de règles, textes composés, importations, assertions de type."""
    if isinstance(noeud, (ast.JoinedStr, ast.Import, ast.ImportFrom, ast.Assert, ast.Raise)):
        return True
    if isinstance(noeud, ast.If) and ast.unparse(noeud.test) == "TYPE_CHECKING":
        return True
    if isinstance(noeud, ast.Expr) and isinstance(noeud.value, ast.Constant):
        return True
    if isinstance(noeud, ast.Assign) and ast.unparse(noeud.targets[0]) == "__all__":
        return True
    # Une règle est un énoncé, pas un calcul.
    return not contexte.fonction and isinstance(noeud, ast.Call) and ast.unparse(noeud.func).endswith("Regle")


def _affiche(noeud: ast.AST) -> bool:
    """Un texte destiné à une personne : les arguments d'un constat, la forme écrite d'une valeur."""
    if isinstance(noeud, ast.FunctionDef):
        return noeud.name in ("__str__", "__repr__")
    if isinstance(noeud, ast.keyword):
        return noeud.arg in _AFFICHES
    return isinstance(noeud, ast.Call) and isinstance(noeud.func, ast.Attribute) and noeud.func.attr in _CONSTATS


def _fautes(place: _Place, contexte: _Contexte) -> Iterator[tuple[str, ast.AST]]:
    noeud = place.lire()
    match noeud:
        case ast.Compare():
            yield from _comparaisons(noeud)
        case ast.BoolOp():
            yield from _logique(noeud)
        case ast.UnaryOp(op=ast.Not()):
            yield "négation retirée", noeud.operand
        case ast.BinOp(op=ast.Sub()):
            yield "soustraction", ast.BinOp(noeud.left, ast.Add(), noeud.right)
        case ast.Constant(value=bool(valeur)):
            yield "constante", ast.Constant(not valeur)
        case ast.Constant(value=int(valeur)):
            yield "borne", ast.Constant(valeur + 1)
            yield "borne", ast.Constant(valeur - 1)
        case ast.Tuple(ctx=ast.Load()) | ast.List(ctx=ast.Load()) | ast.Set() | ast.Dict():
            yield from _retraits(noeud)
        case ast.Call():
            yield from _appels(noeud)
        case ast.Return(value=ast.expr()):
            yield from _retours(noeud, contexte.retour)
        case ast.Expr(value=ast.Call() | ast.Yield() | ast.YieldFrom()):
            yield "instruction retirée", ast.Pass()
        case ast.Continue():
            yield "boucle", ast.Break()
        case ast.Break():
            yield "boucle", ast.Continue()
    if place.champ == "test" and isinstance(place.parent, (ast.If, ast.IfExp)):
        yield "condition forcée", ast.Constant(True)
        yield "condition forcée", ast.Constant(False)
    elif place.champ == "ifs":
        yield "filtre forcé", ast.Constant(True)
        yield "filtre forcé", ast.Constant(False)


def _comparaisons(noeud: ast.Compare) -> Iterator[tuple[str, ast.AST]]:
    for indice, operateur in enumerate(noeud.ops):
        for autre in _COMPARAISONS[type(operateur)]:
            nouveau = copy.copy(noeud)
            nouveau.ops = [*noeud.ops[:indice], autre(), *noeud.ops[indice + 1 :]]
            yield "comparaison", nouveau
    for indice, valeur in enumerate(noeud.comparators):
        if isinstance(valeur, ast.Constant) and isinstance(valeur.value, str):
            nouveau = copy.copy(noeud)
            change = ast.copy_location(ast.Constant(f"{valeur.value}XX"), valeur)
            nouveau.comparators = [*noeud.comparators[:indice], change, *noeud.comparators[indice + 1 :]]
            yield "texte comparé", nouveau


def _logique(noeud: ast.BoolOp) -> Iterator[tuple[str, ast.AST]]:
    yield "et/ou", ast.BoolOp(ast.Or() if isinstance(noeud.op, ast.And) else ast.And(), noeud.values)
    for indice in range(len(noeud.values)):
        reste = [*noeud.values[:indice], *noeud.values[indice + 1 :]]
        yield "opérande retiré", reste[0] if len(reste) == 1 else ast.BoolOp(noeud.op, reste)


def _retraits(noeud: ast.Tuple | ast.List | ast.Set | ast.Dict) -> Iterator[tuple[str, ast.AST]]:
    nombre = len(noeud.keys) if isinstance(noeud, ast.Dict) else len(noeud.elts)
    if nombre < 2:
        return
    for indice in sorted({0, nombre // 2, nombre - 1})[:_RETRAITS]:
        nouveau = copy.copy(noeud)
        if isinstance(nouveau, ast.Dict):
            nouveau.keys = [*nouveau.keys[:indice], *nouveau.keys[indice + 1 :]]
            nouveau.values = [*nouveau.values[:indice], *nouveau.values[indice + 1 :]]
        else:
            nouveau.elts = [*nouveau.elts[:indice], *nouveau.elts[indice + 1 :]]
        yield "élément retiré", nouveau


def _appels(noeud: ast.Call) -> Iterator[tuple[str, ast.AST]]:
    match noeud.func:
        case ast.Name(id=nom) if nom in _FONCTIONS:
            yield "fonction", ast.Call(ast.Name(_FONCTIONS[nom], ast.Load()), noeud.args, noeud.keywords)
        case ast.Attribute(value=objet, attr=nom) if nom in _METHODES:
            genre = {"enfreinte": "manquement tu", "respectee": "conforme tu"}.get(nom, "méthode")
            yield genre, ast.Call(ast.Attribute(objet, _METHODES[nom], ast.Load()), noeud.args, noeud.keywords)
        case ast.Attribute(value=objet, attr=nom) if nom in _NORMALISATIONS:
            yield "normalisation retirée", objet


def _retours(noeud: ast.Return, annotation: str) -> Iterator[tuple[str, ast.AST]]:
    avant = _texte(noeud.value) if noeud.value else ""
    tete = annotation.split("[")[0].strip()
    if annotation.endswith("| None"):
        vides = ["None"]
    elif tete == "bool":
        vides = ["True", "False"]
    else:
        vides = [_VIDES[tete]] if tete in _VIDES else []
    for vide in vides:
        if vide != avant and not (vide == "[]" and avant == "list()"):
            yield "retour vidé", ast.Return(ast.parse(vide, mode="eval").body)


def _texte(noeud: ast.AST) -> str:
    """Le nœud en une ligne lisible ; une instruction composée n'en montre que la tête."""
    texte = ast.unparse(noeud).splitlines()
    return " ".join(texte[0].split())[:160] if texte else ""
