"""Met la faute dans le processus chaud : les fonctions importées changent de code, une constante change partout."""

from __future__ import annotations

import ast
import functools
import gc
import sys
from collections.abc import Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

from tests.mutations.mutants import Mutant, muter


class Ingreffable(Exception):
    """La faute ne se pose pas sur le module déjà chargé."""


def greffer(mutant: Mutant, source: str, fichier: str) -> None:
    """Pose la faute, puis vide les caches : ce qu'une fonction saine y avait laissé la cacherait."""
    # La session met à part ce qui est chargé à la collecte (steps/ramassage.py) : `gc` ne le montrerait pas.
    gc.unfreeze()
    arbre = muter(source, mutant.rang)
    module = sys.modules[mutant.module]
    if mutant.nom_de_module:
        _remplacer_constante(arbre, module, mutant.nom_de_module)
    else:
        _remplacer_fonctions(compile(arbre, fichier, "exec", dont_inherit=True), fichier)
    for objet in gc.get_objects():
        if isinstance(objet, functools._lru_cache_wrapper):
            objet.cache_clear()


def _remplacer_fonctions(code: CodeType, fichier: str) -> None:
    nouveaux = {(c.co_qualname, c.co_firstlineno): c for c in _codes(code)}
    anciens = [
        objet for objet in gc.get_objects() if isinstance(objet, FunctionType) and objet.__code__.co_filename == fichier
    ]
    remplaces = 0
    for fonction in anciens:
        ancien = fonction.__code__
        nouveau = nouveaux.get((ancien.co_qualname, ancien.co_firstlineno))
        if nouveau is None or nouveau == ancien:
            continue
        if len(nouveau.co_freevars) != len(ancien.co_freevars):
            raise Ingreffable(ancien.co_qualname)
        fonction.__code__ = nouveau
        remplaces += 1
    if not remplaces:
        raise Ingreffable("aucune fonction chargée ne porte ce code")


def _codes(code: CodeType) -> Iterator[CodeType]:
    for constante in code.co_consts:
        if isinstance(constante, CodeType):
            yield constante
            yield from _codes(constante)


def _remplacer_constante(arbre: ast.Module, module: ModuleType, nom: str) -> None:
    """Recalcule la constante et celles du module qui s'en déduisent ; chacune est remplacée là où elle est importée."""
    changes: set[str] = set()
    espace = dict(vars(module))
    for instruction in arbre.body:
        cible = _cible(instruction)
        if not cible or not (
            cible == nom or changes & {n.id for n in ast.walk(instruction) if isinstance(n, ast.Name)}
        ):
            continue
        try:
            exec(compile(ast.Module([instruction], []), module.__file__ or "", "exec"), espace)
        except Exception as erreur:
            # Le module ne se chargerait plus : tout essai le voit.
            raise SystemExit(1) from erreur
        changes.add(cible)
    if not changes:
        raise Ingreffable(nom)
    for cible in changes:
        remplacer_partout(cible, vars(module)[cible], espace[cible])


def remplacer_partout(nom: str, ancien: Any, nouveau: Any) -> None:
    """Dans chaque module chargé qui porte ce nom pour ce même objet."""
    for module in list(sys.modules.values()):
        espace = getattr(module, "__dict__", {})
        if isinstance(module, ModuleType) and espace.get(nom) is ancien:
            setattr(module, nom, nouveau)


def _cible(instruction: ast.stmt) -> str:
    if isinstance(instruction, ast.Assign) and len(instruction.targets) == 1:
        cible: ast.expr = instruction.targets[0]
    elif isinstance(instruction, ast.AnnAssign) and instruction.value is not None:
        cible = instruction.target
    else:
        return ""
    return cible.id if isinstance(cible, ast.Name) else ""
