"""Un point d'accès de l'annuaire, trouvé au démarrage dans `endpoints/`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from simulators.annuaire import endpoints
from simulators.annuaire.etat import EtatAnnuaire
from simulators.annuaire.recherche.pages import Pages
from simulators.socle.pannes import PanneArmee
from simulators.socle.requete import ReponseSimulee, RequeteRecue

BASE_FHIR = "/fhir/v2"
BASE_EXTRACTION = "/annuaire-sante-webservices/V300/services/extraction"


def _sans_panne(*noms: str) -> PanneArmee | None:
    return None


@dataclass(frozen=True)
class Appel:
    """Une requête adressée à un point d'accès. `base` : adresse publique de l'API, sans barre finale."""

    requete: RequeteRecue
    etat: EtatAnnuaire
    pages: Pages
    base: str
    prendre: Callable[..., PanneArmee | None] = field(default=_sans_panne)
    """Donne la première panne armée qui porte l'un de ces noms, et la compte."""

    @property
    def segments(self) -> list[str]:
        """Le chemin après la base de l'API ou des extractions."""
        chemin = self.requete.chemin
        for base in (BASE_FHIR, BASE_EXTRACTION):
            if chemin == base or chemin.startswith(f"{base}/"):
                return [partie for partie in chemin.removeprefix(base).split("/") if partie]
        return []


@dataclass(frozen=True)
class PointAcces:
    """`reconnaitre` : l'opération à écrire au journal pour cette méthode et ces segments, vide si ce n'est pas lui."""

    base: str
    reconnaitre: Callable[[str, list[str]], str]
    handle: Callable[[Appel], ReponseSimulee]


@cache
def points_acces() -> tuple[PointAcces, ...]:
    """Les points d'accès de `endpoints/`, un par dossier."""
    modules = sorted(info.name for info in pkgutil.iter_modules(endpoints.__path__))
    return tuple(importlib.import_module(f"{endpoints.__name__}.{nom}").POINT for nom in modules)
