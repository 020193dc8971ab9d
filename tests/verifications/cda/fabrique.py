"""Fabrique de CDA d'essai : un compte rendu de biologie fictif, dont chaque morceau se change par son nom."""

from __future__ import annotations

import base64

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
MATRICULE = "290129999900192"
OID_TEST = "1.2.250.1.213.1.4.10"
_N1 = '<templateId root="1.3.6.1.4.1.19376.1.2.20"/>'
_N3 = '<templateId root="1.3.6.1.4.1.19376.1.3.3"/><templateId root="1.2.250.1.213.1.1.1.55" extension="2024.01"/>'
_ORGANISATION = '<id root="1.2.250.1.71.4.2.2" extension="1990000001"/><name>LABORATOIRE DU BANC</name>'
_PERSONNE = (
    '<id root="1.2.250.1.71.4.2.1" extension="899900000017"/>'
    '<code code="G15_10/SM03" displayName="Biologie médicale" codeSystem="1.2.250.1.213.1.1.4.5"/>'
    '<telecom value="tel:0100000000"/>'
    "<assignedPerson><name><family>BIOLOGUE</family><given>ALIX</given></name></assignedPerson>"
    f"<representedOrganization>{_ORGANISATION}</representedOrganization>"
)

MORCEAUX = {
    "prologue": '<?xml version="1.0" encoding="UTF-8"?>',
    "realmCode": '<realmCode code="FR"/>',
    "typeId": '<typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>',
    "conformites": '<templateId root="2.16.840.1.113883.2.8.2.1"/><templateId root="1.2.250.1.213.1.1.1.1"/>',
    "modele": _N3,
    "id": '<id root="1.2.250.1.213.99.1.100.1"/>',
    "code": '<code code="11502-2" codeSystem="2.16.840.1.113883.6.1" displayName="CR d\'examens biologiques"/>',
    "title": "<title>Compte rendu d'examens biologiques</title>",
    "effectiveTime": '<effectiveTime value="20261120101530+0100"/>',
    "confidentialityCode": '<confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25" displayName="Normal"/>',
    "languageCode": '<languageCode code="fr-FR"/>',
    "setId": '<setId root="1.2.250.1.213.99.1.100"/>',
    "versionNumber": '<versionNumber value="1"/>',
    "ids_patient": f'<id root="{OID_TEST}" extension="{MATRICULE}"/><id root="1.2.250.1.213.99.1.7" extension="IPP1"/>',
    "noms": '<family qualifier="BR">D\'ÉTÉ-DURAND</family><given>ANNE MARIE</given><given qualifier="BR">ANNE</given>',
    "sexe": '<administrativeGenderCode code="F" codeSystem="2.16.840.1.113883.5.1"/>',
    "naissance": '<birthTime value="19901231"/>',
    "lieu": "<birthplace><place><addr><county>99999</county></addr></place></birthplace>",
    "telecom": '<telecom value="mailto:patient@patient.mssante.test"/>',
    "authors": f'<author><time value="20261120101530+0100"/><assignedAuthor>{_PERSONNE}</assignedAuthor></author>',
    "custodian": "<custodian><assignedCustodian><representedCustodianOrganization>"
    f"{_ORGANISATION}</representedCustodianOrganization></assignedCustodian></custodian>",
    "legalAuthenticator": '<legalAuthenticator><time value="20261120101530+0100"/><signatureCode code="S"/>'
    f"<assignedEntity>{_PERSONNE}</assignedEntity></legalAuthenticator>",
    "periode": '<effectiveTime><low value="20261119083000+0100"/><high value="20261119090000+0100"/></effectiveTime>',
    "statut": '<lab:statusCode code="completed"/>',
    "performer": f'<performer typeCode="PRF"><assignedEntity>{_PERSONNE.replace("</representedOrganization>", "")}'
    '<standardIndustryClassCode code="AMBULATOIRE" codeSystem="1.2.250.1.213.1.1.4.9" displayName="Ambulatoire"/>'
    "</representedOrganization></assignedEntity></performer>",
    "relatedDocument": "",
    "componentOf": "<componentOf><encompassingEncounter>"
    '<effectiveTime><low value="202611190830+0100"/></effectiveTime><location><healthCareFacility>'
    '<code code="SA25" codeSystem="1.2.250.1.71.4.2.4" displayName="Laboratoire"/></healthCareFacility></location>'
    "</encompassingEncounter></componentOf>",
    "corps": "",
    "ajout": "",
}


def corps_n3(pdf: bytes | None = PDF, attributs: str = "mediaType='application/pdf' representation='B64'") -> str:
    """Corps structuré : une section de résultats, et la copie PDF si elle est donnée."""
    copie = (
        "<entry><observationMedia classCode='OBS' moodCode='EVN' ID='copie'>"
        f"<value {attributs}>{base64.b64encode(pdf).decode()}</value></observationMedia></entry>"
        if pdf is not None
        else ""
    )
    return (
        "<component><structuredBody><component><section><templateId root='1.2.250.1.213.1.1.2.70'/>"
        "<code code='18719-5' codeSystem='2.16.840.1.113883.6.1' displayName='Biochimie'/><title>Biochimie</title>"
        "<text><content ID='sodium'>Sodium : 140 mmol/L</content></text>"
        "<entry><observation classCode='OBS' moodCode='EVN'>"
        "<code code='2951-2' codeSystem='2.16.840.1.113883.6.1' displayName='Sodium'>"
        "<originalText><reference value='#sodium'/></originalText></code><statusCode code='completed'/>"
        "<effectiveTime value='20261119083000+0100'/><value xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' "
        "xsi:type='PQ' value='140' unit='mmol/L'/></observation></entry>"
        f"{copie}</section></component></structuredBody></component>"
    )


def corps_n1(contenu: bytes = PDF, attributs: str = "mediaType='application/pdf' representation='B64'") -> str:
    """Corps non structuré."""
    texte = base64.b64encode(contenu).decode()
    return f"<component><nonXMLBody><text {attributs}>{texte}</text></nonXMLBody></component>"


def cda(niveau: str = "N3", **morceaux: str) -> bytes:
    """Un CDA conforme à toutes nos règles, sauf les morceaux donnés."""
    base = {"modele": _N1, "corps": corps_n1()} if niveau == "N1" else {"corps": corps_n3()}
    m = {**MORCEAUX, **base, **morceaux}
    inconnus = set(m) - set(MORCEAUX)
    if inconnus:
        raise KeyError(f"morceaux inconnus : {inconnus}")
    return (
        f"{m['prologue']}<ClinicalDocument xmlns='urn:hl7-org:v3' xmlns:lab='urn:oid:1.3.6.1.4.1.19376.1.3.2'>"
        f"{m['realmCode']}{m['typeId']}{m['conformites']}{m['modele']}{m['id']}{m['code']}{m['title']}"
        f"{m['effectiveTime']}{m['confidentialityCode']}{m['languageCode']}{m['setId']}{m['versionNumber']}"
        f"<recordTarget><patientRole>{m['ids_patient']}{m['telecom']}<patient><name>{m['noms']}</name>{m['sexe']}"
        f"{m['naissance']}{m['lieu']}</patient></patientRole></recordTarget>{m['authors']}{m['custodian']}"
        f"{m['legalAuthenticator']}<documentationOf><serviceEvent>{m['statut']}{m['periode']}{m['performer']}"
        f"</serviceEvent></documentationOf>{m['relatedDocument']}{m['componentOf']}{m['corps']}{m['ajout']}"
        "</ClinicalDocument>"
    ).encode()


def remplace(unique_id: str) -> str:
    """Lien de remplacement vers ce document."""
    return (
        f'<relatedDocument typeCode="RPLC"><parentDocument><id root="{unique_id}"/></parentDocument></relatedDocument>'
    )
