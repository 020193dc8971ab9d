"""Le registre des vérifications : quelle fonction établit quelle règle.

`python -m steps regles` le liste ; le tableau des défauts et la couverture s'en servent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from reports.constat import Constat, Regle
from steps.jugements.marque import rejouable

P = ParamSpec("P")
R = TypeVar("R", Constat, list[Constat])


@dataclass(frozen=True, slots=True)
class Verification:
    """Une fonction de vérification et les règles qu'elle établit."""

    nom: str
    description: str
    regles: tuple[Regle, ...]


REGISTRE: dict[str, Verification] = {}
REGLES: dict[str, Regle] = {}


def verification(*regles: Regle) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Inscrit une vérification pure et ses règles ; refuse qu'un même code désigne deux règles."""

    def inscrire(fonction: Callable[P, R]) -> Callable[P, R]:
        nom = f"{fonction.__module__.removeprefix('steps.verifications.')}.{fonction.__name__}"
        description = (fonction.__doc__ or "").strip().splitlines()
        if not description:
            raise ValueError(f"la vérification {nom} n'a pas de docstring")
        for regle in regles:
            connue = REGLES.setdefault(regle.code, regle)
            if connue != regle:
                raise ValueError(f"le code {regle.code} désigne déjà une autre règle : {connue.titre}")
        REGISTRE[nom] = Verification(nom=nom, description=description[0], regles=regles)
        return rejouable(fonction)

    return inscrire
