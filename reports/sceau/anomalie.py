"""Ce qui ne va pas dans un dossier scellé, dit à une personne : où, attendu, reçu, que faire."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Domaine(StrEnum):
    """Le contrôle qui a trouvé l'anomalie, dans l'ordre où ils se font."""

    STRUCTURE = "structure"
    EMPREINTES = "empreintes"
    SIGNATURE = "signature"
    HORODATAGE = "horodatage"
    JOURNAL = "journal"
    CORPS = "corps"
    COMPLETUDE = "completude"
    ACCORD = "accord"
    PREUVES = "preuves"

    @property
    def libelle(self) -> str:
        """Le contrôle tel qu'une personne le lit."""
        return _LIBELLES[self]


_LIBELLES: Mapping[Domaine, str] = {
    Domaine.STRUCTURE: "Structure de l'archive",
    Domaine.EMPREINTES: "Empreintes des fichiers",
    Domaine.SIGNATURE: "Signature",
    Domaine.HORODATAGE: "Horodatage",
    Domaine.JOURNAL: "Chaîne du journal",
    Domaine.CORPS: "Corps des échanges",
    Domaine.COMPLETUDE: "Complétude",
    Domaine.ACCORD: "Accord des traces entre elles",
    Domaine.PREUVES: "Preuves et pièces",
}


@dataclass(frozen=True, slots=True)
class Anomalie:
    """Un fait qui empêche de se fier au dossier.

    `membre` : fichier du dossier ; `enregistrement` : numéro dans le journal ; `scenario` : numéro du scénario.
    """

    domaine: Domaine
    message: str
    membre: str = ""
    enregistrement: int | None = None
    scenario: str = ""
    attendu: str = ""
    recu: str = ""
    a_faire: str = ""

    def en_dict(self) -> dict[str, Any]:
        """Forme JSON, sans ce qui est vide."""
        brut = {
            "domaine": self.domaine.value,
            "message": self.message,
            "membre": self.membre,
            "enregistrement": self.enregistrement,
            "scenario": self.scenario,
            "attendu": self.attendu,
            "recu": self.recu,
            "a_faire": self.a_faire,
        }
        return {cle: valeur for cle, valeur in brut.items() if valeur not in ("", None)}

    def lignes(self) -> list[str]:
        """Ce qu'une personne lit : le fait, puis où, attendu, reçu, que faire."""
        ou = ", ".join(
            partie
            for partie in (
                self.membre,
                f"enregistrement n° {self.enregistrement}" if self.enregistrement is not None else "",
                f"scénario {self.scenario}" if self.scenario else "",
            )
            if partie
        )
        details = (("où", ou), ("attendu", self.attendu), ("reçu", self.recu), ("à faire", self.a_faire))
        return [self.message, *(f"  {nom} : {valeur}" for nom, valeur in details if valeur)]


class DossierIllisible(Exception):
    """Le fichier n'est pas un dossier scellé que l'on puisse ouvrir sans risque ; le message dit pourquoi."""
