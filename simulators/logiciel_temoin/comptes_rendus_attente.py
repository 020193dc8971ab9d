"""Comptes rendus pas encore validés : leur statut, leur revue sur une période, la notification de ceux qui tardent."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from simulators.logiciel_temoin.base import Document
from simulators.logiciel_temoin.horloge import PARIS

if TYPE_CHECKING:
    from simulators.logiciel_temoin.labo import Labo

EN_ATTENTE = {"provisoire": "provisoire", "non_valide": "non validé"}
"""Statuts d'un document enregistré sans être validé, et comment ils se disent."""


def etat_montre(labo: Labo, document: Document) -> str:
    """Le statut que l'écran donne au document."""
    if document.statut_cr == "provisoire" and labo.defaut("provisoire_non_montre"):
        return "non_valide"
    if document.statut_cr in EN_ATTENTE:
        return document.statut_cr
    return "provisoire" if document.attente_depuis and labo.defaut("provisoire_apres_validation") else "valide"


def _statuts_retenus(labo: Labo, *, sans_provisoires: str, sans_non_valides: str, avec_valides: str) -> dict[str, str]:
    """Les statuts qui attendent encore et comment ils se disent, aux défauts de ces noms près."""
    retenus = dict(EN_ATTENTE)
    if labo.defaut(sans_provisoires):
        del retenus["provisoire"]
    if labo.defaut(sans_non_valides):
        del retenus["non_valide"]
    if labo.defaut(avec_valides):
        retenus["complet"] = EN_ATTENTE["non_valide"]
    return retenus


def revoir(labo: Labo, du: date | None, au: date | None) -> list[dict[str, Any]]:
    """Les comptes rendus en attente dont l'acte est de cette période, du plus ancien au plus récent."""
    retenus = _statuts_retenus(
        labo,
        sans_provisoires="revue_sans_provisoires",
        sans_non_valides="revue_sans_non_valides",
        avec_valides="revue_avec_valides",
    )
    if labo.defaut("revue_sans_periode"):
        du = au = None
    revus = [
        (document.date_acte, document)
        for document in list(labo.base.documents.values())
        if document.statut_cr in retenus and document.sections
    ]
    return [
        {
            "document_id": document.document_id,
            "titre": document.titre,
            "patient_id": document.patient_id,
            "statut": document.statut_cr if document.statut_cr in EN_ATTENTE else "a_valider",
        }
        for acte, document in sorted(revus, key=lambda revu: revu[0])
        if (du is None or du <= acte.astimezone(PARIS).date()) and (au is None or acte.astimezone(PARIS).date() <= au)
    ]


def notifications(labo: Labo) -> list[dict[str, Any]]:
    """Une alerte par compte rendu en attente depuis plus longtemps que le délai réglé."""
    if labo.defaut("notification_attente_absente"):
        return []
    delai = timedelta(days=labo.reglages.lire("delai_comptes_rendus_en_attente"))
    if labo.defaut("notification_attente_immediate"):
        delai = timedelta(0)
    retenus = _statuts_retenus(
        labo,
        sans_provisoires="notification_attente_sans_provisoires",
        sans_non_valides="notification_attente_sans_non_valides",
        avec_valides="notification_attente_valides",
    )
    return [
        {
            "texte": f"Compte rendu {retenus[document.statut_cr]} depuis le {depuis.astimezone(PARIS):%d/%m/%Y}",
            "patient_id": document.patient_id,
            "document_id": document.document_id,
        }
        for document in list(labo.base.documents.values())
        if document.statut_cr in retenus
        and (depuis := document.attente_depuis) is not None
        and labo.horloge.maintenant() - depuis > delai
    ]
