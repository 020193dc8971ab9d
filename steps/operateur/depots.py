"""Les fichiers déposés dans la console, gardés à part jusqu'à la réponse qui les porte."""

from __future__ import annotations

import secrets
import shutil
import threading
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from reports.pieces.modele import PieceExaminee, PieceRefusee
from steps.operateur.consigne import PieceDeposee

TAILLE_MAX = 512 << 20
_DOSSIER = "depots"


class DepotRefuse(ValueError):
    """Le fichier ne peut pas être reçu ; le message dit pourquoi, `champ` quelle métadonnée est en cause."""

    def __init__(self, message: str, champ: str = "") -> None:
        super().__init__(message)
        self.champ = champ


class Examinateur(Protocol):
    """Ce qui dit si un fichier peut répondre à une preuve (`reports.pieces.porte.PortePieces`)."""

    def examiner(
        self, preuve: str, source: Path, nom: str, *, genre: str = "", meta: Mapping[str, str] | None = None
    ) -> PieceExaminee | PieceRefusee:
        """Ce que vaudrait ce fichier pour cette preuve ; rien n'est écrit."""
        ...


@dataclass(frozen=True, slots=True)
class Depot:
    """Un fichier reçu et examiné, rattaché à une demande."""

    id: str
    demande: int
    piece: PieceDeposee
    examen: PieceExaminee

    def en_dict(self) -> dict[str, Any]:
        """Ce que la page montre du fichier."""
        examen = self.examen
        return {
            "id": self.id,
            "preuve": self.piece.preuve,
            "nom": self.piece.nom,
            "genre": examen.genre.libelle,
            "taille": examen.taille,
            "sha256": examen.sha256,
            "expire_le": examen.details.get("expire_le", ""),
            "avertissements": list(examen.avertissements),
            "a_verifier": examen.a_verifier,
            "vignette": bool(examen.vignette),
        }


_CHAMPS = {"autre_produit": "produit", "autre_version": "version", "expiree": "expire_le"}


def champ_fautif(refus: PieceRefusee, meta: Mapping[str, str]) -> str:
    """La métadonnée qui fait refuser la pièce ; vide si c'est le fichier."""
    if refus.code != "meta":
        return _CHAMPS.get(refus.code, "")
    nomme = refus.attendu.partition(" : ")[0]
    return nomme if nomme in meta else "expire_le" if "expiration" in refus.attendu else "date"


class Depots:
    """Reçoit par blocs dans le dossier de campagne, examine, garde jusqu'à la réponse. Sûr entre fils."""

    def __init__(self, dossier: Path, examinateur: Examinateur, *, taille_max: int = TAILLE_MAX) -> None:
        self._dossier = dossier / _DOSSIER
        self._examinateur = examinateur
        self._taille_max = taille_max
        self._verrou = threading.Lock()
        self._depots: dict[str, Depot] = {}

    async def recevoir(self, blocs: AsyncIterator[bytes]) -> Path:
        """Écrit le corps dans un fichier temporaire ; DepotRefuse au-delà de la borne, rien ne reste."""
        self._dossier.mkdir(parents=True, exist_ok=True)
        chemin = self._dossier / secrets.token_hex(16)
        taille = 0
        try:
            with chemin.open("wb") as sortie:
                async for bloc in blocs:
                    taille += len(bloc)
                    if taille > self._taille_max:
                        raise DepotRefuse(
                            f"fichier de plus de {self._taille_max >> 20} Mo : enregistrez une vidéo plus courte ou "
                            "moins fine, ou des captures d'écran"
                        )
                    sortie.write(bloc)
        except BaseException:
            chemin.unlink(missing_ok=True)
            raise
        return chemin

    def examiner(
        self,
        demande: int,
        preuve: str,
        nom: str,
        chemin: Path,
        genre: str = "",
        meta: Mapping[str, str] | None = None,
    ) -> Depot:
        """Garde le fichier s'il peut répondre à la preuve ; DepotRefuse, et il est effacé, sinon."""
        try:
            examen = self._examinateur.examiner(preuve, chemin, nom, genre=genre, meta=meta)
            if isinstance(examen, PieceRefusee):
                raise DepotRefuse(examen.message, champ_fautif(examen, meta or {}))
            with self._verrou:
                ailleurs = next((d for d in self._depots.values() if d.examen.sha256 == examen.sha256), None)
                if ailleurs is not None and ailleurs.demande == demande:
                    raise DepotRefuse(f"ce fichier est déjà déposé ici, pour la preuve {ailleurs.piece.preuve}")
                depot = Depot(chemin.name, demande, PieceDeposee(preuve, nom, chemin, genre, meta), examen)
                self._depots[depot.id] = depot
                return depot
        except BaseException:
            chemin.unlink(missing_ok=True)
            raise

    def de(self, demande: int) -> list[Depot]:
        """Les dépôts de cette demande, dans l'ordre."""
        with self._verrou:
            return [depot for depot in self._depots.values() if depot.demande == demande]

    def trouver(self, id: str) -> Depot | None:
        """Le dépôt de cet identifiant."""
        with self._verrou:
            return self._depots.get(id)

    def retirer(self, id: str) -> None:
        """La personne se ravise : le fichier est effacé."""
        with self._verrou:
            depot = self._depots.pop(id, None)
        if depot is not None:
            depot.piece.chemin.unlink(missing_ok=True)

    def fermer(self) -> None:
        """Efface ce qui n'a pas été rendu avec une réponse, et les copies de ce qui l'a été."""
        shutil.rmtree(self._dossier, ignore_errors=True)
