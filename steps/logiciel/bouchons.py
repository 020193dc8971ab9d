"""Les bouchons que `logiciel.yaml` déclare : noms, et lecture des réponses sans charger les simulateurs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulators.bouchon.reponses import Reponse

NOMS = ("eprescription", "apcv")
"""Les mêmes que `simulators.bouchon.BOUCHONS` : un essai les compare."""


class BouchonIllisible(ValueError):
    """Un fichier de réponses ne se lit pas ; le message dit où et pourquoi."""


def lire(fichier: Path) -> tuple[Reponse, ...]:
    """Les réponses écrites ; lève BouchonIllisible."""
    from simulators.bouchon import ReponsesInvalides, lire_reponses  # lourd, et inutile sans bouchon

    try:
        return lire_reponses(fichier)
    except ReponsesInvalides as erreur:
        raise BouchonIllisible(str(erreur)) from erreur
