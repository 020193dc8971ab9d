"""Identifiants de l'ebRIM et de l'XDS employés sur le fil du DMP."""

from __future__ import annotations

RIM = "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"
LCM = "urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"
QUERY = "urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0"
XDSB = "urn:ihe:iti:xds-b:2007"
XOP = "http://www.w3.org/2004/08/xop/include"

DOCUMENT = "urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1"
LOT = "urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd"

AUTEUR = "urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d"
CLASSE = "urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a"
TYPE = "urn:uuid:f0306f51-975f-434e-a61c-c59651d33983"
CONFIDENTIALITE = "urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f"
FORMAT = "urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d"
ETABLISSEMENT = "urn:uuid:f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1"
CADRE = "urn:uuid:cccf5598-8b07-4b77-a05e-ae952c785ead"
EVENEMENT = "urn:uuid:2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4"
PATIENT_ID = "urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427"
UNIQUE_ID = "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab"

LOT_AUTEUR = "urn:uuid:a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d"
LOT_CONTENU = "urn:uuid:aa543740-bdda-424e-8c96-df4873be8500"
LOT_PATIENT_ID = "urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446"
LOT_SOURCE_ID = "urn:uuid:554ac39e-e3fe-47fe-b233-965d2a147832"
LOT_UNIQUE_ID = "urn:uuid:96fdda7c-d067-4183-912e-bf5ee74998a8"

HAS_MEMBER = "urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember"
RPLC = "urn:ihe:iti:2007:AssociationType:RPLC"
SIGNS = "urn:ihe:iti:2007:AssociationType:signs"
CHANGE_STATUT = "urn:ihe:iti:2010:AssociationType:UpdateAvailabilityStatus"
ACTIF = "urn:oasis:names:tc:ebxml-regrep:StatusType:Approved"
REMPLACE = "urn:oasis:names:tc:ebxml-regrep:StatusType:Deprecated"
ARCHIVE = "urn:asip:ci-sis:2010:StatusType:Archived"
SUPPRIME = "urn:asip:ci-sis:2010:StatusType:Deleted"

FIND_DOCUMENTS = "urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d"
GET_DOCUMENTS = "urn:uuid:5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4"
GET_RELATED_DOCUMENTS = "urn:uuid:d90e5407-b356-4d91-a89f-873917b4b0e6"

CLASSE_SIGNATURE = "urn:oid:1.3.6.1.4.1.19376.1.2.1.1.1"

OID_CLASSES = "1.2.250.1.213.1.1.4.1"
OID_CADRES = "1.2.250.1.213.1.1.4.9"
OID_FORMATS = "1.3.6.1.4.1.19376.1.2.3"
OID_CONFIDENTIALITE = "2.16.840.1.113883.5.25"
OID_VISIBILITE = "1.2.250.1.213.1.1.4.13"
ENTREPOT = "1.2.250.1.213.4.1.1.1.2"

CLASSES_PAR_TYPE = {
    "11502-2": ("10", "Comptes rendus"),
    "11488-4": ("10", "Comptes rendus"),
    "18748-4": ("31", "Imagerie médicale"),
    "IMG-KOS": ("31", "Imagerie médicale"),
    "57833-6": ("42", "Prescriptions"),
    "60593-1": ("43", "Dispensations"),
    "11490-0": ("11", "Synthèses"),
    "18761-7": ("11", "Synthèses"),
    "34133-9": ("11", "Synthèses"),
    "60591-5": ("11", "Synthèses"),
}
CLASSE_PAR_DEFAUT = ("10", "Comptes rendus")
