"""Ce qu'une personne doit encore apporter, scénario par scénario, sous la forme la moins coûteuse."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from reports.depots import PERIMEE
from reports.pieces.conseil import Proposition, genres_proposes
from reports.resultat import EtatPreuve, PreuveProduite, ResultatScenario
from reports.verdict import Verdict
from requirements.catalogue import Catalogue
from requirements.modele import EtapeGuidee


@dataclass(frozen=True, slots=True)
class PreuveManquante:
    """Une preuve à apporter. `perimees` : pièces apportées pour une autre version, à refaire.

    `a_montrer` : ce que le catalogue conseille pour cette preuve (quoi cadrer, mentions, piège).
    """

    preuve: PreuveProduite
    proposition: Proposition
    perimees: tuple[str, ...]
    a_montrer: str = ""

    def en_dict(self) -> dict[str, Any]:
        """Forme JSON."""
        premier = self.proposition.premier
        return {
            "preuve": self.preuve.designation,
            "attendu": self.preuve.attendu,
            "etat": self.preuve.etat.value,
            "genre": premier.value if premier else None,
            "genres": [genre.value for genre in self.proposition.genres],
            "a_montrer": self.a_montrer,
            "conseil": self.proposition.conseil,
            "perimees": list(self.perimees),
        }


@dataclass(frozen=True, slots=True)
class ScenarioIncomplet:
    """Un scénario dont une preuve reste à apporter, ou à vérifier ; `deroule` : comment une personne le juge."""

    resultat: ResultatScenario
    manquantes: tuple[PreuveManquante, ...]
    a_verifier: tuple[PreuveProduite, ...]
    deroule: tuple[EtapeGuidee, ...] = ()

    def en_dict(self) -> dict[str, Any]:
        """Forme JSON."""
        return {
            "rem": self.resultat.rem,
            "exigence": self.resultat.exigence,
            "scenario": self.resultat.scenario,
            "titre": self.resultat.titre,
            "verdict": self.resultat.verdict.value,
            "deroule": [{"faire": e.faire, "voir": e.voir, "ecart": e.ecart} for e in self.deroule],
            "manquantes": [preuve.en_dict() for preuve in self.manquantes],
            "a_verifier": [preuve.designation for preuve in self.a_verifier],
        }


def incomplets(resultats: Iterable[ResultatScenario], catalogue: Catalogue) -> tuple[ScenarioIncomplet, ...]:
    """Les scénarios applicables où une preuve manque ou reste à vérifier, dans l'ordre ; le catalogue les guide."""
    connus = {(s.rem, s.exigence, s.id): s for exigence in catalogue.exigences for s in exigence.scenarios}
    trouves = []
    for resultat in resultats:
        if resultat.verdict is Verdict.NON_APPLICABLE:
            continue
        scenario = connus.get(resultat.cle)
        conseils = {preuve.repere: preuve.conseil for preuve in scenario.preuves} if scenario else {}
        manquantes = tuple(
            _manquante(preuve, conseils.get(preuve.designation, ""))
            for preuve in resultat.preuves
            if preuve.reste_a_apporter
        )
        a_verifier = tuple(preuve for preuve in resultat.preuves if preuve.etat is EtatPreuve.A_VERIFIER)
        if manquantes or a_verifier:
            deroule = scenario.deroule if scenario else ()
            trouves.append(ScenarioIncomplet(resultat, manquantes, a_verifier, deroule))
    return tuple(trouves)


def _manquante(preuve: PreuveProduite, a_montrer: str) -> PreuveManquante:
    perimees = tuple(
        f"{piece.chemin.rpartition('/')[2]} (apportée pour {piece.details[PERIMEE]})"
        for piece in preuve.fichiers
        if piece.details.get(PERIMEE)
    )
    return PreuveManquante(preuve, genres_proposes(preuve.pieces_acceptees), perimees, a_montrer)
