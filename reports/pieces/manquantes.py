"""Ce qu'une personne doit encore apporter, scénario par scénario, sous la forme la moins coûteuse."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from reports.depots import PERIMEE
from reports.pieces.conseil import Proposition, genres_proposes
from reports.resultat import EtatPreuve, PreuveProduite, ResultatScenario
from reports.verdict import Verdict


@dataclass(frozen=True, slots=True)
class PreuveManquante:
    """Une preuve à apporter. `perimees` : pièces apportées pour une autre version, à refaire."""

    preuve: PreuveProduite
    proposition: Proposition
    perimees: tuple[str, ...]

    def en_dict(self) -> dict[str, Any]:
        """Forme JSON."""
        premier = self.proposition.premier
        return {
            "preuve": self.preuve.designation,
            "attendu": self.preuve.attendu,
            "etat": self.preuve.etat.value,
            "genre": premier.value if premier else None,
            "genres": [genre.value for genre in self.proposition.genres],
            "conseil": self.proposition.conseil,
            "perimees": list(self.perimees),
        }


@dataclass(frozen=True, slots=True)
class ScenarioIncomplet:
    """Un scénario dont une preuve au moins reste à apporter, ou à vérifier."""

    resultat: ResultatScenario
    manquantes: tuple[PreuveManquante, ...]
    a_verifier: tuple[PreuveProduite, ...]

    def en_dict(self) -> dict[str, Any]:
        """Forme JSON."""
        return {
            "rem": self.resultat.rem,
            "exigence": self.resultat.exigence,
            "scenario": self.resultat.scenario,
            "titre": self.resultat.titre,
            "verdict": self.resultat.verdict.value,
            "manquantes": [preuve.en_dict() for preuve in self.manquantes],
            "a_verifier": [preuve.designation for preuve in self.a_verifier],
        }


def incomplets(resultats: Iterable[ResultatScenario]) -> tuple[ScenarioIncomplet, ...]:
    """Les scénarios applicables où une preuve manque ou reste à vérifier, dans l'ordre."""
    trouves = []
    for resultat in resultats:
        if resultat.verdict is Verdict.NON_APPLICABLE:
            continue
        manquantes = tuple(_manquante(preuve) for preuve in resultat.preuves if preuve.reste_a_apporter)
        a_verifier = tuple(preuve for preuve in resultat.preuves if preuve.etat is EtatPreuve.A_VERIFIER)
        if manquantes or a_verifier:
            trouves.append(ScenarioIncomplet(resultat, manquantes, a_verifier))
    return tuple(trouves)


def _manquante(preuve: PreuveProduite) -> PreuveManquante:
    perimees = tuple(
        f"{piece.chemin.rpartition('/')[2]} (apportée pour {piece.details[PERIMEE]})"
        for piece in preuve.fichiers
        if piece.details.get(PERIMEE)
    )
    return PreuveManquante(preuve, genres_proposes(preuve.pieces_acceptees), perimees)
