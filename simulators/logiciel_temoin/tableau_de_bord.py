"""Tableau de bord des services socles : comptes rendus transmis au DMP et par MSSanté, et leur extraction."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields, replace
from datetime import date
from typing import Any

from simulators.logiciel_temoin.base import Document
from simulators.logiciel_temoin.horloge import maintenant
from simulators.logiciel_temoin.identite import QUAL
from simulators.logiciel_temoin.labo import Labo

CANAUX = ("dmp", "mss_professionnel", "mss_patient")
PERIODES = ("mois_courant", "annee_courante", "annee_precedente")
_TRANSMIS = ("alimente", "remplace", "supprime")

DOCUMENTATION = """Extraction du tableau de bord : texte UTF-8, une ligne par transmission, colonnes séparées par « ; ».
document_id : numéro du compte rendu dans le logiciel.
patient_id : dossier du patient.
canal : dmp (alimentation du DMP), mss_professionnel ou mss_patient (envoi par MSSanté).
reussi : oui, ou non si la transmission a échoué.
ins_qualifiee : oui si l'INS du patient est qualifiée, non sinon.
date : jour de l'acte, AAAA-MM-JJ.
finess : FINESS géographique du laboratoire.
rpps : RPPS du biologiste qui a validé.
type_code : type du document, code LOINC."""


@dataclass(frozen=True)
class Ligne:
    """Une transmission d'un compte rendu."""

    document_id: str
    patient_id: str
    canal: str
    reussi: bool
    ins_qualifiee: bool
    date: date
    finess: str
    rpps: str
    type_code: str


def lignes(labo: Labo) -> list[Ligne]:
    """Toutes les transmissions de comptes rendus, une par compte rendu et par canal."""
    issues: dict[tuple[str, str], bool] = {}
    for document in list(labo.base.documents.values()):
        if document.origine == "valide" and document.etat_dmp in (*_TRANSMIS, "echec"):
            issues[document.document_id, "dmp"] = document.etat_dmp != "echec"
    for envoi in list(labo.base.envois_mss.values()):
        if envoi.etat in ("envoye", "echec"):
            for document_id in envoi.documents:
                cle = (document_id, f"mss_{envoi.canal}")
                issues[cle] = issues.get(cle, False) or envoi.etat == "envoye"
    return [_ligne(labo, labo.base.documents[numero], canal, issue) for (numero, canal), issue in issues.items()]


def _ligne(labo: Labo, document: Document, canal: str, reussi: bool) -> Ligne:
    patient = labo.base.patients.get(document.patient_id)
    qualifiee = patient is not None and patient.statut == QUAL
    return Ligne(
        document.document_id,
        document.patient_id,
        canal,
        reussi,
        qualifiee or labo.defaut("tbb_ins_confondues"),
        document.date_acte.date(),
        labo.environnement.structure.finess,
        document.auteur.identifiant[1:],
        document.type_code,
    )


def tableau(
    labo: Labo, periode: str, finess: str | None, rpps: str | None, type_code: str | None = None
) -> dict[str, Any]:
    """Les chiffres d'une période, pour un FINESS, un RPPS et un type de document s'ils sont donnés."""
    aujourd_hui = maintenant().date()
    retenues = [
        ligne
        for ligne in lignes(labo)
        if (labo.defaut("tbb_periode_ignoree") or _dans(ligne.date, periode, aujourd_hui))
        and (finess is None or ligne.finess == finess or labo.defaut("tbb_finess_ignore"))
        and (rpps is None or ligne.rpps == rpps or labo.defaut("tbb_rpps_ignore"))
        and (type_code is None or ligne.type_code == type_code or labo.defaut("tbb_type_ignore"))
    ]
    chiffres: dict[str, Any] = {canal: _comptage(labo, [x for x in retenues if x.canal == canal]) for canal in CANAUX}
    return {**chiffres, "dossiers": _dossiers(labo, [ligne for ligne in retenues if ligne.reussi])}


def _dans(jour: date, periode: str, aujourd_hui: date) -> bool:
    match periode:
        case "mois_courant":
            return (jour.year, jour.month) == (aujourd_hui.year, aujourd_hui.month)
        case "annee_courante":
            return jour.year == aujourd_hui.year
        case _:
            return jour.year == aujourd_hui.year - 1


def _comptage(labo: Labo, transmises: list[Ligne]) -> dict[str, int]:
    reussies = [ligne for ligne in transmises if ligne.reussi or labo.defaut("tbb_echecs_dans_le_total")]
    comptage = {
        "total": len(reussies),
        "ins_qualifiee": sum(ligne.ins_qualifiee for ligne in reussies),
        "ins_non_qualifiee": sum(not ligne.ins_qualifiee for ligne in reussies),
    }
    if not labo.defaut("tbb_echecs_absents"):
        comptage["echecs"] = len(transmises) - sum(ligne.reussi for ligne in transmises)
    return comptage


def _dossiers(labo: Labo, reussies: Iterable[Ligne]) -> dict[str, int]:
    touches: dict[str, set[str]] = {canal: set() for canal in CANAUX}
    for ligne in reussies:
        touches[ligne.canal].add(ligne.patient_id)
    trois = set.intersection(*touches.values())
    if labo.defaut("tbb_trois_actions_confondues"):
        trois = set.union(*touches.values())
    return {**{canal: len(dossiers) for canal, dossiers in touches.items()}, "trois": len(trois)}


def extraire(labo: Labo) -> tuple[bytes, list[Ligne]]:
    """(fichier CSV, ses lignes)."""
    extraites = [
        ligne
        for ligne in lignes(labo)
        if not (ligne.canal == "mss_patient" and labo.defaut("tbb_extraction_sans_patient"))
        and (ligne.reussi or not labo.defaut("tbb_echecs_absents"))
    ]
    if extraites and labo.defaut("tbb_extraction_type_unique"):
        extraites = [replace(ligne, type_code=extraites[0].type_code) for ligne in extraites]
    tampon = io.StringIO()
    ecrivain = csv.writer(tampon, delimiter=";", lineterminator="\r\n")
    ecrivain.writerow([champ.name for champ in fields(Ligne)])
    for ligne in extraites:
        ecrivain.writerow([("non", "oui")[valeur] if isinstance(valeur, bool) else valeur for valeur in astuple(ligne)])
    return tampon.getvalue().encode(), extraites
