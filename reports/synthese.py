"""Comptes d'une campagne et code de sortie : ce que le terminal, le rapport et l'intégration continue lisent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from reports.ecarts import SANS_ECART, BilanEcarts
from reports.resultat import PreuveProduite, ResultatScenario
from reports.verdict import Verdict

# Ordre d'affichage : ce qui appelle une action d'abord, ce qui n'en appelle pas ensuite.
ORDRE_AFFICHAGE = (
    Verdict.NON_CONFORME,
    Verdict.NON_CONCLUANT,
    Verdict.A_VERIFIER,
    Verdict.NON_EXECUTE,
    Verdict.CONFORME,
    Verdict.NON_APPLICABLE,
)


@dataclass(frozen=True, slots=True)
class Comptes:
    """Nombre de scénarios par verdict, pour un groupe (une section, une vague, un moyen, ou le tout)."""

    nom: str
    par_verdict: tuple[tuple[Verdict, int], ...]

    @property
    def total(self) -> int:
        """Tous les scénarios du groupe."""
        return sum(nombre for _, nombre in self.par_verdict)

    def nombre(self, verdict: Verdict) -> int:
        """Les scénarios du groupe qui ont ce verdict."""
        return dict(self.par_verdict).get(verdict, 0)

    def en_dict(self) -> dict[str, Any]:
        """Forme JSON : le total puis chaque verdict, même à zéro."""
        return {"total": self.total, **{verdict.value: nombre for verdict, nombre in self.par_verdict}}


@dataclass(frozen=True, slots=True)
class PreuveAApporter:
    """Une pièce qu'une personne doit encore fournir, et pour quel scénario."""

    preuve: PreuveProduite
    resultat: ResultatScenario


@dataclass(frozen=True, slots=True)
class Synthese:
    """Les comptes d'une campagne."""

    ensemble: Comptes
    par_section: tuple[Comptes, ...]
    par_vague: tuple[Comptes, ...]
    par_moyen: tuple[Comptes, ...]
    a_apporter: tuple[PreuveAApporter, ...]

    def en_dict(self) -> dict[str, Any]:
        """Forme JSON de `python -m reports resumer --json`."""
        return {
            "ensemble": self.ensemble.en_dict(),
            "sections": {comptes.nom: comptes.en_dict() for comptes in self.par_section},
            "vagues": {comptes.nom: comptes.en_dict() for comptes in self.par_vague},
            "moyens": {comptes.nom: comptes.en_dict() for comptes in self.par_moyen},
            "a_apporter": [
                {
                    "preuve": reste.preuve.id,
                    "exigence": reste.resultat.exigence,
                    "scenario": reste.resultat.scenario,
                    "etat": reste.preuve.etat.value,
                    "attendu": reste.preuve.attendu,
                    "pieces_acceptees": list(reste.preuve.pieces_acceptees),
                }
                for reste in self.a_apporter
            ],
        }


def synthetiser(resultats: Sequence[ResultatScenario]) -> Synthese:
    """Compte les résultats ; les groupes gardent l'ordre de leur première apparition, celui du catalogue."""
    return Synthese(
        ensemble=_compter("ensemble", resultats),
        par_section=_grouper(resultats, lambda resultat: resultat.section),
        par_vague=_grouper(resultats, lambda resultat: f"vague {resultat.vague}"),
        par_moyen=_grouper(resultats, lambda resultat: resultat.moyen.value if resultat.moyen else "aucun"),
        a_apporter=tuple(
            PreuveAApporter(preuve, resultat)
            for resultat in resultats
            if resultat.verdict is not Verdict.NON_APPLICABLE
            for preuve in resultat.preuves
            if preuve.reste_a_apporter
        ),
    )


def _compter(nom: str, resultats: Iterable[ResultatScenario]) -> Comptes:
    comptes = Counter(resultat.verdict for resultat in resultats)
    return Comptes(nom, tuple((verdict, comptes[verdict]) for verdict in ORDRE_AFFICHAGE))


def _grouper(resultats: Sequence[ResultatScenario], nommer: Callable[[ResultatScenario], str]) -> tuple[Comptes, ...]:
    groupes: dict[str, list[ResultatScenario]] = {}
    for resultat in resultats:
        groupes.setdefault(nommer(resultat), []).append(resultat)
    return tuple(_compter(nom, membres) for nom, membres in groupes.items())


def code_de_sortie(
    resultats: Sequence[ResultatScenario],
    exiger_complet: bool = False,
    *,
    interrompue: bool = False,
    ecarts: BilanEcarts = SANS_ECART,
) -> int:
    """Le code de sortie d'une campagne : 0, 1 ou 3.

    1 : au moins un *non conforme* qu'aucun écart connu et valable n'annonce, ou un écart à corriger (disparu, expiré,
    numéro inconnu) ; ou, avec `exiger_complet`, un scénario *à vérifier* ou *non exécuté*, ou un écart encore là.
    3 : sans *non conforme*, au moins un *non concluant*, ou une campagne interrompue, ou rien de jugé du tout
    (aucun scénario, ou seulement des *non exécuté* et *non applicable*) : le silence n'est jamais une réussite.
    0 : tout ce que la machine peut juger est conforme.
    """
    presents = {resultat.verdict for resultat in resultats}
    manquements = [resultat for resultat in resultats if resultat.verdict is Verdict.NON_CONFORME]
    if ecarts.anomalies or any(resultat.cle not in ecarts.couverts for resultat in manquements):
        return 1
    if manquements and exiger_complet:
        return 1
    if interrompue or Verdict.NON_CONCLUANT in presents:
        return 3
    if not presents & {Verdict.CONFORME, Verdict.A_VERIFIER, Verdict.NON_CONFORME}:
        return 3
    if exiger_complet and presents & {Verdict.A_VERIFIER, Verdict.NON_EXECUTE}:
        return 1
    return 0
