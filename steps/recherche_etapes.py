"""Recherche du code d'une étape : la phrase d'abord, la portée ensuite.

pytest-bdd 9.0 demande à pytest, à chaque étape jouée, lesquelles de toutes les fixtures du processus sont visibles,
puis seulement si leur phrase convient : le coût d'un scénario suit alors le nombre de phrases du banc (2 ms l'étape à
150 phrases). Ici les phrases qui conviennent sont retenues par texte d'étape, et la visibilité reste jugée par pytest.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from itertools import count
from operator import itemgetter
from typing import Any
from weakref import WeakKeyDictionary

from _pytest.fixtures import FixtureDef, FixtureManager
from _pytest.nodes import Node
from pytest_bdd import parsers
from pytest_bdd.compat import getfixturedefs
from pytest_bdd.parser import Step
from pytest_bdd.steps import StepFunctionContext, StepNamePrefix, step_function_context_registry

_PREFIXE = StepNamePrefix.step_def.value

_Phrase = tuple[int, str, StepFunctionContext]
"""Rang dans le gestionnaire, nom de la fixture, contexte."""


class _Phrases:
    """Les phrases d'un gestionnaire de fixtures, à un moment donné."""

    def __init__(self, gestionnaire: FixtureManager, taille: int) -> None:
        self.taille = taille
        self._par_debut: dict[str, list[_Phrase]] = {}
        """Par ce qui commence la phrase : une étape n'essaie que celles qui commencent comme elle. « » : les autres."""
        self._rangs = count()
        self._trouvees: dict[tuple[str | None, str], tuple[str, ...]] = {}
        for registre in _registres(gestionnaire):
            for nom, definitions in registre.items():
                if nom.startswith(_PREFIXE):
                    for liste in definitions.values():
                        for definition in liste:
                            contexte = step_function_context_registry.get(definition.func)
                            if contexte is not None:
                                self._retenir(nom, contexte)
        self._longueurs = sorted({len(debut) for debut in self._par_debut})

    def _retenir(self, nom: str, contexte: StepFunctionContext) -> None:
        self._par_debut.setdefault(_debut(contexte), []).append((next(self._rangs), nom, contexte))

    def noms(self, etape: Step) -> tuple[str, ...]:
        """Noms des fixtures dont la phrase convient à cette étape."""
        cle = (etape.type, etape.name)
        if cle not in self._trouvees:
            texte = etape.name.lower()
            voisines = [
                phrase
                for longueur in self._longueurs
                if longueur <= len(texte)
                for phrase in self._par_debut.get(texte[:longueur], ())
            ]
            convient = [
                nom
                for _, nom, contexte in sorted(voisines, key=itemgetter(0))
                if contexte.type in (None, etape.type) and contexte.parser.is_matching(etape.name)
            ]
            self._trouvees[cle] = tuple(dict.fromkeys(convient))
        return self._trouvees[cle]


def _debut(contexte: StepFunctionContext) -> str:
    """Ce par quoi une phrase commence toujours, en minuscules : vide quand l'analyseur ne le dit pas.

    Seul `parse` écrit sa phrase telle qu'elle se lit ; il ne tient pas compte de la casse.
    """
    return contexte.parser.name.partition("{")[0].lower() if type(contexte.parser) is parsers.parse else ""


_PHRASES: WeakKeyDictionary[FixtureManager, _Phrases] = WeakKeyDictionary()


def trouver(step: Step, fixturemanager: FixtureManager, node: Node) -> Iterator[FixtureDef[object]]:
    """Comme `pytest_bdd.scenario.find_fixturedefs_for_step`, dans le même ordre."""
    taille = sum(map(len, _registres(fixturemanager)))
    phrases = _PHRASES.get(fixturemanager)
    if phrases is None or phrases.taille != taille:
        phrases = _PHRASES[fixturemanager] = _Phrases(fixturemanager, taille)
    for nom in phrases.noms(step):
        for definition in getfixturedefs(fixturemanager, nom, node) or ():
            contexte = step_function_context_registry.get(definition.func)
            if contexte is not None and contexte.type in (None, step.type) and contexte.parser.is_matching(step.name):
                yield definition


def brancher() -> None:
    """Remplace la recherche de pytest-bdd, pour tout le processus."""
    # `pytest_bdd.scenario` désigne aussi une fonction : le module se demande par son nom.
    vars(import_module("pytest_bdd.scenario"))["find_fixturedefs_for_step"] = trouver


def _registres(gestionnaire: FixtureManager) -> tuple[dict[str, dict[Any, list[FixtureDef[object]]]], ...]:
    # Les deux registres que pytest-bdd consulte lui-même (pytest 9.2) : par nœud, et par identifiant de nœud.
    return gestionnaire._arg2node2fixturedefs, gestionnaire._arg2nodeid2fixturedefs
