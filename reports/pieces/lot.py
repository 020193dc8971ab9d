"""Déposer plusieurs pièces d'affilée : chacune par la porte, les refus réunis, rien d'arrêté par l'un d'eux."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reports.pieces import metadonnees
from reports.pieces.appariement import PieceTrouvee
from reports.pieces.modele import PieceRangee, PieceRefusee
from reports.pieces.porte import DepotImpossible, PortePieces
from requirements.modele import TypePiece


@dataclass(frozen=True, slots=True)
class RefusDeLot:
    """Une pièce qui n'est pas entrée au dossier, et pourquoi."""

    preuve: str
    nom: str
    message: str


@dataclass
class BilanDeLot:
    """Ce que sont devenues les pièces d'un dépôt ; `orphelins` : fichiers sans preuve, avec la raison."""

    rangees: list[PieceRangee] = field(default_factory=list)
    refusees: list[RefusDeLot] = field(default_factory=list)
    orphelins: Mapping[Path, str] = field(default_factory=dict)

    def en_dict(self) -> dict[str, Any]:
        """Forme JSON."""
        return {
            "rangees": [rangee.en_dict() for rangee in self.rangees],
            "refusees": [{"preuve": r.preuve, "nom": r.nom, "message": r.message} for r in self.refusees],
            "orphelins": [{"fichier": str(chemin), "raison": raison} for chemin, raison in self.orphelins.items()],
        }


def deposer_lot(
    porte: PortePieces, pieces: Iterable[PieceTrouvee], *, par: str, orphelins: Mapping[Path, str] | None = None
) -> BilanDeLot:
    """Dépose chaque pièce ; `par` : qui, pour celles qui ne le disent pas."""
    bilan = BilanDeLot(orphelins=orphelins or {})
    for piece in pieces:
        try:
            rendu = deposer_trouvee(porte, piece, par=par)
        except (DepotImpossible, metadonnees.MetadonneesIllisibles) as erreur:
            bilan.refusees.append(RefusDeLot(piece.preuve, piece.nom, str(erreur)))
            continue
        if isinstance(rendu, PieceRefusee):
            bilan.refusees.append(RefusDeLot(piece.preuve, piece.nom, rendu.message))
        else:
            bilan.rangees.append(rendu)
    return bilan


def deposer_trouvee(porte: PortePieces, piece: PieceTrouvee, *, par: str) -> PieceRangee | PieceRefusee:
    """Dépose une pièce, avec les métadonnées qu'elle porte ou celles posées à côté d'elle."""
    if piece.fichier is None:
        return porte.deposer(
            piece.preuve,
            piece.lien.encode(),
            piece.nom,
            par=piece.par or par,
            genre=TypePiece.LIEN_PLATEFORME,
            description=piece.description,
        )
    meta = piece.meta
    if meta is None and (chemin := metadonnees.a_cote(piece.fichier)) is not None:
        meta = metadonnees.lire(chemin)
    return porte.deposer(
        piece.preuve,
        piece.fichier,
        piece.nom,
        par=piece.par or par,
        genre=piece.genre,
        meta=meta,
        description=piece.description,
    )
