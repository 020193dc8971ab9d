"""Besoin d'annonce : un résultat que le patient apprend d'abord d'un professionnel."""

from __future__ import annotations

from dataclasses import replace

from simulators.logiciel_temoin import cda_lecture, documents, messagerie_conduite, xds_lot, xds_requetes
from simulators.logiciel_temoin.base import Document
from simulators.logiciel_temoin.complements import CONFIDENTIALITES, Complements
from simulators.logiciel_temoin.dmp_client import ErreurDmp, Session
from simulators.logiciel_temoin.dmp_vihf import cx_patient, demandeur_consultation
from simulators.logiciel_temoin.erreurs import Refus
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.utilisateurs import Utilisateur

_INVISIBLE = "INVISIBLE_PATIENT"


def a_annoncer(labo: Labo, complements: Complements) -> Complements:
    """Le document part au DMP invisible au patient ; la messagerie ne l'envoie pas à un patient à qui il l'est."""
    if labo.defaut("annonce_ignoree"):
        return complements
    voulus = {*complements.confidentialite, _INVISIBLE}
    return replace(complements, confidentialite=tuple(code for code in CONFIDENTIALITES if code in voulus))


def annoncee(labo: Labo, utilisateur: Utilisateur, document: Document) -> list[str]:
    """L'annonce est faite : le document du DMP devient visible du patient, qui le reçoit aussi par MSSanté."""
    if _INVISIBLE not in document.complements.confidentialite:
        raise Refus("Ce compte rendu n'attend pas d'être annoncé.")
    touches = [document]
    if labo.defaut("annonce_faite_pour_tous"):
        siens = labo.base.documents_de(document.patient_id)
        touches += [d for d in siens if d is not document and _INVISIBLE in d.complements.confidentialite]
    messages = ["Annonce enregistrée."]
    for touche in touches:
        reste = tuple(code for code in touche.complements.confidentialite if code != _INVISIBLE)
        touche.complements = replace(touche.complements, confidentialite=reste)
        if touche.etat_dmp == "alimente" and not labo.defaut("annonce_faite_sans_dmp"):
            _rendre_visible(labo, utilisateur, touche)
    patient = labo.base.patient(document.patient_id)
    if not labo.defaut("annonce_faite_sans_envoi"):
        messages += messagerie_conduite.apres_annonce(labo, utilisateur, patient, document)
    return messages


def _rendre_visible(labo: Labo, utilisateur: Utilisateur, document: Document) -> None:
    patient = labo.base.patient(document.patient_id)
    demandeur = demandeur_consultation(labo, utilisateur)
    session = Session(labo, utilisateur, demandeur, patient.patient_id, cx_patient(patient))
    objet = xds_requetes.lire_fiche(session, document.unique_id or "")
    if objet is None:
        raise ErreurDmp("DOCUMENT_INTROUVABLE", "Le document n'est pas trouvé dans le DMP.")
    auteur = cda_lecture.lire_entete(documents.cda_de(labo, document)).auteurs[0]
    xds_lot.retirer_visibilite(session, objet, _INVISIBLE, auteur)
