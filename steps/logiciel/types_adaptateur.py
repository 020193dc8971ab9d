"""Un type d'adaptateur : ses clés dans logiciel.yaml, et comment le fabriquer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from steps.logiciel.protocole import Adaptateur

if TYPE_CHECKING:
    from steps.logiciel.contexte import ContexteAdaptateur


@dataclass(frozen=True)
class DescriptionAdaptateur:
    """Un adaptateur tel que logiciel.yaml le décrit.

    `reglages` : ses clés, `type` exclu, valides, valeurs par défaut mises, `${VARIABLE}` remplacées.
    `dossier` : celui de logiciel.yaml ; un chemin relatif part de là.
    """

    nom: str
    type: str
    reglages: Mapping[str, Any] = field(default_factory=dict)
    dossier: Path = field(default_factory=Path)

    def chemin(self, cle: str) -> Path:
        """Le chemin donné par cette clé, relatif au dossier de logiciel.yaml."""
        return self.dossier / str(self.reglages[cle])


Fabrique = Callable[[DescriptionAdaptateur, "ContexteAdaptateur"], Adaptateur]


@dataclass(frozen=True)
class TypeAdaptateur:
    """Un type d'adaptateur, déclaré sous le nom `TYPE_ADAPTATEUR` par le module que nomme `assemblage.MODULES`.

    `cles` : schéma JSON de chaque clé, avec `description` en français et `default` quand elle peut manquer.
    `humain` : une personne agit ; `joue` : il sait jouer des actions (un dépôt ne fait qu'apporter des pièces).
    """

    nom: str
    resume: str
    cles: Mapping[str, Mapping[str, Any]]
    fabrique: Fabrique
    obligatoires: tuple[str, ...] = ()
    humain: bool = False
    joue: bool = True

    def schema(self) -> dict[str, Any]:
        """Le schéma JSON d'un bloc de ce type."""
        return {
            "type": "object",
            "description": self.resume,
            "additionalProperties": False,
            "required": ["type", *self.obligatoires],
            "properties": {"type": {"const": self.nom, "description": self.resume}, **self.cles},
        }

    def completer(self, bloc: Mapping[str, Any]) -> dict[str, Any]:
        """Les clés d'un bloc valide, `type` exclu, valeurs par défaut mises."""
        defauts = {nom: cle["default"] for nom, cle in self.cles.items() if "default" in cle}
        return {**defauts, **{nom: valeur for nom, valeur in bloc.items() if nom != "type"}}


DELAI_S: Mapping[str, Any] = {
    "type": "number",
    "exclusiveMinimum": 0,
    "maximum": 86400,
    "default": 60.0,
    "description": "secondes laissées au logiciel pour jouer une action",
}
"""La clé `delai_s`, telle que la plupart des types la proposent."""
