"""Ce qu'une mesure rend, et de quoi mesurer : médianes, et grandeurs comparées prises tour à tour."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Mesure:
    """Une grandeur, son budget s'il y en a un, et ce qu'il faut pour la relire."""

    cle: str
    titre: str
    valeur: float
    unite: str
    budget: float | None = None
    detail: dict[str, float] = field(default_factory=dict)

    @property
    def tenu(self) -> bool | None:
        """Vrai si le budget est tenu ; None sans budget."""
        return None if self.budget is None else self.valeur <= self.budget

    def en_dict(self) -> dict[str, object]:
        """Forme JSON."""
        return {
            "titre": self.titre,
            "valeur": round(self.valeur, 4),
            "unite": self.unite,
            "budget": self.budget,
            "tenu": self.tenu,
            "detail": {nom: round(valeur, 4) for nom, valeur in self.detail.items()},
        }

    def en_texte(self) -> str:
        """Une ligne pour une personne."""
        suite = "" if self.budget is None else f" (budget {self.budget:g}, {'tenu' if self.tenu else 'DÉPASSÉ'})"
        details = " ; ".join(f"{nom} {valeur:.4g}" for nom, valeur in self.detail.items())
        return f"{self.titre} : {self.valeur:.4g} {self.unite}{suite}" + (f"\n    {details}" if details else "")


def chronometrer(action: Callable[[], object], fois: int) -> list[float]:
    """Durée de chaque appel, en secondes."""
    durees = []
    for _ in range(fois):
        debut = time.perf_counter()
        action()
        durees.append(time.perf_counter() - debut)
    return durees


def mediane(action: Callable[[], object], fois: int) -> float:
    """Durée médiane d'un appel, le premier non compté."""
    action()
    return statistics.median(chronometrer(action, fois))


def tour_a_tour(premiere: Callable[[], float], seconde: Callable[[], float], fois: int) -> tuple[float, float, float]:
    """(médiane de la première, médiane de la seconde, médiane des rapports), mesurées l'une après l'autre."""
    couples = [(premiere(), seconde()) for _ in range(fois)]
    return (
        statistics.median(a for a, _ in couples),
        statistics.median(b for _, b in couples),
        statistics.median(a / b for a, b in couples),
    )
