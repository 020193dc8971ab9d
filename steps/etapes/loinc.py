"""Étapes du catalogue d'analyses : afficher, exporter, comparer ce qui est exporté à ce qui est montré."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse

from reports.constat import Constat
from reports.verdict import Verdict
from steps.bilan import NonConcluant, ScenarioArrete
from steps.essai import Essai
from steps.logiciel.protocole import ReponseAction
from steps.verifications.loinc import contenu, fichiers

ROLE = "administrateur"
OBJETS = ("chapitres", "examens", "analyses")
_EXPORTS = {"chapitres": "LOINC_1", "examens prescriptibles": "LOINC_2", "analyses de résultat": "LOINC_3"}


def afficher(essai: Essai) -> list[Mapping[str, Any]]:
    """Tout le catalogue, tel que le logiciel le montre maintenant ; vide si personne ne le relève."""
    montre: list[Mapping[str, Any]] = []
    if essai.releves.get("catalogue") == []:
        # Une personne ne recopie pas un catalogue : elle l'a dit une fois, elle comparera à l'écran.
        return montre
    for objets in OBJETS:
        vus = essai.preparer("lire_catalogue", ROLE, objets=objets).donnees.get("objets")
        if not isinstance(vus, list) or not vus:
            montre.clear()
            break
        montre += vus
    essai.releves["catalogue"] = montre
    return montre


def exporter(essai: Essai, fichier: str, *, complement: bool = False) -> tuple[str, bytes]:
    """Nom et octets du fichier que le logiciel exporte."""
    reponse = essai.jouer("exporter_catalogue", ROLE, fichier=fichier)
    nom = str(reponse.donnees.get("nom") or "")
    octets = fichier_rendu(reponse, "fichier_base64")
    description = f"catalogue exporté, {fichier}"
    essai.bilan.joindre(nom or f"{fichier}.csv", "export", octets, description, complement=complement)
    return nom, octets


def fichier_rendu(reponse: ReponseAction, champ: str) -> bytes:
    """Les octets d'un fichier rendu en base64 ; NonConcluant s'il manque."""
    texte = reponse.donnees.get(champ)
    if not reponse.fait or not isinstance(texte, str):
        raise NonConcluant(f"{champ} attendu, reçu : {reponse.en_phrase()}")
    try:
        return b64decode(texte, validate=True)
    except ValueError as erreur:
        raise NonConcluant(f"{champ} : base64 illisible ({erreur})") from erreur


def constater_ou_arreter(essai: Essai, constats: list[Constat]) -> None:
    """Ajoute les constats ; un manquement arrête le scénario, la suite n'aurait pas de sens."""
    essai.bilan.constater(constats)
    manquement = next((c for c in constats if c.verdict is Verdict.NON_CONFORME), None)
    if manquement:
        raise ScenarioArrete(manquement.message)


# ------------------------------------------------------------------------ agir
@given("le catalogue d'analyses du laboratoire, tel que le logiciel le montre")
def catalogue_affiche(essai: Essai) -> None:
    afficher(essai)


@when(parse("l'administrateur exporte les {quoi} du catalogue"))
def exporter_le_catalogue(essai: Essai, quoi: str) -> None:
    debut = datetime.now(UTC)
    nom, octets = exporter(essai, _EXPORTS[quoi])
    essai.releves["export"] = (_EXPORTS[quoi], nom, octets, debut, datetime.now(UTC))


# ------------------------------------------------------------------- constater
@then("le fichier exporté porte le nom prévu, à la date du jour")
def nom_prevu(essai: Essai) -> None:
    fichier, nom, _, debut, fin = essai.releves["export"]
    essai.bilan.constater(fichiers.nom_du_fichier(fichier, nom, debut, fin))


@then("ses champs sont dans l'ordre prévu, séparés par des points-virgules, les obligatoires remplis")
def forme_prevue(essai: Essai) -> None:
    """Un champ de trop ou de moins décale tous les autres : la suite ne se juge pas."""
    fichier, _, octets, _, _ = essai.releves["export"]
    constater_ou_arreter(essai, fichiers.forme(fichier, octets, essai.releves["catalogue"]))


@then("il compte au moins 10 chapitres et sous-chapitres")
@then("il compte au moins 10 analyses")
def volume_atteint(essai: Essai) -> None:
    fichier, _, octets, _, _ = essai.releves["export"]
    essai.bilan.constater(fichiers.volume(fichier, octets, essai.releves["catalogue"]))


@then("il dit tous les chapitres et sous-chapitres que le logiciel montre, et eux seuls")
def chapitres_fideles(essai: Essai) -> None:
    essai.bilan.constater(contenu.chapitres_exportes(essai.releves["export"][2], essai.releves["catalogue"]))


@then("il dit tous les examens que le logiciel montre, avec une ligne par analyse")
def demandes_fideles(essai: Essai) -> None:
    essai.bilan.constater(contenu.demandes_exportees(essai.releves["export"][2], essai.releves["catalogue"]))


@then("il dit toutes les analyses que le logiciel montre, et elles seules")
def resultats_fideles(essai: Essai) -> None:
    essai.bilan.constater(contenu.resultats_exportes(essai.releves["export"][2], essai.releves["catalogue"]))


@then("ses champs facultatifs remplis disent ce que le logiciel montre")
def facultatifs_fideles(essai: Essai) -> None:
    fichier, _, octets, _, _ = essai.releves["export"]
    essai.bilan.constater(contenu.facultatifs_exportes(fichier, octets, essai.releves["catalogue"]))
