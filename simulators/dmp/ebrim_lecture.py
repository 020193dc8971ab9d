"""La lecture d'un message ebRIM : un lot de soumission, ses fiches, ses associations.

Elle ne juge pas : elle relève tout ce qui est écrit et range dans `anomalies` ce qui ne peut pas être représenté
(attribut porté deux fois, schéma inconnu).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree

from simulators.dmp.ebrim import Association, Auteur, Code, DocumentEntry, LotSoumis, SubmissionSet
from simulators.dmp.xml import BLANCS, NS, enfants, nom_local

RIM = NS["rim"]
NOEUD_LOT = "urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd"
NOEUD_CLASSEUR = "urn:uuid:d9d542f3-6cc4-48b6-8870-ea235fbc94c2"

# Schémas de classification d'une fiche de document : nom du champ → schéma.
SCHEMAS_FICHE = {
    "authors": "urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d",
    "class_code": "urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a",
    "type_code": "urn:uuid:f0306f51-975f-434e-a61c-c59651d33983",
    "confidentiality_codes": "urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f",
    "format_code": "urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d",
    "healthcare_facility_type_code": "urn:uuid:f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1",
    "practice_setting_code": "urn:uuid:cccf5598-8b07-4b77-a05e-ae952c785ead",
    "event_codes": "urn:uuid:2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4",
}
IDENTIFIANTS_FICHE = {
    "patient_id": ("urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427", "XDSDocumentEntry.patientId"),
    "unique_id": ("urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab", "XDSDocumentEntry.uniqueId"),
}
SLOTS_FICHE = {
    "creation_time": "creationTime",
    "service_start_time": "serviceStartTime",
    "service_stop_time": "serviceStopTime",
    "language_code": "languageCode",
    "legal_authenticator": "legalAuthenticator",
    "source_patient_id": "sourcePatientId",
    "source_patient_info": "sourcePatientInfo",
    "hash": "hash",
    "size": "size",
    "repository_unique_id": "repositoryUniqueId",
    "uri": "URI",
    "reference_ids": "urn:ihe:iti:xds:2013:referenceIdList",
}
SCHEMAS_LOT = {
    "authors": "urn:uuid:a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d",
    "content_type_code": "urn:uuid:aa543740-bdda-424e-8c96-df4873be8500",
}
IDENTIFIANTS_LOT = {
    "patient_id": ("urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446", "XDSSubmissionSet.patientId"),
    "source_id": ("urn:uuid:554ac39e-e3fe-47fe-b233-965d2a147832", "XDSSubmissionSet.sourceId"),
    "unique_id": ("urn:uuid:96fdda7c-d067-4183-912e-bf5ee74998a8", "XDSSubmissionSet.uniqueId"),
}
SLOTS_LOT = {"submission_time": "submissionTime", "intended_recipients": "intendedRecipient"}

_PLURIELS = frozenset(
    {"source_patient_info", "reference_ids", "intended_recipients", "confidentiality_codes", "event_codes", "authors"}
)


def lire_lot(requete: etree._Element) -> LotSoumis:
    """Lit un `lcm:SubmitObjectsRequest` (ou tout élément contenant une `rim:RegistryObjectList`)."""
    liste = requete if nom_local(requete) == "RegistryObjectList" else requete.find(f".//{{{RIM}}}RegistryObjectList")
    if liste is None:
        return LotSoumis(anomalies=("RegistryObjectList absente",))
    noeuds = _noeuds(liste)
    documents: list[DocumentEntry] = []
    lots: list[SubmissionSet] = []
    associations: list[Association] = []
    anomalies: list[str] = []
    classeurs = 0
    for element in enfants(liste):
        nature = nom_local(element)
        if nature == "ExtrinsicObject":
            documents.append(lire_document_entry(element))
        elif nature == "RegistryPackage":
            noeud = noeuds.get(element.get("id", ""))
            if noeud == NOEUD_CLASSEUR:
                classeurs += 1
            elif noeud == NOEUD_LOT:
                lots.append(lire_submission_set(element))
            else:
                anomalies.append(
                    f"RegistryPackage « {element.get('id', '')} » sans classification de lot ni de classeur"
                )
        elif nature == "Association":
            associations.append(lire_association(element))
        elif nature not in ("Classification", "ObjectRef"):
            anomalies.append(f"objet « {nature} » inattendu dans RegistryObjectList")
    return LotSoumis(tuple(documents), tuple(lots), tuple(associations), classeurs, tuple(anomalies))


def lire_document_entry(element: etree._Element) -> DocumentEntry:
    """Lit un `rim:ExtrinsicObject`."""
    champs, autres, anomalies = _lire_objet(element, SCHEMAS_FICHE, IDENTIFIANTS_FICHE, SLOTS_FICHE)
    version = element.find(f"{{{RIM}}}VersionInfo")
    return DocumentEntry(
        id=element.get("id", ""),
        lid=element.get("lid", ""),
        object_type=element.get("objectType", ""),
        status=element.get("status", ""),
        mime_type=element.get("mimeType", ""),
        home=element.get("home", ""),
        version=version.get("versionName", "") if version is not None else "",
        title=_texte(element, "Name"),
        comments=_texte(element, "Description"),
        autres_slots=autres,
        anomalies=anomalies,
        **champs,
    )


def lire_submission_set(element: etree._Element) -> SubmissionSet:
    """Lit un `rim:RegistryPackage` de lot."""
    champs, autres, anomalies = _lire_objet(element, SCHEMAS_LOT, IDENTIFIANTS_LOT, SLOTS_LOT)
    return SubmissionSet(
        id=element.get("id", ""),
        status=element.get("status", ""),
        home=element.get("home", ""),
        title=_texte(element, "Name"),
        comments=_texte(element, "Description"),
        autres_slots=autres,
        anomalies=anomalies,
        **champs,
    )


def lire_association(element: etree._Element) -> Association:
    """Lit un `rim:Association`."""
    return Association(
        id=element.get("id", ""),
        type=element.get("associationType", ""),
        source=element.get("sourceObject", ""),
        cible=element.get("targetObject", ""),
        status=element.get("status", ""),
        slots=tuple(lire_slots(element)),
    )


def lire_slots(element: etree._Element) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Slots directs de l'élément : (nom, valeurs), dans l'ordre, doublons compris."""
    for slot in element.findall(f"{{{RIM}}}Slot"):
        valeurs = tuple(
            (valeur.text or "").strip(BLANCS) for valeur in slot.iterfind(f"{{{RIM}}}ValueList/{{{RIM}}}Value")
        )
        yield slot.get("name", ""), valeurs


def _noeuds(liste: etree._Element) -> dict[str, str]:
    """Classification de chaque RegistryPackage : écrite à côté (usage courant) ou à l'intérieur de lui."""
    noeuds: dict[str, str] = {}
    for classement in liste.iter(f"{{{RIM}}}Classification"):
        noeud = classement.get("classificationNode")
        if noeud in (NOEUD_LOT, NOEUD_CLASSEUR):
            parent = classement.getparent()
            dedans = parent.get("id", "") if parent is not None and parent is not liste else ""
            noeuds[classement.get("classifiedObject") or dedans] = noeud
    return noeuds


def _lire_objet(
    element: etree._Element,
    schemas: dict[str, str],
    identifiants: dict[str, tuple[str, str]],
    slots: dict[str, str],
) -> tuple[dict[str, Any], tuple[tuple[str, tuple[str, ...]], ...], tuple[str, ...]]:
    champs: dict[str, Any] = {}
    anomalies: list[str] = []
    autres: list[tuple[str, tuple[str, ...]]] = []
    _lire_slots_connus(element, slots, champs, autres, anomalies)
    champ_du_schema = {schema: champ for champ, schema in schemas.items()}
    for classement in element.findall(f"{{{RIM}}}Classification"):
        schema = classement.get("classificationScheme", "")
        champ = champ_du_schema.get(schema)
        if champ is None:
            if classement.get("classificationNode") is None:
                anomalies.append(f"classificationScheme inconnu : {schema}")
            continue
        vise = classement.get("classifiedObject", "")
        if vise != element.get("id", ""):
            anomalies.append(f"classifiedObject « {vise} » différent de l'identifiant de l'objet ({champ})")
        valeur: Auteur | Code = _lire_auteur(classement) if champ == "authors" else _lire_code(classement)
        _poser(champs, champ, valeur, anomalies)
    champ_identifiant = {schema: (champ, nom) for champ, (schema, nom) in identifiants.items()}
    for externe in element.findall(f"{{{RIM}}}ExternalIdentifier"):
        trouve = champ_identifiant.get(externe.get("identificationScheme", ""))
        if trouve is None:
            anomalies.append(f"identificationScheme inconnu : {externe.get('identificationScheme', '')}")
            continue
        champ, nom = trouve
        if _texte(externe, "Name") != nom:
            anomalies.append(f"ExternalIdentifier nommé « {_texte(externe, 'Name')} » au lieu de « {nom} »")
        _poser(champs, champ, externe.get("value", ""), anomalies)
    return champs, tuple(autres), tuple(anomalies)


def _lire_slots_connus(
    element: etree._Element,
    slots: dict[str, str],
    champs: dict[str, Any],
    autres: list[tuple[str, tuple[str, ...]]],
    anomalies: list[str],
) -> None:
    champ_du_slot = {slot: champ for champ, slot in slots.items()}
    for nom, valeurs in lire_slots(element):
        champ = champ_du_slot.get(nom)
        if champ is None:
            autres.append((nom, valeurs))
        elif champ in champs:
            anomalies.append(f"Slot « {nom} » présent deux fois")
        elif champ in _PLURIELS:
            champs[champ] = valeurs
        else:
            if len(valeurs) != 1:
                anomalies.append(f"Slot « {nom} » : une valeur attendue, {len(valeurs)} reçues")
            champs[champ] = valeurs[0] if valeurs else ""


def _poser(champs: dict[str, Any], champ: str, valeur: Auteur | Code | str, anomalies: list[str]) -> None:
    if champ in _PLURIELS:
        deja = champs.get(champ, ())
        champs[champ] = (*deja, valeur) if isinstance(deja, tuple) else (valeur,)
    elif champ in champs:
        anomalies.append(f"attribut {champ} présent deux fois")
    else:
        champs[champ] = valeur


def _lire_code(classement: etree._Element) -> Code:
    systeme = next((valeurs[0] for nom, valeurs in lire_slots(classement) if nom == "codingScheme" and valeurs), "")
    return Code(classement.get("nodeRepresentation", ""), systeme, _texte(classement, "Name"))


def _lire_auteur(classement: etree._Element) -> Auteur:
    slots: dict[str, tuple[str, ...]] = {}
    for nom, valeurs in lire_slots(classement):
        slots[nom] = (*slots.get(nom, ()), *valeurs)
    return Auteur(
        personne=next(iter(slots.get("authorPerson", ())), ""),
        institutions=slots.get("authorInstitution", ()),
        roles=slots.get("authorRole", ()),
        specialites=slots.get("authorSpecialty", ()),
    )


def _texte(element: etree._Element, nom: str) -> str:
    local = element.find(f"{{{RIM}}}{nom}/{{{RIM}}}LocalizedString")
    return local.get("value", "") if local is not None else ""
