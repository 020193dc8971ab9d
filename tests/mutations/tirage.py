"""Quels mutants jouer : tous, tant par module, ou un tirage au sort simple parmi tous."""

from __future__ import annotations

import random
from collections.abc import Sequence
from math import sqrt

from tests.mutations.mutants import Mutant, mutants
from tests.mutations.seance import fichier_de

_Z = 1.959963984540054
"""Quantile de la loi normale pour 95 %."""


def tirer(modules: Sequence[str], echantillon: int | None, graine: int, genres: Sequence[str] = ()) -> list[Mutant]:
    """Tous les mutants, ou `echantillon` par module, tirés au sort ; le tirage d'un module ne dépend que de lui."""
    tires = []
    for module in modules:
        tous = mutants(fichier_de(module).read_text(encoding="utf-8"), module)
        tous = [mutant for mutant in tous if not genres or mutant.genre in genres]
        if echantillon is not None and len(tous) > echantillon:
            choix = random.Random(f"{graine}:{module}").sample(range(len(tous)), echantillon)
            tous = [tous[rang] for rang in sorted(choix)]
        tires.extend(tous)
    return tires


def tirer_parmi_tous(modules: Sequence[str], nombre: int, graine: int, genres: Sequence[str] = ()) -> list[Mutant]:
    """`nombre` mutants, chacun avec la même chance, dans l'ordre du sort.

    Un tirage plus court est le début d'un plus long : l'agrandir garde ce qui est déjà joué, et ce qui est joué d'un
    passage interrompu est lui-même un tirage simple.
    """
    tous = tirer(modules, None, graine, genres)
    random.Random(graine).shuffle(tous)
    return tous[:nombre]


def wilson(pris: int, juges: int) -> tuple[float, float]:
    """Les bornes, en pour cent, de l'intervalle de confiance de Wilson à 95 % ; tout, si rien n'est jugé."""
    if not juges:
        return 0.0, 100.0
    part, z2 = pris / juges, _Z * _Z
    milieu = part + z2 / (2 * juges)
    demi = _Z * sqrt(part * (1 - part) / juges + z2 / (4 * juges * juges))
    bas, haut = ((milieu + signe * demi) / (1 + z2 / juges) for signe in (-1, 1))
    return 100 * max(0.0, bas), 100 * min(1.0, haut)
