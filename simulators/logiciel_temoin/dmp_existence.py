"""TD0.2, test d'existence et état de l'autorisation ; TD0.3, positionnement de l'autorisation."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from simulators.logiciel_temoin.dmp_client import Service, Session
from simulators.logiciel_temoin.horloge import en_ts, maintenant
from simulators.logiciel_temoin.labo import NOM, Labo
from simulators.logiciel_temoin.soap import XSI, ajouter, par_defaut

HL7 = "urn:hl7-org:v3"
HABILITATIONS = "urn:si-dmp-habilitations"
TD02 = Service("TD0.2", "patients", "urn:hl7-org:v3:PRPA_IN201307UV02")
TD03 = Service("TD0.3", "habilitations", "urn:si-dmp-habilitations:HabilitationsEndPoint:setAuthorization")


@dataclass(frozen=True)
class EtatDmp:
    """Ce que le test d'existence apprend ; les traits rendus par le DMP ne sont ni lus ni montrés."""

    existe: bool
    actif: bool
    autorisation: str


def tester(session: Session) -> EtatDmp:
    reponse = session.appeler(TD02, _demande(session.labo, session.patient_cx))
    ns = {"h": HL7}
    code = reponse.find(".//h:queryResponseCode", ns)
    existe = code is not None and code.get("code") == "OK"
    statut = reponse.find(".//h:patient/h:statusCode", ns)
    actif = existe and (statut is None or statut.get("code") == "active")
    autorisation = "NON_EXISTE"
    for ligne in reponse.iterfind(".//h:attentionLine", ns):
        cle, valeur = ligne.find("h:keyWordText", ns), ligne.find("h:value", ns)
        if cle is not None and valeur is not None and cle.get("code") == "AUTORISATION":
            autorisation = valeur.get("code", "NON_EXISTE")
    return EtatDmp(existe, actif, autorisation)


def autoriser(session: Session) -> None:
    demande = etree.Element(f"{{{HABILITATIONS}}}setAuthorization", nsmap={"hab": HABILITATIONS})
    ajouter(ajouter(demande, HABILITATIONS, "input"), HABILITATIONS, "action", "AJOUT")
    session.appeler(TD03, demande)


def _demande(labo: Labo, patient_cx: str) -> etree._Element:
    matricule, _, suite = patient_cx.partition("^^^&")
    racine = etree.Element(f"{{{HL7}}}PRPA_IN201307UV02", nsmap=par_defaut(HL7, xsi=XSI))
    racine.set("ITSVersion", "XML_1.0")
    ajouter(racine, HL7, "id", root=labo.identifiant("dmp_message_id"))
    ajouter(racine, HL7, "creationTime", value=en_ts(maintenant()))
    ajouter(racine, HL7, "interactionId", root="2.16.840.1.113883.1.6", extension="PRPA_IN201307UV02")
    ajouter(racine, HL7, "processingCode", code="D")
    ajouter(racine, HL7, "processingModeCode", code="T")
    ajouter(racine, HL7, "acceptAckCode", code="AL")
    _appareil(racine, "receiver", "RCV", "1.2.250.1.213.4.1.1.1", "DMP")
    _appareil(racine, "sender", "SND", labo.environnement.structure.oid_domaine, NOM)
    acte = ajouter(racine, HL7, "controlActProcess", classCode="CACT", moodCode="EVN")
    ajouter(acte, HL7, "code", code="PRPA_TE201307UV02", codeSystem="2.16.840.1.113883.1.18")
    ajouter(acte, HL7, "reasonCode", code="TEST_EXST", codeSystem="1.2.250.1.213.1.1.4.11")
    requete = ajouter(acte, HL7, "queryByParameter")
    ajouter(requete, HL7, "queryId", root=labo.identifiant("dmp_message_id"))
    ajouter(requete, HL7, "statusCode", code="new")
    parametres = ajouter(requete, HL7, "parameterList")
    ajouter(parametres, HL7, "dataSource").set(f"{{{XSI}}}nil", "true")
    patient = ajouter(parametres, HL7, "patientIdentifier")
    ajouter(patient, HL7, "value", root=suite.partition("&")[0], extension=matricule)
    ajouter(patient, HL7, "semanticsText", "Patient.id")
    return racine


def _appareil(racine: etree._Element, balise: str, type_code: str, oid: str, nom: str) -> None:
    appareil = ajouter(
        ajouter(racine, HL7, balise, typeCode=type_code), HL7, "device", classCode="DEV", determinerCode="INSTANCE"
    )
    ajouter(appareil, HL7, "id", root=oid)
    ajouter(appareil, HL7, "softwareName", nom)
