"""Résumé d'une campagne pour le terminal : verdicts, sections, ce qui manque, où est le rapport."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from reports.campagne import Campagne
from reports.ecarts import BilanEcarts, bilan_de
from reports.options import MENTION_DEMONSTRATION
from reports.rapport import NOM, SIGNES
from reports.resultat import ResultatScenario
from reports.seances import avertissements
from reports.synthese import ORDRE_AFFICHAGE, Comptes, Synthese, synthetiser
from reports.texte import abreger, affichable, duree_lisible, pluriel
from reports.verdict import Verdict

_COULEURS = {
    Verdict.NON_CONFORME: "31;1",
    Verdict.NON_CONCLUANT: "35;1",
    Verdict.A_VERIFIER: "33",
    Verdict.NON_EXECUTE: "90",
    Verdict.CONFORME: "32",
    Verdict.NON_APPLICABLE: "90",
}
_LISTE_MAX = 20


def couleurs_permises(flux: TextIO) -> bool:
    """Des couleurs seulement sur un terminal, et jamais contre NO_COLOR (https://no-color.org) ou TERM=dumb."""
    return flux.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def colorer(texte: str, verdict: Verdict, couleurs: bool) -> str:
    """Le texte dans la couleur du verdict, si les couleurs sont permises."""
    return f"\x1b[{_COULEURS[verdict]}m{texte}\x1b[0m" if couleurs else texte


def ligne_scenario(resultat: ResultatScenario, rang: int, total: int, *, couleurs: bool = False) -> str:
    """La ligne d'un scénario qui vient d'être jugé : n/N, verdict, numéro, titre, durée."""
    chiffres = len(str(total))
    verdict = colorer(f"{SIGNES[resultat.verdict]} {resultat.verdict.libelle:<14}", resultat.verdict, couleurs)
    duree = f" ({duree_lisible(resultat.duree_s)})" if resultat.duree_s >= 0.005 else ""
    return (
        f"[{rang:>{chiffres}}/{total}] {verdict} {affichable(resultat.scenario)}  "
        f"{abreger(affichable(_une_ligne(resultat.titre)), 100)}{duree}{' (rejoué)' if resultat.rejoue else ''}"
    )


def resumer(campagne: Campagne, dossier: Path, *, couleurs: bool = False, largeur: int | None = None) -> list[str]:
    """Les lignes du résumé final."""
    largeur = largeur or shutil.get_terminal_size((100, 24)).columns
    synthese = synthetiser(campagne.resultats)
    lignes = [
        f"REM {campagne.rem}, couloir {campagne.couloir}, "
        f"{'vagues' if len(campagne.vagues) > 1 else 'vague'} {', '.join(map(str, campagne.vagues))} · "
        f"{affichable(campagne.logiciel.designation)}",
    ]
    if campagne.demonstration:
        lignes.append(colorer(MENTION_DEMONSTRATION, Verdict.A_VERIFIER, couleurs))
    rejoues = sum(resultat.rejoue for resultat in campagne.resultats)
    if rejoues:
        texte = f"{pluriel(rejoues, 'scénario rejoué', 'scénarios rejoués')} d'un enregistrement : rien ne se scelle."
        lignes.append(colorer(texte, Verdict.A_VERIFIER, couleurs))
    if campagne.interrompue:
        lignes.append(colorer("Campagne interrompue avant la fin.", Verdict.NON_CONFORME, couleurs))
    lignes += ["", *_par_verdict(synthese.ensemble, couleurs), "", *_par_section(synthese)]
    ecarts = bilan_de(campagne)
    lignes += _non_conformes(campagne.resultats, ecarts, couleurs, largeur)
    if ecarts.anomalies:
        lignes += ["", colorer("Écarts connus à corriger :", Verdict.NON_CONFORME, couleurs)]
        lignes += [f"  {anomalie}" for anomalie in ecarts.anomalies]
    lignes += _a_apporter(synthese)
    if a_savoir := avertissements(campagne):
        lignes += ["", *a_savoir]
    return [*lignes, "", f"Rapport : {dossier / NOM}"]


def _par_verdict(comptes: Comptes, couleurs: bool) -> list[str]:
    lignes = [pluriel(comptes.total, "scénario de conformité", "scénarios de conformité")]
    for verdict, nombre in comptes.par_verdict:
        if nombre:
            lignes.append(colorer(f"  {SIGNES[verdict]} {verdict.libelle:<15}{nombre:>5}", verdict, couleurs))
    return lignes


def _par_section(synthese: Synthese) -> list[str]:
    presents = [verdict for verdict in ORDRE_AFFICHAGE if synthese.ensemble.nombre(verdict)]
    marge = max((len(affichable(comptes.nom)) for comptes in synthese.par_section), default=0)
    marge = min(max(marge, len("section")), 40)
    lignes = ["section".ljust(marge) + "".join(f"  {verdict.libelle:>14}" for verdict in presents) + "   total"]
    for comptes in synthese.par_section:
        nom = affichable(_une_ligne(comptes.nom))[:marge].ljust(marge)
        valeurs = "".join(f"  {comptes.nombre(verdict) or '·':>14}" for verdict in presents)
        lignes.append(f"{nom}{valeurs}{comptes.total:>8}")
    return lignes


def _non_conformes(
    resultats: Sequence[ResultatScenario], ecarts: BilanEcarts, couleurs: bool, largeur: int
) -> list[str]:
    lignes: list[str] = []
    for verdict in (Verdict.NON_CONFORME, Verdict.NON_CONCLUANT):
        concernes = [resultat for resultat in resultats if resultat.verdict is verdict]
        if not concernes:
            continue
        lignes += ["", colorer(f"{verdict.libelle.capitalize()} :", verdict, couleurs)]
        for resultat in concernes[:_LISTE_MAX]:
            constat = next((constat for constat in resultat.constats if constat.verdict is verdict), None)
            cause = (constat.message if constat else "") or resultat.raison or resultat.titre
            texte = f"  {affichable(resultat.scenario)}  {affichable(_une_ligne(cause))}"
            lignes.append(texte if len(texte) <= largeur else texte[: largeur - 1] + "…")
            if phrase := ecarts.phrase(resultat):
                lignes.append(f"    {phrase}")
        if len(concernes) > _LISTE_MAX:
            lignes.append(f"  et {pluriel(len(concernes) - _LISTE_MAX, 'autre')}, dans le rapport")
    return lignes


def _a_apporter(synthese: Synthese) -> list[str]:
    restes = synthese.a_apporter
    if not restes:
        return []
    lignes = ["", f"Reste à apporter : {pluriel(len(restes), 'preuve')}"]
    noms = [affichable(reste.preuve.id) or f"{reste.resultat.scenario} (sans numéro)" for reste in restes]
    lignes += [f"  {', '.join(noms[debut : debut + 4])}" for debut in range(0, min(len(noms), _LISTE_MAX), 4)]
    if len(noms) > _LISTE_MAX:
        lignes.append(f"  et {pluriel(len(noms) - _LISTE_MAX, 'autre')}, dans le rapport")
    return lignes


def _une_ligne(texte: str) -> str:
    return " ".join(texte.split())
