"""Les pièces déposées pendant une action, de la console jusqu'aux preuves du scénario, par la porte unique."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from reports.pieces.conseil import genres_proposes
from reports.pieces.modele import PieceRefusee
from requirements.modele import Preuve
from steps.operateur.consigne import PieceDemandee, PieceDeposee

if TYPE_CHECKING:
    from reports.pieces.porte import PortePieces
    from steps.essai import Essai
    from steps.selection import ScenarioRetenu


class RecueilPieces:
    """Demande les preuves qui manquent encore au scénario, et dépose celles qu'une personne apporte en agissant."""

    def __init__(self, porte: PortePieces) -> None:
        self._porte = porte

    def demandees(self, retenu: ScenarioRetenu) -> tuple[PieceDemandee, ...]:
        """Les pièces qu'une personne peut apporter à ce scénario."""
        return pieces_demandees(retenu.scenario.preuves)

    def recevoir(self, essai: Essai, pieces: tuple[tuple[PieceDeposee, str], ...]) -> None:
        """Range les pièces ; un refus est noté au journal, et la preuve reste à apporter."""
        for piece, par in pieces:
            rangee = self._porte.deposer(
                piece.preuve,
                piece.chemin,
                piece.nom,
                par=par or "personne non nommée",
                genre=piece.genre,
                meta=piece.meta,
            )
            if isinstance(rangee, PieceRefusee):
                essai.journal.ajouter("incident", {"message": f"pièce refusée, {piece.preuve} : {rangee.message}"})


def pieces_demandees(preuves: Iterable[Preuve]) -> tuple[PieceDemandee, ...]:
    """Une demande par preuve, la forme de pièce la moins coûteuse d'abord."""
    return tuple(_demandee(preuve) for preuve in preuves)


def _demandee(preuve: Preuve) -> PieceDemandee:
    proposition = genres_proposes(preuve.pieces)
    genres = tuple(genre.value for genre in proposition.genres)
    conseil = "\n".join(filter(None, (preuve.conseil, proposition.conseil)))
    return PieceDemandee(preuve.repere, preuve.attendu, genres, conseil)
