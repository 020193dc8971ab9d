"""Ce que l'ouverture d'un dossier annonce du DMP : nouveaux documents, versions plus récentes, suppressions."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from simulators.logiciel_temoin import consultation, xds_requetes
from simulators.logiciel_temoin.base import Document
from simulators.logiciel_temoin.dmp_client import Session
from simulators.logiciel_temoin.horloge import lire_dtm, maintenant
from simulators.logiciel_temoin.identite import Patient
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.utilisateurs import Utilisateur
from simulators.logiciel_temoin.xds_requetes import Criteres, FicheDistante


def annoncer(labo: Labo, utilisateur: Utilisateur, patient: Patient) -> dict[str, Any]:
    """Sans geste de l'utilisateur : si l'accès au DMP demande une confirmation, rien n'est annoncé."""
    session = consultation.ouvrir(labo, utilisateur, patient, confirmer=False)
    fiches = xds_requetes.chercher(session, Criteres())
    for fiche in fiches:
        labo.entrepots[(patient.patient_id, fiche.unique_id)] = fiche.entrepot
    return {
        "nouveaux_documents": _nouveaux(labo, patient, fiches),
        "versions": _versions(labo, session, patient, fiches),
    }


def _nouveaux(labo: Labo, patient: Patient, fiches: list[FicheDistante]) -> list[dict[str, Any]]:
    """Par type, ce que d'autres structures ont versé depuis la dernière venue, à défaut sur la période réglée."""
    if labo.defaut("annonce_dmp_absente"):
        return []
    debut = _depuis(labo, patient)
    nous = labo.environnement.structure.identifiant_national
    retenues = [
        f
        for f in fiches
        if (lire_dtm(f.date_creation) >= debut or labo.defaut("annonce_dmp_sans_periode"))
        and (not any(nous in structure for structure in f.structures) or labo.defaut("annonce_dmp_avec_les_siens"))
    ]
    if labo.defaut("annonce_dmp_sans_type"):
        return [{"type_code": "", "libelle": "Documents", "nombre": len(retenues)}] if retenues else []
    return [{"type_code": code, "nombre": n} for code, n in sorted(Counter(f.type_code for f in retenues).items())]


def _depuis(labo: Labo, patient: Patient) -> datetime:
    venues = [s.fin for s in list(labo.base.sejours.values()) if s.patient_id == patient.patient_id]
    return max(venues) if venues else maintenant() - timedelta(days=int(labo.reglages.lire("annonce_documents_dmp")))


def _versions(labo: Labo, session: Session, patient: Patient, fiches: list[FicheDistante]) -> list[dict[str, Any]]:
    """Chaque document du dossier venu du DMP qui n'y est plus en vigueur."""
    presents = {fiche.unique_id for fiche in fiches}
    annonces = []
    for document in labo.base.documents_de(patient.patient_id):
        if document.origine != "dmp" or document.supprime:
            continue
        if document.unique_id in presents and not labo.defaut("version_dmp_toujours_signalee"):
            continue
        annonces.append(_etat(labo, session, document))
    return [annonce for annonce in annonces if not _tue(labo, annonce)]


def _etat(labo: Labo, session: Session, document: Document) -> dict[str, Any]:
    suivante = xds_requetes.version_suivante(session, str(document.unique_id))
    return {
        "document_id": document.document_id,
        "etat": "plus_recente" if suivante or labo.defaut("version_dmp_toujours_signalee") else "supprime",
        "unique_id": suivante,
    }


def _tue(labo: Labo, annonce: dict[str, Any]) -> bool:
    defaut = "version_dmp_muette" if annonce["etat"] == "plus_recente" else "suppression_dmp_muette"
    return labo.defaut(defaut)
