"""Ce que le banc sait du logiciel et des patients d'un scénario, et dont les vérifications ont besoin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PatientConnu:
    """Un patient du scénario : les prénoms de sa pièce d'identité, et s'il ne doit pas faire l'objet d'un appel."""

    nom_naissance: str
    prenoms: tuple[str, ...]
    sexe: str
    date_naissance: str
    lieu_naissance: str | None = None
    appel_interdit: str = ""
    """Attribut qui bloque l'appel (`douteux`, `fictif`) ; vide si l'appel est permis."""
    apcv: bool = False
    """Identité venue de l'appli carte Vitale."""


@dataclass(frozen=True)
class ContexteInsi:
    """Ce à quoi comparer les demandes ; ce qui vaut None n'est pas comparé."""

    idam: str | None = None
    """Numéro d'autorisation déclaré du logiciel."""
    instant_connu: bool = True
    """Faux quand l'heure de l'appel n'a pas été vue (fichier) : seule la cohérence des heures écrites est jugée."""
    patients: Sequence[PatientConnu] = field(default_factory=tuple)
