"""Une relecture en français, pour une personne ; la forme JSON est celle de `Relecture.en_dict`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from reports.options import MENTION_DEMONSTRATION
from reports.texte import pluriel
from reports.verdict import Verdict
from steps.relecture.modele import Ecart, EtatRelecture, Relecture, ScenarioRelu

_MONTRES = 20
"""Écarts montrés au terminal ; `--json` les donne tous."""


def en_lignes(relecture: Relecture, *, tout: bool = False) -> Iterator[str]:
    """Le compte rendu, ligne à ligne ; `tout` : sans limite de nombre."""
    if relecture.demonstration:
        yield MENTION_DEMONSTRATION
    yield from _comptes(relecture)
    yield from _versions(relecture)
    differents, empeches = relecture.de(EtatRelecture.DIFFERENT), relecture.de(EtatRelecture.NON_REJOUABLE)
    if differents:
        yield f"\nDifférents : {pluriel(len(differents), 'scénario')}"
        yield from _bornees([ligne for scenario in differents for ligne in _scenario(scenario)], tout)
    if empeches:
        yield f"\nNon rejouables : {pluriel(len(empeches), 'scénario')}"
        yield from _bornees([ligne for scenario in empeches for ligne in _empechements(scenario)], tout)
    if relecture.anomalies:
        yield f"\nAnomalies du dossier : {len(relecture.anomalies)}"
        yield from _bornees([ligne for anomalie in relecture.anomalies for ligne in _ecart(anomalie)], tout)
    yield ""
    yield _conclusion(relecture)


def _comptes(relecture: Relecture) -> Iterator[str]:
    scenarios = relecture.scenarios
    jugements = sum(scenario.jugements for scenario in scenarios)
    constats = sum(scenario.constats for scenario in scenarios)
    yield (
        f"Recalculés : {pluriel(len(scenarios), 'verdict')} de machine, {pluriel(jugements, 'jugement')}, "
        f"{pluriel(constats, 'constat')}"
    )
    yield f"Identiques : {len(relecture.de(EtatRelecture.IDENTIQUE))}"
    yield f"Différents : {len(relecture.de(EtatRelecture.DIFFERENT))}"
    yield f"Non rejouables : {len(relecture.de(EtatRelecture.NON_REJOUABLE))}"
    verdicts = Counter(scenario.verdict_recalcule for scenario in scenarios)
    yield "Verdicts recalculés : " + (
        ", ".join(f"{verdict.libelle} {verdicts[verdict]}" for verdict in Verdict if verdicts[verdict]) or "aucun"
    )
    if poses := sum(scenario.poses for scenario in scenarios):
        yield f"Posés par l'étape, sans jugement à refaire (jamais conformes) : {pluriel(poses, 'constat')}"
    if relecture.hors_machine:
        nombre = sum(relecture.hors_machine.values())
        yield f"Rien à recalculer (personne, déclaration, non joué) : {pluriel(nombre, 'scénario')}"


def _versions(relecture: Relecture) -> Iterator[str]:
    if relecture.changees:
        yield (
            f"Vérifications : celles de ce banc ({relecture.empreinte[:16]}) ne sont pas celles qui ont jugé "
            f"({', '.join(empreinte[:16] for empreinte in relecture.empreintes_jugees)}) ; une différence peut venir "
            "de ce changement. À faire : relire avec la version du banc nommée dans campagne.json."
        )
    elif not relecture.empreintes_jugees:
        yield "Vérifications : la campagne ne dit pas lesquelles ont jugé ; une différence peut venir d'elles."
    else:
        yield f"Vérifications : les mêmes qu'au jugement ({relecture.empreinte[:16]})"


def _scenario(scenario: ScenarioRelu) -> Iterator[str]:
    suite = " (vérifications changées depuis)" if scenario.versions_changees else ""
    yield (
        f"  {scenario.cle.scenario} : écrit {scenario.verdict_ecrit.libelle}, "
        f"recalculé {scenario.verdict_recalcule.libelle}{suite}"
    )
    for ecart in scenario.ecarts:
        yield from _ecart(ecart, "    ")
    yield from (f"    {ligne.strip()}" for ligne in _empechements(scenario))


def _empechements(scenario: ScenarioRelu) -> Iterator[str]:
    for empeche in scenario.non_rejoues:
        yield (
            f"  {scenario.cle.scenario} : jugement n° {empeche.jugement} ({empeche.verification}) non refait : "
            f"{empeche.raison}"
        )


def _ecart(ecart: Ecart, marge: str = "  ") -> Iterator[str]:
    yield f"{marge}{ecart.quoi}"
    yield f"{marge}  attendu : {ecart.attendu}"
    yield f"{marge}  reçu : {ecart.recu}"
    yield f"{marge}  où : {ecart.ou}"


def _bornees(lignes: list[str], tout: bool) -> Iterator[str]:
    limite = len(lignes) if tout else 4 * _MONTRES
    yield from lignes[:limite]
    if len(lignes) > limite:
        yield f"  … et {len(lignes) - limite} lignes de plus : --tout, ou --json"


def _conclusion(relecture: Relecture) -> str:
    if relecture.code == 0:
        return "Tous les verdicts de machine ont été refaits et sont identiques."
    return "Le dossier n'est pas confirmé : voyez ci-dessus ce qui diffère ou n'a pas pu être refait."
