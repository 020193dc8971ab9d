"""Une exigence rédigée dans un couloir et reprise par un autre : même numéro, même texte, dite une seule fois."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from requirements.lieux import origine
from requirements.modele import Exigence

AUCUNE = "aucun"
"""Valeur de `reprend` d'une exigence rédigée ici, quand le fichier reprend les autres d'ailleurs."""

LireCouloir = Callable[[Path], tuple[Exigence, ...]]
"""Les exigences rédigées dans un dossier de couloir, sans celles qu'il reprend ; lève `ErreurCatalogue`."""


class RepriseImpossible(Exception):
    """Le couloir ou le numéro repris n'existe pas ; le message dit ce qui était attendu, puis ce qui a été reçu."""

    def __init__(self, attendu: str, recu: str, a_faire: str) -> None:
        self.attendu = attendu
        self.recu = recu
        self.a_faire = a_faire
        super().__init__(f"attendu {attendu}, reçu {recu}")


class Origines:
    """Les couloirs, voisins ou livrés, d'où des exigences se reprennent ; chacun lu une fois, s'il est nommé."""

    def __init__(self, dossier: Path, lire: LireCouloir) -> None:
        """`dossier` : celui du couloir qui reprend ; ses voisins sont les autres dossiers du même parent."""
        self._dossier = dossier
        self._lire = lire
        self._lus: dict[str, dict[str, Exigence]] = {}

    def exigence(self, couloir: str, numero: str) -> Exigence:
        """L'exigence rédigée dans ce couloir sous ce numéro ; `RepriseImpossible` sinon."""
        if couloir == self._dossier.name:
            raise RepriseImpossible("le nom d'un autre couloir dans « reprend »", f"« {couloir} »", "corriger le nom")
        if couloir not in self._lus:
            dossier = origine(couloir, self._dossier)
            if not (dossier / "couloir.yaml").is_file():
                raise RepriseImpossible(
                    "le nom d'un couloir livré, ou d'un couloir voisin, dans « reprend »",
                    f"« {couloir} »",
                    "corriger le nom du couloir",
                )
            self._lus[couloir] = {exigence.id: exigence for exigence in self._lire(dossier)}
        trouvee = self._lus[couloir].get(numero)
        if trouvee is None:
            raise RepriseImpossible(
                f"une exigence « {numero} » rédigée dans le couloir {couloir}",
                "aucune, ou une qu'il reprend lui-même d'ailleurs",
                "nommer le couloir où elle est rédigée, ou la rédiger ici",
            )
        scenarios = tuple(replace(scenario, repris_de=couloir) for scenario in trouvee.scenarios)
        return replace(trouvee, repris_de=couloir, scenarios=scenarios)
