"""Lots de soumission : alimentation (ITI-41), remplacement, changement d'état (ITI-57)."""

from __future__ import annotations

import base64
import contextlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from lxml import etree

from simulators.logiciel_temoin import xds_schemas as s
from simulators.logiciel_temoin import xds_signature
from simulators.logiciel_temoin.cda_entete import auteur_structure
from simulators.logiciel_temoin.cda_lecture import Code, EnteteCda, Intervenant
from simulators.logiciel_temoin.dmp_client import ErreurDmp, Service, Session
from simulators.logiciel_temoin.horloge import en_dtm, maintenant
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.soap import ajouter
from simulators.logiciel_temoin.xds_metadonnees import auteur, classer, externe, fiche, nommer, slot

TD21 = Service("TD2.1", "repository", "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b")
TD33B = Service("TD3.3b", "registry", "urn:ihe:iti:2010:UpdateDocumentSet")
TD33C = Service("TD3.3c", "registry", "urn:ihe:iti:2010:UpdateDocumentSet")
_CONTENU = Code("07", "1.2.250.1.213.2.2", "Soins ambulatoires")


@dataclass(frozen=True)
class Envoi:
    """Un document à déposer, et la fiche (entryUUID) qu'il remplace."""

    octets: bytes
    entete: EnteteCda
    remplace: str | None = None
    personne_morale: bool = False
    visibilites: tuple[Code, ...] = ()
    completer: Callable[[etree._Element], None] | None = None
    """Ce que la fiche a de plus, ou d'autre, que celle d'un CDA."""


def deposer(session: Session, envoi: Envoi) -> None:
    """TD2.1 : le document, sa signature, leurs fiches, en un seul lot."""
    labo = session.labo
    demande = etree.Element(f"{{{s.XDSB}}}ProvideAndRegisterDocumentSetRequest", nsmap={"xdsb": s.XDSB})
    liste = ajouter(ajouter(demande, s.LCM, "SubmitObjectsRequest"), s.RIM, "RegistryObjectList")
    lot_id, document_id, signature_id = "lot1", "doc1", "signature1"
    unique_lot = labo.oid_unique()
    liste.append(objet := fiche(labo, document_id, envoi.entete, envoi.octets, envoi.visibilites))
    if envoi.completer is not None:
        envoi.completer(objet)
    pieces = [(document_id, envoi.octets)]
    if not labo.defaut("lot_sans_signature"):
        octets = xds_signature.signer_lot(labo, unique_lot, [(envoi.entete.unique_id, envoi.octets)])
        liste.append(xds_signature.fiche_signature(labo, signature_id, envoi.entete, octets))
        pieces.append((signature_id, octets))
    auteur_lot = _auteur_du_lot(labo, envoi)
    _lot(liste, lot_id, unique_lot, session, auteur_lot)
    for rang, (identifiant, _) in enumerate(pieces, 1):
        if labo.defaut("lot_sans_has_member") and identifiant == document_id:
            continue
        association(liste, f"as{rang}", s.HAS_MEMBER, lot_id, identifiant, SubmissionSetStatus="Original")
    if len(pieces) > 1:
        association(liste, "as8", s.SIGNS, signature_id, lot_id)
    if envoi.remplace:
        association(liste, "as9", s.RPLC, document_id, envoi.remplace, SubmissionSetStatus="Original")
    jointes = _joindre(labo, demande, pieces)
    session.appeler(TD21, demande, jointes)
    if labo.defaut("envoi_double"):
        with contextlib.suppress(ErreurDmp):
            session.appeler(TD21, demande, jointes)


def _auteur_du_lot(labo: Labo, envoi: Envoi) -> Intervenant:
    """Qui dépose : l'auteur, ou la personne morale quand elle reprend un document d'un autre."""
    if envoi.personne_morale and not labo.defaut("historique_lot_sans_personne_morale"):
        return auteur_structure(labo.environnement.structure)
    return envoi.entete.auteurs[0]


def _joindre(
    labo: Labo, demande: etree._Element, pieces: list[tuple[str, bytes]]
) -> list[tuple[str, str, bytes]] | None:
    jointes = []
    for identifiant, octets in pieces:
        document = ajouter(demande, s.XDSB, "Document", id=identifiant)
        if labo.defaut("mtom_absent"):
            document.text = base64.b64encode(octets).decode()
            continue
        cid = f"{identifiant}.{uuid.uuid4()}@labo-temoin"
        etree.SubElement(document, f"{{{s.XOP}}}Include", nsmap={"xop": s.XOP}).set("href", f"cid:{cid}")
        jointes.append((cid, "text/xml", octets))
    return jointes or None


def changer_statut(session: Session, entry_uuid: str, original: str, nouveau: str, auteur_lot: Intervenant) -> None:
    """TD3.3 : change l'état d'une fiche (suppression logique, archivage)."""
    demande = etree.Element(f"{{{s.LCM}}}SubmitObjectsRequest", nsmap={"lcm": s.LCM})
    liste = ajouter(demande, s.RIM, "RegistryObjectList")
    _lot(liste, "lot1", session.labo.oid_unique(), session, auteur_lot)
    association(liste, "as1", s.CHANGE_STATUT, "lot1", entry_uuid, OriginalStatus=original, NewStatus=nouveau)
    session.appeler(TD33C, demande)


def retirer_visibilite(session: Session, objet: etree._Element, code: str, auteur_lot: Intervenant) -> None:
    """TD3.3b : une nouvelle version de la fiche, lue au registre, sans ce code de visibilité."""
    demande = etree.Element(f"{{{s.LCM}}}SubmitObjectsRequest", nsmap={"lcm": s.LCM})
    liste = ajouter(demande, s.RIM, "RegistryObjectList")
    version = objet.find(f"{{{s.RIM}}}VersionInfo")
    precedente = version.get("versionName", "1") if version is not None else "1"
    ancien = str(objet.get("id"))
    for element in objet.iter():
        for nom, valeur in element.items():
            if valeur == ancien and nom != "lid":
                element.set(nom, "doc1")
    for classement in objet.findall(f"{{{s.RIM}}}Classification[@classificationScheme='{s.CONFIDENTIALITE}']"):
        if classement.get("nodeRepresentation") == code:
            objet.remove(classement)
    objet.attrib.pop("status", "")
    liste.append(objet)
    _lot(liste, "lot1", session.labo.oid_unique(), session, auteur_lot)
    association(liste, "as1", s.HAS_MEMBER, "lot1", "doc1", SubmissionSetStatus="Original", PreviousVersion=precedente)
    session.appeler(TD33B, demande)


def _lot(liste: etree._Element, identifiant: str, unique_id: str, session: Session, auteur_lot: Intervenant) -> None:
    lot = ajouter(liste, s.RIM, "RegistryPackage", id=identifiant)
    slot(lot, "submissionTime", en_dtm(maintenant()))
    nommer(lot, "Lot du laboratoire")
    auteur(lot, s.LOT_AUTEUR, identifiant, auteur_lot)
    classer(lot, s.LOT_CONTENU, identifiant, _CONTENU)
    externe(lot, s.LOT_PATIENT_ID, session.patient_cx, "XDSSubmissionSet.patientId")
    source = session.labo.environnement.structure.oid_domaine
    externe(lot, s.LOT_SOURCE_ID, source, "XDSSubmissionSet.sourceId")
    externe(lot, s.LOT_UNIQUE_ID, unique_id, "XDSSubmissionSet.uniqueId")
    ajouter(
        liste,
        s.RIM,
        "Classification",
        id=f"cl-{identifiant}",
        classifiedObject=identifiant,
        classificationNode=s.LOT,
    )


def association(liste: etree._Element, identifiant: str, type_lien: str, source: str, cible: str, **slots: str) -> None:
    lien = ajouter(
        liste,
        s.RIM,
        "Association",
        id=identifiant,
        associationType=type_lien,
        sourceObject=source,
        targetObject=cible,
    )
    for nom, valeur in slots.items():
        slot(lien, nom, valeur)
