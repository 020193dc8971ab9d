"""Matière entrante : les courriels que le banc fait recevoir au logiciel (§ 17 de notre relevé), conformes ou non."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

from simulators.mssante.courriels import archives_hostiles as _archives  # noqa: F401 (chaque module s'inscrit)
from simulators.mssante.courriels import avis_recus as _avis  # noqa: F401
from simulators.mssante.courriels import documents as _documents  # noqa: F401
from simulators.mssante.courriels import entetes_mss as _entetes  # noqa: F401
from simulators.mssante.courriels import formes as _formes  # noqa: F401
from simulators.mssante.courriels import usager as _usager  # noqa: F401
from simulators.mssante.courriels.catalogue import MATIERES, Matiere, composer
from simulators.mssante.courriels.composition import NIL, Courriel, Envoi
from simulators.mssante.courriels.modele import (
    LABORATOIRE_VOISIN,
    DocumentJoint,
    Emetteur,
    TypeDocument,
    emetteur_de,
)
from simulators.socle.identites import IdentiteTest

NOMS: tuple[str, ...] = tuple(MATIERES)
"""Noms des matières, dans l'ordre du catalogue."""


def fabriquer(
    nom: str,
    *,
    patient: IdentiteTest,
    destinataire: str,
    expediteur: str = LABORATOIRE_VOISIN.adresse,
    instant: datetime | None = None,
    graine: str = "",
    original: bytes | None = None,
    nil: str = NIL,
    taille: int = 0,
) -> Courriel:
    """Le courriel de ce nom, pour ce patient et cette BAL.

    `expediteur` : une BAL de correspondant, ou toute autre adresse (le laboratoire voisin signe alors). `graine` : même
    graine, mêmes identifiants de documents et de message ; neuve par défaut. `original` : courriel auquel une réponse
    ou un avis se rapporte. `taille` : octets des matières dont la taille se choisit (20 Mo par défaut).
    """
    envoi = Envoi(
        patient, destinataire, emetteur_de(expediteur), instant or datetime.now(UTC), graine or uuid4().hex, original,
        nil, taille,
    )  # fmt: skip
    return composer(nom, envoi)


__all__ = [
    "LABORATOIRE_VOISIN",
    "MATIERES",
    "NIL",
    "NOMS",
    "Courriel",
    "DocumentJoint",
    "Emetteur",
    "Envoi",
    "Matiere",
    "TypeDocument",
    "composer",
    "emetteur_de",
    "fabriquer",
]
