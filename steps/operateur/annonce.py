"""Ce qu'une campagne annonce avant de commencer : scénarios, part d'une personne, durée."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from requirements.modele import Classe, TypePiece
from steps.logiciel.assemblage import charger_type
from steps.logiciel.configuration import ConfigurationLogiciel
from steps.operateur.poste import Prevision
from steps.operateur.tableau import Annonce
from steps.selection import ScenarioRetenu

if TYPE_CHECKING:
    from steps.conduite import Conduite

_PAR_MACHINE = frozenset({TypePiece.MESSAGE, TypePiece.TRACE})


def demande_une_personne(logiciel: ConfigurationLogiciel) -> bool:
    """Des actions sont confiées à une personne."""
    return any(charger_type(description.type).humain for description in logiciel.adaptateurs)


def prevoir(retenus: Sequence[ScenarioRetenu], *, humain: bool, faits: Collection[str] = ()) -> list[Prevision]:
    """Pour chaque scénario : demande-t-il une personne, et combien de temps."""
    return [_prevoir(retenu, humain, retenu.numero in faits) for retenu in retenus]


def _prevoir(retenu: ScenarioRetenu, humain: bool, fait: bool) -> Prevision:
    if retenu.ecarte or fait:
        return Prevision(retenu, False, 0.0)
    pieces = sum(not _PAR_MACHINE & set(preuve.pieces) for preuve in retenu.scenario.preuves)
    juge = retenu.scenario.moyen is Classe.HUMAIN
    if humain or juge or pieces:
        return Prevision(retenu, True, (180.0 if humain else 0.0) + (120.0 if juge else 0.0) + 90.0 * pieces)
    return Prevision(retenu, False, 1.0)


def annoncer_campagne(conduite: Conduite, previsions: Sequence[Prevision]) -> Annonce:
    """« N scénarios, dont M demandent une personne, environ X »."""
    couloir, logiciel = conduite.catalogue.couloir, conduite.logiciel
    secondes = sum(prevision.duree_s for prevision in previsions)
    return Annonce(
        titre=f"couloir {couloir.titre} ({couloir.rem})",
        logiciel=f"{logiciel.nom} {logiciel.version}",
        dossier=str(conduite.dossier),
        demonstration=logiciel.demonstration,
        scenarios=len(previsions),
        personnes=sum(prevision.personne for prevision in previsions),
        duree=f"environ {_lisible(secondes)}" if secondes else "",
    )


def _lisible(secondes: float) -> str:
    if secondes < 5400:
        return f"{max(1, round(secondes / 60))} min"
    return f"{secondes / 3600:.0f} h"
