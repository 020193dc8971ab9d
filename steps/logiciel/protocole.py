"""Ce qu'est un adaptateur, ce qu'il rend, comment il échoue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from steps.logiciel.connexion import NON_DECLAREE, ConnexionDeclaree

if TYPE_CHECKING:
    from reports.resultat import ResultatScenario
    from steps.essai import Essai
    from steps.selection import ScenarioRetenu


class AdaptateurInjoignable(Exception):
    """Le banc n'a pas pu faire agir le logiciel : panne de l'adaptateur, jamais un manquement du logiciel."""


class AproposInconnu(AdaptateurInjoignable):
    """Cet adaptateur ne sait pas demander au logiciel son nom et sa version : un autre le dira, ou logiciel.yaml."""


@dataclass(frozen=True, slots=True)
class ReponseAction:
    """Ce que le logiciel a fait d'une action.

    `resultat` : `fait`, `refuse` (il l'a empêchée), `echec` (il a essayé), `non_gere`.
    `messages` : ce que l'utilisateur a vu. `donnees` : selon le contrat de l'action. `trace` : ce que l'adaptateur
    a dit en travaillant, pour comprendre un échec.
    """

    resultat: str
    messages: tuple[str, ...] = ()
    donnees: Mapping[str, Any] = field(default_factory=dict)
    trace: str = ""

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
    """Transforme une action métier en quelque chose que le logiciel fait.

    Celui qui ne sait pas jouer une action pendant une autre le dit par un attribut `une_a_la_fois` vrai.
    """

    def apropos(self) -> Apropos:
        """Nom et version, lus dans le logiciel ; AdaptateurInjoignable s'il ne répond pas.

        AproposInconnu si l'adaptateur n'a pas de quoi le demander : ne jamais répondre d'après logiciel.yaml.
        """
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


@runtime_checkable
class ApportePieces(Protocol):
    """Un adaptateur qui apporte des pièces déjà produites, par la porte unique (`reports.pieces.porte`)."""

    def apporter(self, resultat: ResultatScenario) -> None:
        """Le scénario est jugé, joué ou non : ses pièces entrent au dossier."""
        ...

    def bilan_des_apports(self) -> tuple[str, ...]:
        """Ce que la personne doit savoir à la fin : déposées, refusées, sans preuve."""
        ...


@runtime_checkable
class AccompagneScenario(Protocol):
    """Ce qu'un adaptateur peut offrir de plus : savoir quand un scénario commence et finit."""

    def debuter_scenario(self, retenu: ScenarioRetenu) -> None:
        """Le scénario va être joué ; le journal est déjà marqué."""
        ...

    def finir_scenario(self, essai: Essai) -> None:
        """Le scénario est joué, ses réglages sont remis ; une pièce se joint encore par `essai.bilan.joindre`."""
        ...
