"""Les documents que le dossier reçoit : par le DMP, par la messagerie, d'une plateforme ; ceux qui attendent."""

from __future__ import annotations

from dataclasses import replace

from simulators.logiciel_temoin import cda_lecture, flux_identites, pdf
from simulators.logiciel_temoin.base import Document, ElementTravail
from simulators.logiciel_temoin.cda_lecture import EnteteCda
from simulators.logiciel_temoin.documents import LOINC, intervenant_de
from simulators.logiciel_temoin.hl7v2 import IdentiteRecue
from simulators.logiciel_temoin.horloge import lire_ts, maintenant
from simulators.logiciel_temoin.identite import QUAL, RECUP, Patient
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.utilisateurs import Utilisateur


def recevoir(
    labo: Labo, utilisateur: Utilisateur, octets: bytes, nom_emetteur: str, domaine: str, feuille: bytes | None = None
) -> tuple[Document, bool, list[str]]:
    """Intègre un document reçu, ou le met en liste de travail ; rend (document, intégré, messages)."""
    entete = cda_lecture.lire_entete(octets)
    recue = _identite_recue(entete, nom_emetteur)
    connu = flux_identites.rapprocher(labo, recue, domaine)
    document = _document_recu(labo, entete, octets)
    document.feuille = None if labo.defaut("feuille_producteur_oubliee") else feuille
    if entete.ins:
        labo.traces.ajouter(
            "echanges_ins",
            utilisateur.compte,
            "réception de document",
            connu.patient_id if connu else None,
            partenaire=nom_emetteur,
            nature=f"CDA R2 {entete.type_document.code} reçu",
        )
    if not entete.ins:
        if connu is None:
            return _mettre_de_cote(labo, document, None, "Document reçu sans INS : patient à rapprocher")
        return _integrer(labo, document, connu, "Document intégré au dossier.")
    memes = connu is not None and connu.statut in (QUAL, RECUP) and connu.matricule == entete.ins[0]
    if connu is not None and memes:
        return _integrer(labo, document, connu, "Document intégré au dossier.")
    retour: str | None = "OK"
    if domaine != labo.environnement.structure.oid_domaine:
        retour = flux_identites.verifier_reception(labo, utilisateur, connu.patient_id if connu else None, recue)
    if retour != "OK" and not labo.defaut("ko_document_integre"):
        motif = "Vérification INSi KO" if retour else "Vérification INSi sans réponse"
        return _mettre_de_cote(labo, document, entete.ins[0], f"{motif} : document reçu à examiner")
    patient = flux_identites.ranger_verifiee(labo, utilisateur, recue, connu, domaine)
    return _integrer(labo, document, patient, f"INS vérifiée : document intégré, identité {patient.statut}.")


def _identite_recue(entete: EnteteCda, emetteur: str) -> IdentiteRecue:
    locaux = tuple((root, ext) for root, ext in entete.identifiants if ext and (ext, root) != entete.ins)
    return IdentiteRecue(
        evenement="CDA",
        identifiant_message=entete.unique_id,
        emetteur=emetteur,
        identite=dict(entete.identite),
        identifiants=locaux,
        fiabilite=("VALI",) if entete.ins else (),
    )


def _document_recu(labo: Labo, entete: EnteteCda, octets: bytes) -> Document:
    contenu = cda_lecture.copie_pdf(octets) or pdf.editer_texte(entete.titre, cda_lecture.textes(octets))
    premier = next((a for a in entete.auteurs if not a.personne_morale), entete.responsable)
    if premier is None:
        premier = intervenant_de(labo, labo.environnement.responsable)
    document = Document(
        document_id=labo.base.numero("D"),
        patient_id="",
        titre=entete.titre or "Document reçu",
        type_local="RECU",
        type_code=entete.type_document.code,
        type_systeme=entete.type_document.systeme or LOINC,
        type_libelle=entete.type_document.libelle,
        date_acte=lire_ts(entete.service_debut or entete.creation),
        auteur=replace(premier, racine=premier.racine or cda_lecture.OID_PS),
        origine="recu",
        set_id=labo.oid_unique(),
        unique_id=labo.oid_unique(),
        pdf=contenu,
        recu=octets,
        creation_recue=lire_ts(entete.creation) if entete.creation else None,
    )
    if labo.defaut("alimentation_recus_tel_quel"):
        document.origine, document.cda, document.unique_id = "fichier", octets, entete.unique_id
    labo.base.documents[document.document_id] = document
    return document


def _mettre_de_cote(
    labo: Labo, document: Document, matricule: str | None, motif: str
) -> tuple[Document, bool, list[str]]:
    if not labo.defaut("ko_document_hors_liste"):
        labo.base.mettre_en_liste(ElementTravail(motif, None, document.document_id, matricule))
    return document, False, [f"Alerte : {motif}. Le document n'est pas intégré."]


def _integrer(labo: Labo, document: Document, patient: Patient, message: str) -> tuple[Document, bool, list[str]]:
    document.patient_id = patient.patient_id
    return document, True, [message]


def deja_au_dossier(labo: Labo, patient: Patient, unique_id: str) -> Document | None:
    """Le document du dossier de ce patient qui a cet identifiant, s'il y est."""
    return next((d for d in labo.base.documents_de(patient.patient_id) if d.unique_id == unique_id), None)


def depuis_dmp(
    labo: Labo, patient: Patient, unique_id: str, octets: bytes, conservation: dict[str, object]
) -> Document:
    """Range au dossier un document venu du DMP : il n'y repart pas."""
    entete = cda_lecture.lire_entete(octets)
    document = _document_recu(labo, entete, octets)
    document.patient_id, document.origine = patient.patient_id, "dmp"
    document.unique_id, document.cda, document.etat_dmp = unique_id, octets, "alimente"
    document.date_envoi, document.conservation = maintenant(), conservation
    return document


def depuis_mss(labo: Labo, courriel_id: str, propose: Patient | None, octets: bytes) -> Document:
    """Un document venu d'un courriel MSSanté, non lu, au dossier de personne encore."""
    document = _document_recu(labo, cda_lecture.lire_entete(octets), octets)
    document.courriel_id, document.propose = courriel_id, propose.patient_id if propose else ""
    return document
