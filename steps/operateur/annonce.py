"""Ce qu'une campagne annonce avant de commencer : scénarios, part d'une personne, durée."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from reports.texte import pluriel
from steps.logiciel.assemblage import charger_type
from steps.logiciel.configuration import ConfigurationLogiciel
from steps.operateur.guidage_estimation import METHODE, estimer
from steps.operateur.poste import Prevision
from steps.operateur.tableau import Annonce
from steps.selection import ScenarioRetenu

if TYPE_CHECKING:
    from steps.conduite import Conduite


def demande_une_personne(logiciel: ConfigurationLogiciel) -> bool:
    """Des actions sont confiées à une personne."""
    return any(charger_type(description.type).humain for description in logiciel.adaptateurs)


def prevoir(
    retenus: Sequence[ScenarioRetenu], *, a_la_main: Collection[str], faits: Collection[str] = ()
) -> list[Prevision]:
    """Pour chaque scénario : demande-t-il une personne, combien d'actions à la main, et combien de temps."""
    estimation = estimer(retenus, a_la_main, faits=faits)
    return [
        Prevision(retenu, prevu.personne, prevu.duree_s, prevu.actions)
        for retenu, prevu in zip(retenus, estimation.par_scenario, strict=True)
    ]


def annoncer_campagne(conduite: Conduite, previsions: Sequence[Prevision]) -> Annonce:
    """« N scénarios, dont M demandent une personne, environ X »."""
    couloir, logiciel = conduite.catalogue.couloir, conduite.logiciel
    secondes = sum(prevision.duree_s for prevision in previsions)
    actions = sum(prevision.actions for prevision in previsions)
    return Annonce(
        titre=f"couloir {couloir.titre} ({couloir.rem})",
        logiciel=f"{logiciel.nom} {logiciel.version}",
        dossier=str(conduite.dossier),
        demonstration=logiciel.demonstration,
        produit=logiciel.nom,
        version=logiciel.version,
        editeur=logiciel.editeur,
        rejeu=conduite.rejeu is not None,
        scenarios=len(previsions),
        personnes=sum(prevision.personne for prevision in previsions),
        duree=f"environ {duree_lisible(secondes)}" if secondes else "",
        detail=f"{pluriel(actions, 'action')} à faire à la main. Durée comptée ainsi : {METHODE}." if secondes else "",
    )


def duree_lisible(secondes: float) -> str:
    """« 12 min », « 3 h » : une estimation ne vaut pas mieux."""
    if secondes < 5400:
        return f"{max(1, round(secondes / 60))} min"
    return f"{secondes / 3600:.0f} h"
