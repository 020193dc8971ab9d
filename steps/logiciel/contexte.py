"""Ce qu'une campagne prête à ses adaptateurs : le banc, le journal, la personne, le scénario en cours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reports.pieces.porte import PortePieces
    from requirements.modele import Preuve
    from simulators.banc import Banc
    from simulators.socle.journal import JournalEchanges
    from steps.logiciel.configuration import ConfigurationLogiciel
    from steps.operateur.adaptateur import Demandeur
    from steps.selection import ScenarioRetenu


@dataclass(frozen=True, slots=True)
class ScenarioEnCours:
    """Le scénario que la campagne joue. `preuves_manquantes` : celles auxquelles rien ne répond encore."""

    retenu: ScenarioRetenu
    preuves_manquantes: tuple[Preuve, ...]


def _aucun() -> ScenarioEnCours | None:
    return None


@dataclass(frozen=True, slots=True)
class ContexteAdaptateur:
    """Reçu par chaque fabrique.

    `dossier` : celui de la campagne ; `environnement` : le fichier où le banc a écrit ses adresses et ses certificats.
    `guichet`, `porte` : où demander à une personne, et par où ses pièces entrent, si la campagne en a une.
    `scenario_en_cours()` : None hors scénario.
    """

    logiciel: ConfigurationLogiciel
    banc: Banc
    journal: JournalEchanges
    dossier: Path
    environnement: Path
    guichet: Demandeur | None = None
    porte: PortePieces | None = None
    scenario_en_cours: Callable[[], ScenarioEnCours | None] = _aucun
