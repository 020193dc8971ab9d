"""Ce que l'écriture d'un couloir apprend, pour une personne et pour un programme."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from requirements.importation.classeur import Revision


@dataclass
class Bilan:
    """Ce que l'écriture d'un couloir apprend."""

    revision: Revision
    dossier: Path
    comptes: dict[str, int] = field(default_factory=dict)
    profils: tuple[str, ...] = ()
    connues_ailleurs: dict[str, str] = field(default_factory=dict)
    """Numéro du classeur → couloir livré qui a déjà ce numéro."""
    reprises: tuple[str, ...] = ()
    obsoletes: tuple[str, ...] = ()
    colonnes_inconnues: tuple[str, ...] = ()
    anomalies: tuple[str, ...] = ()

    def en_dict(self) -> dict[str, Any]:
        """Pour un programme."""
        return {"version": 1, **asdict(self), "dossier": str(self.dossier)}

    def en_json(self) -> str:
        """Le même, écrit."""
        return json.dumps(self.en_dict(), ensure_ascii=False, indent=2)

    def en_texte(self) -> str:
        """Pour une personne."""
        lignes = [
            f"Classeur {self.revision.nom}, feuille « {self.revision.feuille} », SHA-256 {self.revision.sha256}",
            f"Couloir écrit dans {self.dossier}",
            " ; ".join(f"{quoi} : {nombre}" for quoi, nombre in self.comptes.items()),
            f"Profils : {' ; '.join(self.profils)}",
        ]
        if self.colonnes_inconnues:
            lignes.append(f"Colonnes inconnues, laissées de côté : {', '.join(self.colonnes_inconnues)}.")
        ailleurs = [f"{n} : {c}" for n, c in self.connues_ailleurs.items() if n not in self.reprises]
        titre = "Numéros qu'un couloir livré a déjà, rédigés ici d'après le classeur (--reprendre-socle les reprend)"
        lignes += _liste(titre, ailleurs)
        lignes += _liste(
            "Repris d'un couloir livré : texte et scénarios de ce couloir, à confronter au classeur",
            [f"{n} : {self.connues_ailleurs[n]}" for n in self.reprises],
        )
        lignes += _liste("Obsolètes dans le classeur, laissées de côté", self.obsoletes)
        lignes += _liste("Anomalies du classeur", self.anomalies)
        return "\n".join(lignes)


def _liste(titre: str, lignes: Sequence[str]) -> list[str]:
    return ["", f"{titre} : {len(lignes)}", *(f"  {ligne}" for ligne in lignes)] if lignes else []
