"""Ce qu'une plateforme d'intermédiation (PFI) envoie : accusés métier (ZAM), documents venus de la messagerie (MDM).

Sources : ANS, CI-SIS, volet de transmission d'un document CDA R2 en HL7 v2, v2.1 (accusés métier), et volet de
transmission au LPS de documents CDA provenant d'un courriel MSSanté, v1.1 (message MDM). Ni horloge ni hasard ici.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass

from steps.flux.documents import AuteurDocument
from steps.flux.identite import IdentiteUsager
from steps.flux.messages import EnvoiHl7, echapper, identifiant_ins

APPLICATION, STRUCTURE = "PFI", "CHU DU BANC"
_OID_PS, _OID_STRUCTURE = "1.2.250.1.71.4.2.1", "1.2.250.1.71.4.2.2"
_ACCUSES = {
    "dmp": ("Z01", "ACK_RECEPTION_DMP^Accusé de réception DMP"),
    "mssante": ("Z02", "ACK_RECEPTION_MSS^Accusé de réception MSSanté"),
    "lecture": ("Z03", "ACK_LECTURE_MSS^Accusé de lecture"),
}
_ADRESSES = {"mssante": "DESTINATAIRE_MSS^Destinataire MSSanté", "lecture": "LECTEUR_MSS^Lecteur du courriel MSSanté"}
_ERREURS = {
    "dmp": "DMPDocumentDuplicate^Document déjà présent^DMP_ERROR_CODE",
    "mssante": "550^Boîte aux lettres non disponible^SMTPERRORCODE",
    "lecture": "902^Identifiant patient inconnu^applicationErrorCondition",
}


@dataclass(frozen=True, slots=True)
class Destinataire:
    """À qui la plateforme s'adresse : MSH-3 et MSH-4 du logiciel."""

    application: str
    structure: str


@dataclass(frozen=True, slots=True)
class AccuseMetier:
    """Un retour de la plateforme. `operation` : dmp, mssante, lecture ; `message` : MSH-10 de ce qui a été transmis."""

    operation: str
    message: str
    reussi: bool
    adresse: str = ""


def accuse_metier(accuse: AccuseMetier, a_qui: Destinataire, envoi: EnvoiHl7) -> str:
    """ZAM^Z01, Z02 ou Z03 ; un échec porte son code d'erreur."""
    evenement, quoi = _ACCUSES[accuse.operation]
    segments = [
        _msh(f"ZAM^{evenement}^ZAM_Z01", a_qui, envoi, "2.1^CISIS_CDA_HL7_V2"),
        f"OBX|1|CWE|{quoi}^AckMetierZAM|{accuse.message}|{'Y' if accuse.reussi else 'N'}^^expandedYes-NoIndicator"
        "||||||F",
    ]
    if accuse.operation in _ADRESSES:
        segments.append(
            f"OBX|2|XTN|{_ADRESSES[accuse.operation]}^AckMetierZAM||^^X.400^{echapper(accuse.adresse)}||||||F"
        )
    if not accuse.reussi:
        segments.append(f"ERR|||207^Application error^messageErrorCondition|E|{_ERREURS[accuse.operation]}")
    return "\r".join(segments) + "\r"


@dataclass(frozen=True, slots=True)
class DocumentDeMessagerie:
    """Un CDA tiré d'un courriel MSSanté, et ce que le message dit de lui.

    `patient_id`, sous le `domaine` (OID) : l'identifiant local que porte le CDA.
    """

    cda: bytes
    identifiant: str
    type_code: str
    type_libelle: str
    expediteur: str
    destinataire: str
    patient_id: str
    domaine: str


def document_recu(document: DocumentDeMessagerie, patient: IdentiteUsager, a_qui: Destinataire, envoi: EnvoiHl7) -> str:
    """MDM^T02 : le document, l'expéditeur et le destinataire du courriel, le courriel, les métadonnées."""
    quoi = f"{document.type_code}^{echapper(document.type_libelle)}^LN"
    courriel = base64.b64encode(b"Veuillez trouver ci-joint le document de votre patient.").decode()
    segments = [
        _msh("MDM^T02^MDM_T02", a_qui, envoi, "1.1^CISIS_CDA_HL7_LPS", version="2.6"),
        f"EVN||{envoi.horodatage}",
        _pid(patient, document.patient_id, document.domaine),
        "PV1|1|N",
        "ORC|NW",
        f"OBR|1|||{quoi}",
        f"TXA|1|{document.type_code}|TEXT|||||||||{document.identifiant}|||||AU",
        f"OBX|1|ED|{quoi}||^TEXT^XML^Base64^{base64.b64encode(document.cda).decode()}||||||F",
        f"PRT||UC||SB^Send by^participation|||||||||||^^X.400^{echapper(document.expediteur)}",
        f"PRT||UC||RCT^Results Copies To^participation|||||||||||^^X.400^{echapper(document.destinataire)}",
        f"OBX|2|ED|<{envoi.identifiant}@banc-sons.test>^XDM/1.0/DDM+{echapper(document.type_libelle)}||"
        f"^TEXT^^Base64^{courriel}||||||F",
        *(
            f"OBX|{rang}|CWE|{code}^{libelle}^MetaDMPMSS||N^^expandedYes-NoIndicator||||||F"
            for rang, (code, libelle) in enumerate(_METAS, 3)
        ),
    ]
    return "\r".join(segments) + "\r"


_AUTEUR = AuteurDocument("899900000777", "EXPEDITEUR", "CAMILLE")


@dataclass(frozen=True, slots=True)
class DocumentConfie:
    """Un CDA qu'un système de l'établissement confie à la plateforme. `demandes` : métadonnées à Y, les autres à N."""

    cda: bytes
    identifiant: str
    type_code: str
    type_libelle: str
    emetteur: str
    patient_id: str
    domaine: str
    structure_id: str
    demandes: tuple[str, ...]
    adresses: tuple[str, ...] = ()
    auteur: AuteurDocument = _AUTEUR


DEMANDES = (
    "MASQUE_PS",
    "INVISIBLE_PATIENT",
    "INVISIBLE_REP_LEGAUX",
    "CONNEXION_SECRETE",
    "MODIF_CONF_CODE",
    "DESTDMP",
    "DESTMSSANTEPS",
    "DESTMSSANTEPAT",
    "ACK_RECEPTION",
    "ACK_LECTURE_MSS",
)


def document_confie(document: DocumentConfie, patient: IdentiteUsager, envoi: EnvoiHl7, *, mdm: bool = False) -> str:
    """ORU^R01 en 2.5, ou MDM^T02 en 2.6 : le document, son expéditeur, ses destinataires, ce qu'il faut en faire."""
    quoi = f"{document.type_code}^{echapper(document.type_libelle)}^LN"
    type_, version, code = ("MDM^T02^MDM_T02", "2.6", "CWE") if mdm else ("ORU^R01^ORU_R01", "2.5", "CE")
    donnee = base64.b64encode(document.cda).decode()
    segments = [
        f"MSH|^~\\&|{document.emetteur}|{STRUCTURE}|{APPLICATION}|{STRUCTURE}|{envoi.horodatage}||{type_}|"
        f"{envoi.identifiant}|P|{version}|||||FRA|UNICODE UTF-8|||2.1^CISIS_CDA_HL7_V2",
        *([f"EVN||{envoi.horodatage}"] if mdm else []),
        _pid(patient, document.patient_id, document.domaine),
        "PV1|1|N",
        "ORC|NW",
        f"OBR|1|||{quoi}",
        *([f"TXA|1|{document.type_code}|TEXT|||||||||{document.identifiant}|||||AU"] if mdm else []),
        f"OBX|1|ED|{quoi}||^TEXT^XML^Base64^{donnee}||||||F",
        segment_expediteur(document.auteur, STRUCTURE, document.structure_id),
        *(
            f"PRT||UC||RCT^Results Copies To^participation|||||||||||^^X.400^{echapper(adresse)}"
            for adresse in document.adresses
        ),
        *(
            f"OBX|{rang}|{code}|{meta}^{meta}^MetaDMPMSS||"
            f"{'Y' if meta in document.demandes else 'N'}^^expandedYes-NoIndicator||||||F"
            for rang, meta in enumerate(DEMANDES, 2)
        ),
    ]
    return "\r".join(segments) + "\r"


def segment_expediteur(auteur: AuteurDocument, structure: str, structure_id: str) -> str:
    """PRT SB : qui envoie le document, et pour quelle structure ; le volet le demande d'un document pour le DMP."""
    qui = f"{auteur.identifiant}^{echapper(auteur.nom)}^{echapper(auteur.prenom)}^^^^^^ASIP-SANTE-PS&{_OID_PS}&ISO"
    return (
        f"PRT||UC||SB^Send by^participation|{qui}^D^^^IDNPS|||"
        f"{echapper(structure)}^^^^^ASIP-SANTE-ST&{_OID_STRUCTURE}&ISO^IDNST^^^{structure_id}"
    )


def _pid(patient: IdentiteUsager, patient_id: str, domaine: str) -> str:
    identifiants = [f"{patient_id}^^^PFI&{domaine}&ISO^PI"]
    if patient.matricule_ins:
        identifiants.append(identifiant_ins(patient.matricule_ins, patient.oid_ins))
    prenoms = patient.prenoms_naissance or patient.premier_prenom_naissance
    noms = "^".join(map(echapper, (patient.nom_naissance, patient.premier_prenom_naissance, prenoms)))
    pid = [""] * 33
    pid[0], pid[3], pid[5] = "PID", "~".join(identifiants), f"{noms}^^^^L"
    pid[7], pid[8] = patient.date_naissance.replace("-", ""), patient.sexe if patient.sexe in "MF" else "U"
    pid[11], pid[32] = f"^^^^^^BDL^^{patient.code_lieu_naissance}", "VALI"
    return "|".join(pid)


_METAS = (
    ("MASQUE_PS", "Masqué aux professionnels de Santé"),
    ("INVISIBLE_PATIENT", "Document Non Visible par le patient"),
    ("INVISIBLE_REP_LEGAUX", "Non visible par les représentants Légaux du patient"),
    ("MODIF_CONF_CODE", "Modification Confidentiality Code"),
)


def _msh(type_: str, a_qui: Destinataire, envoi: EnvoiHl7, profil: str, *, version: str = "2.6") -> str:
    return (
        f"MSH|^~\\&|{APPLICATION}|{STRUCTURE}|{echapper(a_qui.application)}|{echapper(a_qui.structure)}|"
        f"{envoi.horodatage}||{type_}|{envoi.identifiant}|P|{version}|||||FRA|UNICODE UTF-8|||{profil}"
    )
