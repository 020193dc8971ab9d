"""Étapes de la portabilité : des comptes rendus sur vingt ans, leur export par période, sa documentation."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from pytest_bdd import given, then, when
from pytest_bdd.parsers import re as motif

from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes import document_couloir, vocabulaire
from steps.etapes.commun import Table
from steps.etapes.documents import octets
from steps.releves import retirer
from steps.verifications import portabilite as regles
from steps.verifications.cda.dates import PARIS

_PROFONDEUR_ANS = 20
_DEBUT_JOURS, _FIN_JOURS = 400, 380
"""La période demandée, en jours avant aujourd'hui."""


@dataclass(frozen=True)
class Export:
    """Un export de l'historique, tel que le logiciel l'a rendu."""

    nom: str
    contenu: bytes


def _aujourd_hui() -> date:
    return datetime.now(PARIS).date()


def _periode() -> tuple[date, date]:
    jour = _aujourd_hui()
    return jour - timedelta(days=_DEBUT_JOURS), jour - timedelta(days=_FIN_JOURS)


def _vingt_ans() -> date:
    """Le lendemain du jour d'il y a vingt ans : la période la plus longue que l'exigence demande."""
    jour = _aujourd_hui()
    return date(jour.year - _PROFONDEUR_ANS, jour.month, min(jour.day, 28)) + timedelta(days=1)


def instant(phrase: str) -> datetime:
    """« la veille de la période, à 23:50 »…"""
    debut, fin = _periode()
    repere, _, heure = phrase.partition(", à ")
    jours = {
        "la veille de la période": debut - timedelta(days=1),
        "le premier jour de la période": debut,
        "le milieu de la période": debut + timedelta(days=9),
        "le dernier jour de la période": fin,
        "le lendemain de la période": fin + timedelta(days=1),
        "il y a près de vingt ans": _vingt_ans() + timedelta(days=20),
    }
    if repere not in jours or not heure:
        raise vocabulaire.PhraseInconnue(f"date inconnue : {phrase!r} ; attendu l'une de {list(jours)}, à HH:MM")
    return datetime.combine(jours[repere], time.fromisoformat(heure), PARIS)


def _attendus(essai: Essai) -> dict[str, tuple[regles.CompteRenduAttendu, date]]:
    attendus: dict[str, tuple[regles.CompteRenduAttendu, date]] = essai.releves.setdefault("comptes rendus datés", {})
    return attendus


@given(motif("des (?:comptes rendus|documents) validés pour des actes de ces dates$"))
def comptes_rendus_dates(essai: Essai, datatable: Table) -> None:
    """Colonnes : « compte rendu » (ou « document »), « patient », « acte ». Chacun porte un résultat à lui seul."""
    for ligne in vocabulaire.table(datatable):
        nom, patient = ligne.get("compte rendu") or ligne["document"], essai.patient(ligne["patient"])
        acte = instant(ligne["acte"])
        graine = hashlib.sha256(f"{essai.graine}{essai.retenu.numero}/{nom}".encode()).digest()
        marque = f"{100 + graine[0] % 60}.{int.from_bytes(graine[1:3]) % 9000 + 1000}"
        repere = {"code": "2951-2", "libelle": "Sodium", "valeur": marque, "unite": "mmol/L"}
        document_couloir.valider(essai, patient, [repere], preparer=True, date_acte=acte.isoformat())
        attendu = regles.CompteRenduAttendu(f"« {nom} » ({acte:%d/%m/%Y})", marque, patient.reference.nom_naissance)
        _attendus(essai)[nom] = (attendu, acte.date())


@when(motif("l'administrateur exporte l'historique de la période, puis celui de (?P<profondeur>vingt|trois) ans$"))
def exporter(essai: Essai, profondeur: str) -> None:
    """Le second : les patients du scénario seulement, si le logiciel sait les choisir ; sa base en a d'autres."""
    debut, fin = _periode()
    depuis = _vingt_ans() if profondeur == "vingt" else _aujourd_hui() - timedelta(days=3 * 365)
    siens = {"patients": [patient.patient_id for patient in essai.patients.values()]}
    demandes: tuple[tuple[str, date, date, dict[str, Any]], ...] = (
        ("période", debut, fin, {}),
        ("profond", depuis, _aujourd_hui(), siens),
    )
    for quoi, du, au, choix in demandes:
        reponse = essai.jouer("exporter_historique", "administrateur", du=du.isoformat(), au=au.isoformat(), **choix)
        if reponse.resultat == "echec":
            raise NonConcluant(f"exporter_historique, du {du} au {au} : {reponse.en_phrase()}")
        contenu = octets(reponse, "fichier_base64") if reponse.fait else b""
        nom = str(reponse.donnees.get("nom") or "export") if reponse.fait else reponse.en_phrase()
        essai.releves[f"export {quoi}"] = Export(nom, contenu)


@when("l'administrateur ouvre la documentation de l'export de l'historique")
def ouvrir_documentation(essai: Essai) -> None:
    reponse = essai.jouer("lire_documentation", "administrateur", sujet="portabilite")
    titre, contenu = (str(reponse.donnees.get(champ) or "") for champ in ("titre", "contenu"))
    essai.releves["documentation de l'export"] = contenu
    if contenu:
        essai.bilan.joindre(
            "documentation-export.txt", "document", f"{titre}\n\n{contenu}".encode(), "documentation de l'export"
        )


@then("la documentation dit les données mises à disposition, leur format et leur emplacement, et dit vrai")
def documentation_exacte(essai: Essai) -> None:
    """Comparée à l'export : une documentation d'un autre format, ou d'autres fichiers, n'aiderait personne."""
    contenu, export = retirer(essai, "documentation de l'export", str), _export(essai, "profond")
    noms = tuple(document.nom for document in essai.produits if not document.resultats)
    documents = (*noms, "documents") if noms else ()
    essai.bilan.constater(regles.documentation_exacte(contenu, export.contenu, export.nom, documents))


def _export(essai: Essai, quoi: str) -> Export:
    export: Export = retirer(essai, f"export {quoi}", Export)
    return export


@then(motif("l'export de la période porte les (?:comptes rendus|documents) de la période, et eux seuls$"))
def periode_respectee(essai: Essai) -> None:
    export, entier = _export(essai, "période"), _export(essai, "profond")
    debut, fin = _periode()
    dedans = [attendu for attendu, jour in _attendus(essai).values() if debut <= jour <= fin]
    dehors = [attendu for attendu, jour in _attendus(essai).values() if not debut <= jour <= fin]
    essai.bilan.constater(regles.export_lisible(export.contenu, export.nom))
    essai.bilan.constater(regles.periode_respectee(export.contenu, dedans, dehors, entier.contenu))


@then("l'export de la période donne, sous une forme structurée, l'identité de chaque patient")
def identite_donnee(essai: Essai) -> None:
    """Les patients de la période seulement ; l'INS n'est en base que d'une identité qualifiée ou récupérée."""
    patients = [
        regles.PatientExporte(
            patient.reference.nom_naissance,
            str(patient.identite["premier_prenom_naissance"]),
            str(patient.identite["date_naissance"]),
            patient.reference.matricule_ins if patient.statut == "QUAL" else "",
        )
        for patient in essai.patients.values()
    ]
    essai.bilan.constater(regles.identite_structuree(_export(essai, "période").contenu, patients))


@then("le choix du professionnel, dans la procédure d'export, est à montrer")
def professionnel_choisi(essai: Essai) -> None:
    """Le contrat ne sait demander qu'une période et des patients."""
    message = "montrez l'export de l'historique d'un seul professionnel, choisi dans la procédure"
    essai.bilan.constater(regles.PROFESSIONNEL.a_regarder(message, ou="procédure d'export"))


@then("l'export de vingt ans remonte jusqu'au plus ancien compte rendu")
def profondeur_atteinte(essai: Essai) -> None:
    export = _export(essai, "profond")
    ancien = min(jour for _, jour in _attendus(essai).values())
    anciens = [attendu for attendu, jour in _attendus(essai).values() if jour == ancien]
    recents = [attendu for attendu, jour in _attendus(essai).values() if jour != ancien]
    essai.bilan.constater(regles.export_lisible(export.contenu, export.nom))
    essai.bilan.constater(regles.profondeur_atteinte(export.contenu, anciens, recents))
