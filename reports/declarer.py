"""Déclarer, hors campagne ou pendant : vérifier ce qui est dit, l'écrire au journal, rebâtir les rapports."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from reports.campagne import ErreurCampagne
from reports.chargement_campagne import charger_campagne
from reports.declaration import (
    Declaration,
    IssueDeclaree,
    appliquer,
    jugeable,
    points_a_regarder,
    preuves_en_attente,
    sans_declaration,
)
from reports.rebatir import rebatir
from reports.resultat import ResultatScenario
from reports.verdict import Verdict
from reports.verrou import Verrou
from requirements.catalogue import charger_de_campagne
from simulators.socle.base import FICHIER
from simulators.socle.journal import JournalEchanges

_AVEC_RAISON = frozenset({IssueDeclaree.NON_CONFORME, IssueDeclaree.SANS_OBJET, IssueDeclaree.IMPOSSIBLE})


class DeclarationRefusee(ValueError):
    """Cette déclaration ne peut rien changer, ou il lui manque quelque chose ; le message dit quoi faire."""


def verifier(resultat: ResultatScenario, declaration: Declaration) -> None:
    """Refuse une déclaration incomplète, ou que les règles laisseraient sans effet."""
    if not declaration.par.strip():
        raise DeclarationRefusee("qui déclare ? attendu un nom : le relecteur le lira")
    if declaration.issue in _AVEC_RAISON and not declaration.raison.strip():
        raise DeclarationRefusee(f"« {declaration.issue.value} » demande une raison écrite : un relecteur la lira")
    machine = sans_declaration(resultat)
    if machine.verdict is Verdict.NON_APPLICABLE:
        raise DeclarationRefusee(
            f"{resultat.scenario} est non applicable ({machine.raison}) : seul le profil en décide ; revendiquez-le "
            "dans logiciel.yaml et rejouez"
        )
    if machine.verdict is Verdict.NON_CONFORME and declaration.issue is not IssueDeclaree.NON_CONFORME:
        raise DeclarationRefusee(
            f"{resultat.scenario} est non conforme, établi par la machine : aucune déclaration ne l'efface ; corrigez "
            "le logiciel et rejouez, ou dites au relecteur pourquoi vous contestez le constat"
        )
    if declaration.issue is IssueDeclaree.CONFORME and machine.verdict is not Verdict.CONFORME:
        _verifier_conforme(machine)


def _verifier_conforme(machine: ResultatScenario) -> None:
    if jugeable(machine):
        return
    if machine.verdict is not Verdict.A_VERIFIER:
        raise DeclarationRefusee(
            f"{machine.scenario} est {machine.verdict.libelle} ({machine.raison}) : une feature le joue, une "
            "déclaration ne la remplace pas ; rejouez-le par --reprendre"
        )
    fermes = [
        c.code for c in machine.constats if c.verdict is Verdict.A_VERIFIER and c not in points_a_regarder(machine)
    ]
    raise DeclarationRefusee(
        f"{machine.scenario} reste à vérifier par un relecteur : {', '.join(sorted(set(fermes)))} ne se lève pas par "
        "déclaration (règle enfreinte de source secondaire ou déduite, ou scénario arrêté)"
    )


def declarer(journal: JournalEchanges, resultat: ResultatScenario, declaration: Declaration) -> ResultatScenario:
    """Écrit la déclaration au journal et rend le résultat recalculé ; DeclarationRefusee avant d'écrire sinon."""
    verifier(resultat, declaration)
    journal.ajouter("declaration", declaration.en_dict())
    return appliquer(resultat, declaration)


def preparer(
    resultat: ResultatScenario, issue: IssueDeclaree, *, raison: str = "", par: str, rejouee: bool = False
) -> Declaration:
    """La déclaration de maintenant : elle porte sur tous les points que la machine a laissés à regarder."""
    return Declaration(
        rem=resultat.rem,
        exigence=resultat.exigence,
        scenario=resultat.scenario,
        issue=issue,
        raison=raison.strip(),
        par=par.strip(),
        le=datetime.now(UTC).isoformat(timespec="seconds"),
        rejouee=rejouee,
        constats=tuple(dict.fromkeys(constat.code for constat in points_a_regarder(resultat))),
    )


def scenarios_nommes(resultats: Sequence[ResultatScenario], numero: str) -> list[ResultatScenario]:
    """Les résultats de ce N° de scénario : un numéro se répète parfois d'une exigence à l'autre."""
    return [resultat for resultat in resultats if resultat.scenario == numero]


# -------------------------------------------------------------------- commande
def options_de_commande(analyseur: ArgumentParser) -> None:
    """Les options de `python -m reports declarer DIR`."""
    analyseur.add_argument("--scenario", required=True, metavar="N°", help="N° du scénario, par exemple INS/va1.01.01")
    analyseur.add_argument("--exigence", default="", metavar="N°", help="quand deux exigences partagent ce scénario")
    analyseur.add_argument(
        "--issue", required=True, choices=[issue.value for issue in IssueDeclaree], help="ce que vous déclarez"
    )
    analyseur.add_argument("--raison", default="", help="obligatoire, sauf pour conforme")
    analyseur.add_argument("--par", required=True, help="qui déclare : le relecteur le lira")
    analyseur.set_defaults(commande=commande)


def commande(options: Namespace) -> int:
    """Déclare, rebâtit les rapports, dit ce que le verdict devient ; 0 si la déclaration est entrée, 1 si refusée."""
    dossier: Path = options.dossier
    if not (dossier / FICHIER).is_file():
        raise ErreurCampagne(f"{dossier} : aucun journal, il n'y a rien à quoi rattacher une déclaration")
    with Verrou(dossier, "déclaration"), JournalEchanges.reprendre(dossier) as journal:
        catalogue = charger_de_campagne(dossier, charger_campagne(dossier, journal).couloir)
        resultat = _choisir(charger_campagne(dossier, journal, catalogue).resultats, options, dossier)
        declaration = preparer(resultat, IssueDeclaree(options.issue), raison=options.raison, par=options.par)
        try:
            apres = declarer(journal, resultat, declaration)
        except DeclarationRefusee as erreur:
            print(f"Refusé : {erreur}")
            return 1
        rebatir(dossier, journal, catalogue)
    print(f"{apres.scenario} : {apres.verdict.libelle}" + (f" ({apres.raison})" if apres.raison else ""))
    for etat, preuves in preuves_en_attente(apres).items():
        print(f"  {etat.libelle} : {', '.join(preuves)}")
    return 0


def _choisir(resultats: Sequence[ResultatScenario], options: Namespace, dossier: Path) -> ResultatScenario:
    trouves = [r for r in scenarios_nommes(resultats, options.scenario) if options.exigence in ("", r.exigence)]
    if not trouves:
        raise ErreurCampagne(
            f"{dossier} : cette campagne n'a pas de scénario {options.scenario!r} ; attendu un N° de son rapport"
        )
    if len(trouves) > 1:
        exigences = ", ".join(resultat.exigence for resultat in trouves)
        raise ErreurCampagne(f"{options.scenario} : partagé par {exigences} ; dites laquelle par --exigence")
    return trouves[0]
