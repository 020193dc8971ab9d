"""Alimentation du DMP : contrôles, test d'existence, dépôt, remplacement, suppression."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from simulators.logiciel_temoin import cda_lecture, confidentialite, dmp_existence, documents, xds_lot, xds_requetes
from simulators.logiciel_temoin import xds_schemas as s
from simulators.logiciel_temoin.base import Document
from simulators.logiciel_temoin.cadence import Cadence
from simulators.logiciel_temoin.comptes_rendus_attente import EN_ATTENTE
from simulators.logiciel_temoin.dmp_client import ErreurDmp, Session
from simulators.logiciel_temoin.dmp_vihf import cx_patient, demandeur_alimentation
from simulators.logiciel_temoin.erreurs import Refus
from simulators.logiciel_temoin.horloge import maintenant
from simulators.logiciel_temoin.identite import QUAL, RECUP, Patient
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.utilisateurs import Utilisateur


def motif_de_refus(labo: Labo, patient: Patient, document: Document) -> str | None:
    """Ce qui empêche d'envoyer ce document, sans appeler le DMP."""
    recupere = labo.defaut("alimentation_non_qualifiee") and patient.statut == RECUP
    if not (patient.statut == QUAL or recupere) or not patient.matricule:
        return "l'INS du patient n'est pas qualifiée"
    if patient.opposition_alimentation:
        return "le patient s'oppose à l'alimentation de son DMP"
    choix = labo.base.choix_alimentation.get(patient.patient_id)
    if choix == "opposition" and not labo.defaut("alimentation_malgre_opposition"):
        return "l'opposition du patient à l'alimentation de son DMP est enregistrée"
    if choix == "non_renseigne" and not labo.defaut("alimentation_sans_choix"):
        return "la non-opposition du patient à l'alimentation de son DMP n'est pas enregistrée"
    if document.etat_dmp in documents.FIGES and not labo.defaut("documents_deja_envoyes_renvoyes"):
        return "ce document a déjà été envoyé au DMP"
    return motif_propre(labo, document)


def motif_propre(labo: Labo, document: Document) -> str | None:
    """Ce qui, dans le document lui-même, empêche de l'envoyer."""
    if document.bloque and not labo.defaut("blocage_ignore"):
        return "l'envoi de ce document est bloqué par l'utilisateur"
    if document.statut_cr in EN_ATTENTE and not labo.defaut("provisoire_transmis"):
        return "ce document n'est pas validé"
    if document.remplace_par and document.etat_dmp not in documents.FIGES:
        return "une version plus récente de ce document existe"
    documents.typer(labo, document)
    if not document.type_code:
        return f"le type local {document.type_local} n'a pas de correspondance au DMP"
    return None


def ouvrir(
    labo: Labo, utilisateur: Utilisateur, patient: Patient, cadence: Cadence | None = None, *, suppression: bool = False
) -> Session:
    """Session d'alimentation : le DMP existe et il est ouvert. Aucune autorisation n'est demandée."""
    session = Session(
        labo,
        utilisateur,
        demandeur_alimentation(labo, utilisateur),
        patient.patient_id,
        cx_patient(patient),
        cadence,
    )
    if not labo.defaut("alimentation_sans_td02"):
        etat = dmp_existence.tester(session)
        if not etat.existe:
            raise ErreurDmp("NF", "Aucun DMP n'existe pour ce patient (code NF).")
        if not etat.actif:
            raise ErreurDmp("DMPClosed", "Le DMP de ce patient est fermé (code DMPClosed).")
    if labo.defaut("suppression_avec_td03" if suppression else "alimentation_avec_td03"):
        dmp_existence.autoriser(session)
    return session


def envoyer(
    labo: Labo, utilisateur: Utilisateur, document: Document, session: Session | None = None, *, repris: bool = False
) -> None:
    """Envoie un document ; `Refus` si une règle l'empêche, `ErreurDmp` si le DMP refuse ou ne répond pas."""
    patient = labo.base.patient(document.patient_id)
    motif = None if repris else motif_de_refus(labo, patient, document)
    if motif:
        raise Refus(f"Document {document.document_id} non envoyé : {motif}.")
    document.personne_morale = document.historique and utilisateur.professionnel is None
    try:
        session = session or ouvrir(labo, utilisateur, patient)
        _deposer(labo, utilisateur, document, session)
    except ErreurDmp as erreur:
        deja = erreur.code == "XDSDuplicateUniqueIdInRegistry" and document.envoi_incertain
        if not deja:
            document.etat_dmp = "alimente" if labo.defaut("etat_envoi_toujours_alimente") else "echec"
            document.envoi_incertain = erreur.incertain
            raise
    document.etat_dmp, document.date_envoi = "alimente", maintenant()
    precedent = _precedent_alimente(labo, document)
    if precedent is not None:
        precedent.etat_dmp = "remplace"
    labo.traces.ajouter(
        "echanges_ins",
        utilisateur.compte,
        "alimentation du DMP",
        document.patient_id,
        partenaire="DMP",
        nature=f"TD2.1 {document.type_code}",
    )


def _deposer(labo: Labo, utilisateur: Utilisateur, document: Document, session: Session) -> None:
    octets = documents.cda_de(labo, document)
    entete = cda_lecture.lire_entete(octets)
    precedent = _precedent_alimente(labo, document)
    remplace = _cible(labo, session, precedent) if precedent is not None else None
    morale = document.origine == "recu" or document.auteur_hors_rpps or utilisateur.professionnel is None
    visibilites = confidentialite.en_codes(labo, confidentialite.codes_de(labo, document))
    xds_lot.deposer(session, xds_lot.Envoi(octets, entete, remplace, morale, visibilites))


def _precedents(labo: Labo, document: Document) -> Iterator[Document]:
    while document.precedent:
        document = labo.base.document(document.precedent)
        yield document


def _precedent_alimente(labo: Labo, document: Document) -> Document | None:
    """La dernière version antérieure présente dans le DMP."""
    return next((d for d in _precedents(labo, document) if d.etat_dmp == "alimente"), None)


def _cible(labo: Labo, session: Session, precedent: Document) -> str | None:
    unique_id = precedent.unique_id or ""
    if labo.defaut("rplc_absent"):
        return None
    if labo.defaut("rplc_cible_unique_id"):
        return unique_id
    if labo.defaut("rplc_cible_inventee"):
        return f"urn:uuid:{uuid.uuid4()}"
    entree = xds_requetes.trouver_entree(session, unique_id)
    if entree is None:
        raise ErreurDmp("DOCUMENT_INTROUVABLE", "La version précédente n'est pas trouvée dans le DMP.")
    return entree


def supprimer(labo: Labo, utilisateur: Utilisateur, document: Document) -> None:
    """TD3.3c : supprime du DMP un document que le laboratoire y a mis."""
    if document.etat_dmp != "alimente" or not document.unique_id or document.origine == "dmp":
        raise Refus("Ce document n'est pas dans le DMP de notre fait.")
    if not labo.defaut("suppression_locale_seule"):
        patient = labo.base.patient(document.patient_id)
        if not patient.matricule:
            raise Refus("L'INS du patient n'est plus connue : la suppression ne peut pas être demandée au DMP.")
        session = ouvrir(labo, utilisateur, patient, suppression=True)
        entree: str | None = f"urn:uuid:{uuid.uuid4()}"
        if not labo.defaut("suppression_sans_recherche"):
            entree = xds_requetes.trouver_entree(session, document.unique_id)
        if entree is None:
            raise ErreurDmp("DOCUMENT_INTROUVABLE", "Le document n'est pas trouvé dans le DMP.")
        auteur = cda_lecture.lire_entete(documents.cda_de(labo, document)).auteurs[0]
        nouveau = s.ARCHIVE if labo.defaut("suppression_mauvais_statut") else s.SUPPRIME
        xds_lot.changer_statut(session, entree, s.ACTIF, nouveau, auteur)
    document.etat_dmp = "supprime"
