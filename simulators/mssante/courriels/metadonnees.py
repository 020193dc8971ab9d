"""METADATA.XML d'un lot (ebRIM 3.0, IHE ITI TF-3 § 4.2) : le lot, une fiche et une association par document."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from lxml import etree

from simulators.mssante.courriels.cda import identifiant_local
from simulators.mssante.courriels.modele import LOINC, RACINE_OID, DocumentJoint, Emetteur
from simulators.socle.identites import IdentiteTest

_RIM = "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"
_LCM = "urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"
_DOCUMENT = "urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1"
_LOT = "urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd"
_AUTEUR_FICHE, _AUTEUR_LOT = "93606bcf-9494-43ec-9b4e-a7748d1a838d", "a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d"
_HAS_MEMBER = "urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember"
_RPLC = "urn:ihe:iti:2007:AssociationType:RPLC"
_CHANGEMENT = "urn:ihe:iti:2010:AssociationType:UpdateAvailabilityStatus"
_ACTIF = "urn:oasis:names:tc:ebxml-regrep:StatusType:Approved"
_SUPPRIME = "urn:asip:ci-sis:2010:StatusType:Deleted"
_FORMATS = {
    "N1": ("urn:ihe:iti:xds-sd:pdf:2008", "Document à corps non structuré en PDF"),
    "N3": ("urn:ihe:lab:xd-lab:2008", "CR d'examens de biologie médicale"),
}
_LANGUE = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True, slots=True)
class Lot:
    """Un lot à décrire. `fichiers` : nom de chaque CDA dans l'archive. `supprime` : entryUUID d'un document retiré."""

    patient: IdentiteTest
    emetteur: Emetteur
    oid: str
    instant: datetime
    documents: Sequence[DocumentJoint]
    fichiers: Sequence[str]
    qualifiee: bool = True
    supprime: str = ""


def decrire(lot: Lot) -> bytes:
    """Les octets de METADATA.XML."""
    racine = etree.Element(f"{{{_LCM}}}SubmitObjectsRequest", nsmap={"lcm": _LCM, "rim": _RIM})
    liste = _e(racine, "RegistryObjectList")
    for rang, (document, fichier) in enumerate(zip(lot.documents, lot.fichiers, strict=True), 1):
        _fiche(liste, f"Document{rang:02d}", lot, document, fichier)
    paquet = _e(liste, "RegistryPackage", id="Lot01")
    _slot(paquet, "submissionTime", _dtm(lot.instant))
    _auteur(paquet, _AUTEUR_LOT, lot.emetteur)
    _classer(paquet, "aa543740-bdda-424e-8c96-df4873be8500", ("07", "Soins ambulatoires"), "1.2.250.1.213.2.2")
    _externe(paquet, "6b5aea1a-874d-4603-a4bc-96a0a7b38446", "XDSSubmissionSet.patientId", patient_id(lot))
    _externe(paquet, "554ac39e-e3fe-47fe-b233-965d2a147832", "XDSSubmissionSet.sourceId", RACINE_OID)
    _externe(paquet, "96fdda7c-d067-4183-912e-bf5ee74998a8", "XDSSubmissionSet.uniqueId", lot.oid)
    _e(liste, "Classification", id="ClasseLot01", classifiedObject="Lot01", classificationNode=_LOT)
    for rang, document in enumerate(lot.documents, 1):
        _associer(liste, f"Lien{rang:02d}", _HAS_MEMBER, "Lot01", f"Document{rang:02d}", SubmissionSetStatus="Original")
        if document.remplace:
            cible = entree(document.remplace)
            _associer(liste, f"Rempl{rang:02d}", _RPLC, f"Document{rang:02d}", cible, SubmissionSetStatus="Original")
    if lot.supprime:
        _associer(liste, "Suppr01", _CHANGEMENT, "Lot01", lot.supprime, OriginalStatus=_ACTIF, NewStatus=_SUPPRIME)
    return etree.tostring(racine, xml_declaration=True, encoding="UTF-8")


def entree(oid: str) -> str:
    """entryUUID sous lequel l'émetteur connaît un document déjà transmis."""
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, oid)}"


def patient_id(lot: Lot) -> str:
    """Patient en CX : l'INS si l'identité est qualifiée, sinon l'identifiant local."""
    if lot.qualifiee:
        return f"{lot.patient.matricule_ins}^^^&{lot.patient.oid}&ISO^NH"
    return _local(lot)


def _local(lot: Lot) -> str:
    return f"{identifiant_local(lot.patient)}^^^&{RACINE_OID}.1&ISO^PI"


def _fiche(liste: etree._Element, identifiant: str, lot: Lot, document: DocumentJoint, fichier: str) -> None:
    fiche = _e(liste, "ExtrinsicObject", id=identifiant, mimeType="text/xml", objectType=_DOCUMENT)
    p = lot.patient
    _slot(fiche, "creationTime", _dtm(document.instant))
    _slot(fiche, "serviceStartTime", _dtm(document.acte))
    _slot(fiche, "languageCode", "fr-FR")
    _slot(fiche, "legalAuthenticator", _xcn(lot.emetteur))
    _slot(fiche, "sourcePatientId", _local(lot))
    naissance = p.date_naissance.replace("-00", "").replace("-", "")
    traits = (f"PID-5|{p.nom_naissance}^{p.prenoms[0]}^^^^^L", f"PID-7|{naissance}", f"PID-8|{p.sexe}")
    _slot(fiche, "sourcePatientInfo", *traits)
    _slot(fiche, "hash", hashlib.sha1(document.cda, usedforsecurity=False).hexdigest())
    _slot(fiche, "size", str(len(document.cda)))
    _slot(fiche, "URI", fichier)
    _nommer(fiche, document.titre)
    _auteur(fiche, _AUTEUR_FICHE, lot.emetteur)
    _classer(fiche, "41a5887f-8865-4c09-adf7-e362475b143a", document.type.classe, "1.2.250.1.213.1.1.4.1")
    _classer(fiche, "f0306f51-975f-434e-a61c-c59651d33983", (document.type.code, document.type.libelle), LOINC)
    _classer(fiche, "f4f85eac-e6cb-4883-b524-f2705394840f", ("N", "Normal"), "2.16.840.1.113883.5.25")
    _classer(fiche, "a09d5840-386c-46f2-b5ad-9c3699a4309d", _FORMATS[document.type.niveau], "1.3.6.1.4.1.19376.1.2.3")
    _classer(fiche, "f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1", lot.emetteur.secteur, "1.2.250.1.71.4.2.4")
    _classer(
        fiche, "cccf5598-8b07-4b77-a05e-ae952c785ead", ("AMBULATOIRE", "Ambulatoire"), "1.2.250.1.213.1.1.4.9"
    )  # fmt: skip
    if document.type.niveau == "N3":
        _classer(fiche, "2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4", ("18719-5", "Biochimie"), LOINC)
    _externe(fiche, "58a6f841-87b3-4a3e-92fd-a8ffeff98427", "XDSDocumentEntry.patientId", patient_id(lot))
    _externe(fiche, "2e82c1f6-a085-4c72-9da3-8640a32e42ab", "XDSDocumentEntry.uniqueId", document.oid)


def _dtm(instant: datetime) -> str:
    """DTM en temps universel, comme l'exige IHE."""
    return instant.astimezone(UTC).strftime("%Y%m%d%H%M%S")


def _xcn(e: Emetteur) -> str:
    return f"{e.identifiant}^{e.nom}^{e.prenom}^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS"


def _auteur(objet: etree._Element, schema: str, emetteur: Emetteur) -> None:
    classement = _classement(objet, schema, "")
    institution = f"{emetteur.structure}^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^{emetteur.identifiant_structure}"
    _slot(classement, "authorInstitution", institution)
    _slot(classement, "authorPerson", _xcn(emetteur))
    code, libelle = emetteur.profession
    _slot(classement, "authorSpecialty", f"{code}^{libelle}^1.2.250.1.213.1.1.4.5")


def _classer(objet: etree._Element, schema: str, code: tuple[str, str], systeme: str) -> None:
    classement = _classement(objet, schema, code[0])
    _slot(classement, "codingScheme", systeme)
    _nommer(classement, code[1])


def _classement(objet: etree._Element, schema: str, code: str) -> etree._Element:
    identifiant = f"Classe{objet.get('id')}{len(objet):02d}"
    classement = _e(
        objet, "Classification", id=identifiant, classificationScheme=f"urn:uuid:{schema}",
        classifiedObject=str(objet.get("id")),
    )  # fmt: skip
    classement.set("nodeRepresentation", code)
    return classement


def _externe(objet: etree._Element, schema: str, nom: str, valeur: str) -> None:
    porteur = str(objet.get("id"))
    element = _e(
        objet, "ExternalIdentifier", id=f"Externe{porteur}{len(objet):02d}", registryObject=porteur,
        identificationScheme=f"urn:uuid:{schema}", value=valeur,
    )  # fmt: skip
    _nommer(element, nom)


def _associer(liste: etree._Element, identifiant: str, genre: str, source: str, cible: str, **slots: str) -> None:
    lien = _e(liste, "Association", id=identifiant, associationType=genre, sourceObject=source, targetObject=cible)
    for nom, valeur in slots.items():
        _slot(lien, nom, valeur)


def _slot(objet: etree._Element, nom: str, *valeurs: str) -> None:
    liste = _e(_e(objet, "Slot", name=nom), "ValueList")
    for valeur in valeurs:
        _e(liste, "Value").text = valeur


def _nommer(objet: etree._Element, texte: str) -> None:
    _e(_e(objet, "Name"), "LocalizedString", value=texte, charset="UTF-8").set(_LANGUE, "fr-FR")


def _e(parent: etree._Element, nom: str, **attributs: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{_RIM}}}{nom}", attributs)
