"""Ce que rend l'examen d'une pièce apportée par une personne : acceptée, avec ce qu'on y a lu, ou refusée."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reports.campagne import Logiciel
from reports.resultat import EtatPreuve, PieceJointe
from requirements.modele import TypePiece


@dataclass(frozen=True, slots=True)
class PieceRefusee:
    """Une pièce dont rien n'est gardé. `code` : la sorte de refus, pour un programme (`vide`, `format`, `doublon`…)."""

    code: str
    attendu: str
    recu: str
    que_faire: str

    @property
    def message(self) -> str:
        """Le refus tel qu'une personne le lit."""
        return f"attendu : {self.attendu} ; reçu : {self.recu}. À faire : {self.que_faire}"

    def en_dict(self) -> dict[str, str]:
        """Forme JSON."""
        return {
            "code": self.code,
            "attendu": self.attendu,
            "recu": self.recu,
            "que_faire": self.que_faire,
            "message": self.message,
        }


@dataclass(frozen=True, slots=True)
class PieceExaminee:
    """Une pièce acceptée, encore hors du dossier.

    `genre` : la forme à laquelle elle répond ; `nom` : celui qu'elle portera ; `vignette` : un PNG, vide si le contenu
    ne se montre pas. `a_verifier` : pourquoi une personne doit encore la regarder (lien vers une plateforme officielle,
    attestation d'une autre version…) ; vide si la machine est allée au bout de ce qu'elle peut contrôler. `contenu` :
    les octets à ranger quand ce ne sont pas ceux reçus (un lien devient un petit JSON).
    """

    genre: TypePiece
    type: str
    nom: str
    sha256: str
    taille: int
    details: Mapping[str, Any] = field(default_factory=dict)
    vignette: bytes = b""
    avertissements: tuple[str, ...] = ()
    a_verifier: str = ""
    contenu: bytes = b""


@dataclass(frozen=True, slots=True)
class PieceVoisine:
    """Une pièce déjà au dossier, à laquelle une nouvelle se compare.

    `partageable` : homologation, passage sur une plateforme officielle, qui répondent à plusieurs exigences.
    """

    preuve: str
    exigence: str
    scenario: str
    sha256: str
    nom: str
    empreinte_visuelle: str = ""
    partageable: bool = False


@dataclass(frozen=True, slots=True)
class Contexte:
    """Ce que l'examen doit savoir d'une pièce, en plus de ses octets.

    `nom` : celui du fichier reçu ; `genre` : la forme annoncée (vide : déduite du contenu) ; `meta` : métadonnées d'une
    attestation (None : aucune donnée) ; `voisines` : ce que le dossier contient déjà ; `permis` : matricules de test.
    """

    nom: str
    preuve: str = ""
    exigence: str = ""
    scenario: str = ""
    genre: str = ""
    logiciel: Logiciel = field(default_factory=Logiciel)
    jour: dt.date | None = None
    meta: Mapping[str, Any] | None = None
    voisines: tuple[PieceVoisine, ...] = ()
    permis: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PieceRangee:
    """Une pièce entrée au dossier. `deja` : elle y était, rien n'a été écrit ; `etat` : celui de la preuve ensuite."""

    preuve: str
    piece: PieceJointe
    etat: EtatPreuve
    avertissements: tuple[str, ...] = ()
    deja: bool = False

    def en_dict(self) -> dict[str, Any]:
        """Forme JSON."""
        return {
            "preuve": self.preuve,
            "etat": self.etat.value,
            "deja": self.deja,
            "avertissements": list(self.avertissements),
            "piece": self.piece.en_dict(),
        }
