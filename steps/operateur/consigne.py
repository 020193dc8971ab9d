"""Ce que le banc demande à une personne, et ce qu'elle répond : des valeurs figées, sans écran."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from reports.constat import Constat
from requirements.modele import EtapeGuidee


class Genre(StrEnum):
    """Ce qui est demandé."""

    ACTION = "action"
    """Faire une action dans le logiciel, et relever ce qu'il montre."""
    JUGEMENT = "jugement"
    """Dire d'un scénario, ou de points laissés par la machine, s'ils sont conformes, pièces à l'appui."""
    PIECES = "pieces"
    """Apporter les pièces d'un scénario que la machine a déjà jugé."""


class Issue(StrEnum):
    """Ce que la personne répond. Les quatre premières sont les résultats du contrat des actions."""

    FAIT = "fait"
    REFUSE = "refuse"
    ECHEC = "echec"
    NON_GERE = "non_gere"
    CONFORME = "conforme"
    NON_CONFORME = "non_conforme"
    SANS_OBJET = "sans_objet"
    IMPOSSIBLE = "impossible"

    @property
    def libelle(self) -> str:
        """L'issue telle qu'une personne la lit sur un bouton."""
        return _LIBELLES[self]


_LIBELLES = {
    Issue.FAIT: "C'est fait",
    Issue.REFUSE: "Le logiciel l'a refusé",
    Issue.ECHEC: "Le logiciel a essayé sans y parvenir",
    Issue.NON_GERE: "Le logiciel n'a pas cette fonction",
    Issue.CONFORME: "C'est conforme",
    Issue.NON_CONFORME: "Ce n'est pas conforme",
    Issue.SANS_OBJET: "Ne s'applique pas",
    Issue.IMPOSSIBLE: "Je n'y arrive pas",
}

ISSUES: Mapping[Genre, tuple[Issue, ...]] = {
    Genre.ACTION: (Issue.FAIT, Issue.REFUSE, Issue.ECHEC, Issue.NON_GERE, Issue.SANS_OBJET, Issue.IMPOSSIBLE),
    Genre.JUGEMENT: (Issue.CONFORME, Issue.NON_CONFORME, Issue.SANS_OBJET, Issue.IMPOSSIBLE),
    Genre.PIECES: (Issue.FAIT, Issue.SANS_OBJET, Issue.IMPOSSIBLE),
}
"""Les réponses admises à chaque genre de demande."""
AVEC_RAISON = frozenset({Issue.NON_CONFORME, Issue.SANS_OBJET, Issue.IMPOSSIBLE})
"""Ces réponses ne valent rien sans une raison écrite."""


@dataclass(frozen=True, slots=True)
class Valeur:
    """Une valeur à saisir telle quelle.

    `chemin` : où elle se trouve dans les paramètres (`identite.nom_naissance`, `analyses.0.code` ; un point dans une
    clé s'écrit `\\.`) ; `nature` : `texte`, `nombre`, `booleen`, `nul`, `liste_vide`, `objet_vide`.
    """

    chemin: str
    libelle: str
    texte: str
    nature: str = "texte"


@dataclass(frozen=True, slots=True)
class PieceDemandee:
    """Une preuve à apporter. `genres` : formes acceptées (`TypePiece`), la moins coûteuse d'abord.

    `conseil` : quoi montrer, une idée par ligne.
    """

    preuve: str
    attendu: str
    genres: tuple[str, ...]
    conseil: str = ""


@dataclass(frozen=True, slots=True)
class Consigne:
    """Une demande.

    `schema` : schéma JSON de ce qu'il faut relever (`donnees` de la réponse) ; `attente` : ce que le banc guette de son
    côté, en français ; `service` : le service simulé où cela doit arriver (vide : rien de précis) ; `deroule` : les
    étapes que suit une personne pour juger ; `rappel` : pourquoi la même demande revient.
    """

    genre: Genre
    scenario: str
    exigence: str
    titre: str
    quoi_faire: str
    action: str = ""
    utilisateur: str = ""
    role: str = ""
    parametres: Mapping[str, Any] = field(default_factory=dict)
    valeurs: tuple[Valeur, ...] = ()
    schema: Mapping[str, Any] = field(default_factory=dict)
    attente: str = ""
    service: str = ""
    pieces: tuple[PieceDemandee, ...] = ()
    constats: tuple[Constat, ...] = ()
    deroule: tuple[EtapeGuidee, ...] = ()
    delai_s: float | None = None
    rappel: str = ""


@dataclass(frozen=True, slots=True)
class PieceDeposee:
    """Un fichier déposé par la personne, encore hors du dossier de campagne. `nom` : celui qu'elle lui donne.

    `genre` : ce qu'elle dit qu'il est (`TypePiece`, ou vide) ; `meta` : les métadonnées d'une attestation.
    """

    preuve: str
    nom: str
    chemin: Path
    genre: str = ""
    meta: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Reponse:
    """Ce que la personne a répondu. `par` : qui ; `rejouee` : vient d'un enregistrement, personne n'a agi."""

    issue: Issue
    messages: tuple[str, ...] = ()
    donnees: Mapping[str, Any] = field(default_factory=dict)
    raison: str = ""
    pieces: tuple[PieceDeposee, ...] = ()
    par: str = ""
    rejouee: bool = False
