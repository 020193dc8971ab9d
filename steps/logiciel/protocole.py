"""Ce qu'est un adaptateur, ce qu'il rend, comment il échoue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from steps.logiciel.connexion import NON_DECLAREE, ConnexionDeclaree


class AdaptateurInjoignable(Exception):
    """Le banc n'a pas pu faire agir le logiciel : panne de l'adaptateur, jamais un manquement du logiciel."""


@dataclass(frozen=True, slots=True)
class ReponseAction:
    """Ce que le logiciel a fait d'une action.

    `resultat` : `fait`, `refuse` (il l'a empêchée), `echec` (il a essayé), `non_gere`.
    `messages` : ce que l'utilisateur a vu. `donnees` : selon le contrat de l'action.
    """

    resultat: str
    messages: tuple[str, ...] = ()
    donnees: Mapping[str, Any] = field(default_factory=dict)

    @property
    def fait(self) -> bool:
        return self.resultat == "fait"

    def en_phrase(self) -> str:
        """« refuse : message 1 ; message 2 », pour un constat."""
        return self.resultat + (" : " + " ; ".join(self.messages) if self.messages else " (sans message)")


@dataclass(frozen=True, slots=True)
class Apropos:
    """Identité du logiciel telle qu'il la déclare lui-même ; `pro_sante_connect` : sa connexion, s'il la décrit."""

    nom: str
    version: str
    editeur: str = ""
    type_logiciel: str = ""
    pro_sante_connect: ConnexionDeclaree = NON_DECLAREE


class Adaptateur(Protocol):
    """Transforme une action métier en quelque chose que le logiciel fait."""

    def apropos(self) -> Apropos:
        """Nom et version du logiciel ; AdaptateurInjoignable s'il ne répond pas."""
        ...

    def actions(self) -> frozenset[str]:
        """Actions que cet adaptateur sait faire jouer."""
        ...

    def jouer(self, action: str, utilisateur: str, parametres: Mapping[str, Any]) -> ReponseAction:
        """Fait jouer l'action ; AdaptateurInjoignable si le logiciel ne répond pas comme le contrat le dit."""
        ...

    def fermer(self) -> None:
        """Rend les connexions."""
        ...
