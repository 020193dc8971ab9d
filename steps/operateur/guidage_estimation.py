"""Avant de commencer : combien de scénarios, combien demandent une personne, combien d'actions à la main, quelle durée.

Les actions d'un scénario sont celles que le logiciel témoin a demandées (`steps.logiciel.besoins`). Les durées
unitaires sont des hypothèses du banc, que personne n'a mesurées.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from requirements.modele import Preuve, TypePiece
from steps.logiciel.assemblage import charger_type
from steps.logiciel.besoins import PREMIER, Besoin, besoins
from steps.logiciel.configuration import ConfigurationLogiciel
from steps.logiciel.contrat import charger_contrat
from steps.selection import ScenarioRetenu

ACTION_S, JUGEMENT_S, MACHINE_S = 60.0, 180.0, 1.0
"""Secondes supposées : une action faite et relevée à la main, un scénario à juger, un scénario de la machine."""
PIECE_S = {TypePiece.CAPTURE: 60.0, TypePiece.VIDEO: 300.0}
AUTRE_PIECE_S = 120.0
METHODE = (
    f"{ACTION_S:.0f} s par action à la main, {JUGEMENT_S:.0f} s par scénario à juger, "
    f"{PIECE_S[TypePiece.CAPTURE]:.0f} s par capture, {PIECE_S[TypePiece.VIDEO]:.0f} s par vidéo, "
    f"{AUTRE_PIECE_S:.0f} s par autre pièce : des hypothèses, et le nombre d'actions que le logiciel témoin a demandé"
)
_PAR_MACHINE = frozenset({TypePiece.MESSAGE, TypePiece.TRACE})


@dataclass(frozen=True, slots=True)
class EstimationScenario:
    """Ce qu'un scénario demande à une personne. `connu` : ses actions ont été relevées sur le logiciel témoin."""

    numero: str
    actions: int
    juge: bool
    pieces: int
    duree_s: float
    connu: bool = True

    @property
    def personne(self) -> bool:
        """Une personne est nécessaire."""
        return bool(self.actions or self.juge or self.pieces)


@dataclass(frozen=True, slots=True)
class Estimation:
    """Ce qu'une campagne demande, scénario par scénario."""

    par_scenario: tuple[EstimationScenario, ...]

    @property
    def scenarios(self) -> int:
        """Combien de scénarios."""
        return len(self.par_scenario)

    @property
    def personnes(self) -> int:
        """Combien demandent une personne."""
        return sum(estimation.personne for estimation in self.par_scenario)

    @property
    def actions(self) -> int:
        """Combien d'actions à faire à la main."""
        return sum(estimation.actions for estimation in self.par_scenario)

    @property
    def duree_s(self) -> float:
        """Secondes que tout cela devrait prendre."""
        return sum(estimation.duree_s for estimation in self.par_scenario)


def estimer(
    retenus: Sequence[ScenarioRetenu],
    a_la_main: Collection[str],
    *,
    faits: Collection[str] = (),
    table: Mapping[str, Besoin] | None = None,
) -> Estimation:
    """`a_la_main` : les actions du contrat qu'une personne fait ; `faits` : ce qu'une reprise ne refait pas.

    Les actions d'un déroulé qui établit plusieurs scénarios ne se font, et ne se comptent, qu'une fois.
    """
    rem = retenus[0].scenario.rem if retenus else PREMIER
    connus = besoins(rem) if table is None else table
    joues: set[str] = set()
    return Estimation(tuple(_estimer(retenu, a_la_main, faits, connus, joues) for retenu in retenus))


def actions_a_la_main(logiciel: ConfigurationLogiciel) -> frozenset[str]:
    """Les actions du contrat que logiciel.yaml confie à une personne."""
    humains = {d.nom for d in logiciel.adaptateurs if charger_type(d.type).humain and not d.reglages.get("rejouer")}
    return frozenset(
        action for action in charger_contrat().actions if logiciel.actions.get(action, logiciel.defaut) in humains
    )


def _estimer(
    retenu: ScenarioRetenu,
    a_la_main: Collection[str],
    faits: Collection[str],
    connus: Mapping[str, Besoin],
    joues: set[str],
) -> EstimationScenario:
    if retenu.ecarte or retenu.numero in faits:
        return EstimationScenario(retenu.numero, 0, juge=False, pieces=0, duree_s=0.0)
    besoin = connus.get(retenu.numero)
    actions = 0
    if besoin is not None and besoin.deroule not in joues:
        joues.add(besoin.deroule)
        actions = sum(combien for action, combien in besoin.actions.items() if action in a_la_main)
    pieces = [preuve for preuve in retenu.scenario.preuves if not _PAR_MACHINE & set(preuve.pieces)]
    # Aucune feature ne le joue : une personne le déroule et le juge. Une modalité de connexion que le témoin n'a pas se
    # joue pourtant ; combien d'actions elle demande n'est pas connu.
    juge = besoin is None and retenu.scenario.modalite is None
    duree = actions * ACTION_S + juge * JUGEMENT_S + sum(map(_duree, pieces))
    return EstimationScenario(retenu.numero, actions, juge, len(pieces), duree or MACHINE_S, connu=besoin is not None)


def _duree(preuve: Preuve) -> float:
    """La durée de la forme de pièce la moins coûteuse."""
    return min((PIECE_S.get(genre, AUTRE_PIECE_S) for genre in preuve.pieces), default=AUTRE_PIECE_S)
