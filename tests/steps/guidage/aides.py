"""Un catalogue, une porte et un guichet d'essai, pour poser des demandes sans campagne."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from reports.constat import Constat
from reports.pieces.modele import PieceRangee, PieceRefusee
from reports.resultat import EtatPreuve, OriginePiece, PieceJointe, PreuveProduite, ResultatScenario
from reports.verdict import Moyen, cumuler
from requirements.modele import Exigence
from steps.operateur.consigne import Consigne, Reponse
from steps.operateur.guichet import verifier_reponse
from steps.selection import ScenarioRetenu
from tests.reports.fabrique import exigence

EXIGENCE: Exigence = exigence("INS/va1.01")


def retenu(demandee: Exigence = EXIGENCE, rang: int = 0) -> ScenarioRetenu:
    """Un scénario du catalogue d'essai : deux preuves, une vidéo ou une capture chacune."""
    return ScenarioRetenu(demandee, demandee.scenarios[rang])


def resultat(scenario: ScenarioRetenu, *constats: Constat, moyen: Moyen | None = Moyen.MACHINE) -> ResultatScenario:
    """Ce que la machine en a dit ; ses deux preuves restent à apporter."""
    return ResultatScenario(
        scenario.exigence.rem,
        scenario.exigence.id,
        scenario.numero,
        scenario.scenario.titre,
        scenario.exigence.id_section,
        scenario.exigence.vague,
        scenario.exigence.profil,
        cumuler(constat.verdict for constat in constats),
        moyen,
        "raison de la machine",
        constats,
        tuple(
            PreuveProduite(p.id, p.attendu, EtatPreuve.A_APPORTER, ("video", "capture"), (), p.repere)
            for p in scenario.scenario.preuves
        ),
    )


@dataclass
class PorteEssai:
    """Garde ce qu'on y dépose ; refuse un fichier vide, comme la vraie."""

    deposees: dict[str, PieceJointe] = field(default_factory=dict)
    par: list[str] = field(default_factory=list)

    def deposer(
        self,
        preuve: str,
        source: Path,
        nom: str,
        *,
        par: str,
        genre: str = "",
        meta: Mapping[str, str] | None = None,
    ) -> PieceRangee | PieceRefusee:
        octets = source.read_bytes()
        if not octets:
            return PieceRefusee("vide", "un fichier", "rien", "déposez la capture")
        sha256 = hashlib.sha256(octets).hexdigest()
        piece = PieceJointe(
            f"preuves/{nom}", sha256, len(octets), "image/png", origine=OriginePiece.PERSONNE, genre="capture"
        )
        self.deposees[preuve] = piece
        self.par.append(par)
        return PieceRangee(preuve, piece, EtatPreuve.PRODUITE)

    def appliquer(self, resultat: ResultatScenario) -> ResultatScenario:
        preuves = tuple(
            replace(p, etat=EtatPreuve.PRODUITE, fichiers=(self.deposees[p.repere],))
            if p.repere in self.deposees
            else p
            for p in resultat.preuves
        )
        return replace(resultat, preuves=preuves)


class GuichetEssai:
    """Répond aussitôt, dans l'ordre : chaque réponse est une valeur, ou une fonction de la demande."""

    def __init__(self, *reponses: Reponse | Callable[[Consigne], Reponse]) -> None:
        self._reponses = list(reponses)
        self.demandes: list[Consigne] = []

    def demander(self, consigne: Consigne) -> Reponse:
        self.demandes.append(consigne)
        prochaine = self._reponses.pop(0)
        reponse = prochaine(consigne) if callable(prochaine) else prochaine
        verifier_reponse(consigne, reponse)
        return reponse


def codes(constats: Sequence[Constat]) -> list[str]:
    """Les codes, dans l'ordre."""
    return [constat.code for constat in constats]
