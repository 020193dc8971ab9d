"""Ce qui peut être faux dans les données ou dans une demande, dit de façon à pouvoir être corrigé."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Anomalie:
    """Une donnée fautive : où, ce qui était attendu, ce qui a été reçu, que faire."""

    fichier: Path
    ligne: int
    attendu: str
    recu: str
    a_faire: str

    def __str__(self) -> str:
        return f"{self.fichier}:{self.ligne} : attendu {self.attendu}, reçu {self.recu}. À faire : {self.a_faire}"

    def en_dict(self) -> dict[str, str | int]:
        """La même anomalie pour un programme."""
        return {
            "fichier": str(self.fichier),
            "ligne": self.ligne,
            "attendu": self.attendu,
            "recu": self.recu,
            "a_faire": self.a_faire,
        }


class ErreurRequirements(Exception):
    """Erreur du paquet dont le message s'adresse à la personne."""


class ErreurCatalogue(ErreurRequirements):
    """Les données d'un couloir sont fautives ; toutes les anomalies trouvées, pas seulement la première."""

    def __init__(self, anomalies: Sequence[Anomalie]) -> None:
        self.anomalies = tuple(anomalies)
        titre = "1 anomalie" if len(self.anomalies) == 1 else f"{len(self.anomalies)} anomalies"
        lignes = "\n".join(f"- {anomalie}" for anomalie in self.anomalies)
        super().__init__(f"{titre} dans le catalogue :\n{lignes}")


class CouloirInconnu(ErreurRequirements):
    """Aucun dossier de données ne porte ce nom de couloir."""


class NumeroInconnu(ErreurRequirements):
    """Un numéro qui n'existe pas, ou qui en désigne plusieurs."""

    def __init__(self, numero: str, message: str, propositions: Sequence[str] = ()) -> None:
        self.numero = numero
        self.propositions = tuple(propositions)
        super().__init__(message)


class ErreurClasseur(ErreurRequirements):
    """Le classeur à importer ne peut pas être lu sans danger, ou pas reconnu."""
