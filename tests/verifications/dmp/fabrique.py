"""Fabrique d'échanges DMP d'essai, tels que vus sur le fil : alimentation, recherche, test d'existence, suppression."""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lxml import etree

from simulators.socle.echange import CorpsMemoire, Echange, Reponse, Requete, Tls
from simulators.socle.mtom import composer
from tests.verifications.cda.fabrique import MATRICULE, OID_TEST, cda
from tests.verifications.dmp.fabrique_vihf import INSTANT, STRUCTURE, certificat, vihf

CX = f"{MATRICULE}^^^&amp;{OID_TEST}&amp;ISO^NH"
XCN = "899900000017^BIOLOGUE^ALIX^^^^^^&amp;1.2.250.1.71.4.2.1&amp;ISO^D^^^IDNPS"
XON = "LABORATOIRE DU BANC^^^^^&amp;1.2.250.1.71.4.2.2&amp;ISO^IDNST^^^1990000001"
XCN_MORALE = f"{STRUCTURE}^LABORATOIRE DU BANC^^^^^^^&amp;1.2.250.1.71.4.2.2&amp;ISO^D^^^IDNST"
ENTREE = "urn:uuid:0b9d6c1e-7e1b-4c55-9a1f-5d0f4b8a2c11"
_FICHE_AUTEUR = "urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d"
_LOT_AUTEUR = "urn:uuid:a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d"
_DSIG = "http://www.w3.org/2000/09/xmldsig#"
_ACTIONS = {
    "TD0.2": "urn:hl7-org:v3:PRPA_IN201307UV02",
    "TD0.3": "urn:si-dmp-habilitations:HabilitationsEndPoint:setAuthorization",
    "TD0.4": "urn:si-dmp-patients:PatientSpecificEndPoint:patientList",
    "TD2.1": "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b",
    "TD3.1": "urn:ihe:iti:2007:RegistryStoredQuery",
    "TD3.2": "urn:ihe:iti:2007:RetrieveDocumentSet",
    "TD3.3": "urn:ihe:iti:2010:UpdateDocumentSet",
}


def slot(nom: str, *valeurs: str) -> str:
    """Un Slot ebRIM, vide si aucune valeur."""
    liste = "".join(f"<Value>{valeur}</Value>" for valeur in valeurs if valeur)
    return f'<Slot name="{nom}"><ValueList>{liste}</ValueList></Slot>' if liste else ""


def code(schema: str, valeur: str, systeme: str, objet: str = "Doc1") -> str:
    """Une classification codée."""
    return (
        f'<Classification classificationScheme="urn:uuid:{schema}" classifiedObject="{objet}" '
        f'nodeRepresentation="{valeur}" id="c{uuid.uuid4().hex[:8]}">{slot("codingScheme", systeme)}'
        '<Name><LocalizedString value="libellé"/></Name></Classification>'
    )


def auteur(
    personne: str = XCN, structure: str = XON, *, objet: str = "Doc1", lot: bool = False, specialite: str = ""
) -> str:
    """Une classification d'auteur."""
    return (
        f'<Classification classificationScheme="{_LOT_AUTEUR if lot else _FICHE_AUTEUR}" classifiedObject="{objet}" '
        f'nodeRepresentation="" id="a{uuid.uuid4().hex[:8]}">{slot("authorPerson", personne)}'
        f"{slot('authorInstitution', structure)}{slot('authorSpecialty', specialite)}</Classification>"
    )


def externe(schema: str, nom: str, valeur: str) -> str:
    """Un identifiant externe."""
    return (
        f'<ExternalIdentifier identificationScheme="urn:uuid:{schema}" value="{valeur}" id="e{uuid.uuid4().hex[:8]}">'
        f'<Name><LocalizedString value="{nom}"/></Name></ExternalIdentifier>'
    )


NRV = "f4f85eac-e6cb-4883-b524-f2705394840f"
FICHE = {
    "objectType": "urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1",
    "mimeType": "text/xml",
    "creationTime": slot("creationTime", "20261120091530"),
    "serviceStartTime": slot("serviceStartTime", "20261119073000"),
    "serviceStopTime": slot("serviceStopTime", "20261119080000"),
    "languageCode": slot("languageCode", "fr-FR"),
    "legalAuthenticator": slot("legalAuthenticator", XCN),
    "sourcePatientId": slot("sourcePatientId", "IPP1^^^&amp;1.2.250.1.213.99.1.7&amp;ISO^PI"),
    "sourcePatientInfo": slot("sourcePatientInfo", "PID-5|ÉTÉ^ANNE^^^^^L", "PID-7|19901231", "PID-8|F"),
    "hash": "",
    "title": "Compte rendu d'examens biologiques",
    "author": auteur(specialite="G15_10/SM03^Biologie^1.2.250.1.213.1.1.4.5"),
    "classCode": code("41a5887f-8865-4c09-adf7-e362475b143a", "11", "1.2.250.1.213.1.1.4.1"),
    "typeCode": code("f0306f51-975f-434e-a61c-c59651d33983", "11502-2", "2.16.840.1.113883.6.1"),
    "confidentialityCode": code(NRV, "N", "2.16.840.1.113883.5.25"),
    "formatCode": code("a09d5840-386c-46f2-b5ad-9c3699a4309d", "urn:ihe:lab:xd-lab:2008", "1.3.6.1.4.1.19376.1.2.3"),
    "healthcareFacilityTypeCode": code("f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1", "SA25", "1.2.250.1.71.4.2.4"),
    "practiceSettingCode": code("cccf5598-8b07-4b77-a05e-ae952c785ead", "AMBULATOIRE", "1.2.250.1.213.1.1.4.9"),
    "eventCodeList": code("2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4", "18719-5", "2.16.840.1.113883.6.1"),
    "patientId": externe("58a6f841-87b3-4a3e-92fd-a8ffeff98427", "XDSDocumentEntry.patientId", CX),
    "uniqueId": externe(
        "2e82c1f6-a085-4c72-9da3-8640a32e42ab", "XDSDocumentEntry.uniqueId", "1.2.250.1.213.99.1.100.1"
    ),
    "referenceIdList": "",
    "ajout": "",
}
LOT = {
    "submissionTime": slot("submissionTime", "20261120093000"),
    "author": auteur(objet="Lot1", lot=True),
    "contentTypeCode": code("aa543740-bdda-424e-8c96-df4873be8500", "04", "1.2.250.1.213.2.2", "Lot1"),
    "patientId": externe("6b5aea1a-874d-4603-a4bc-96a0a7b38446", "XDSSubmissionSet.patientId", CX),
    "sourceId": externe("554ac39e-e3fe-47fe-b233-965d2a147832", "XDSSubmissionSet.sourceId", "1.2.250.1.213.99.1"),
    "uniqueId": externe(
        "96fdda7c-d067-4183-912e-bf5ee74998a8", "XDSSubmissionSet.uniqueId", "1.2.250.1.213.99.1.500.1"
    ),
    "classement": '<Classification classifiedObject="Lot1" '
    'classificationNode="urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd" id="n1"/>',
    "membres": "",
    "ajout": "",
}


def unique_id(valeur: str) -> str:
    """Identifiant externe d'un document."""
    return FICHE["uniqueId"].replace("1.2.250.1.213.99.1.100.1", valeur)


def association(nature: str, source: str, cible: str, **slots: str) -> str:
    """Une association ; `nature` : HasMember, RPLC, signs, ou un URN entier."""
    urn = {
        "HasMember": "urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember",
        "UpdateAvailabilityStatus": "urn:ihe:iti:2010:AssociationType:UpdateAvailabilityStatus",
    }.get(nature, f"urn:ihe:iti:2007:AssociationType:{nature}")
    contenu = "".join(slot(nom, valeur) for nom, valeur in slots.items())
    return (
        f'<Association id="as{uuid.uuid4().hex[:8]}" associationType="{urn}" sourceObject="{source}" '
        f'targetObject="{cible}">{contenu}</Association>'
    )


RPLC = association("RPLC", "Doc1", ENTREE, SubmissionSetStatus="Original")


def fiche(**morceaux: str) -> str:
    """Un ExtrinsicObject."""
    f = {**FICHE, **morceaux}
    if inconnus := set(f) - set(FICHE):
        raise KeyError(f"morceaux inconnus : {inconnus}")
    return (
        f'<ExtrinsicObject id="Doc1" objectType="{f["objectType"]}" mimeType="{f["mimeType"]}">'
        f"{f['creationTime']}{f['serviceStartTime']}{f['serviceStopTime']}{f['languageCode']}{f['legalAuthenticator']}"
        f"{f['sourcePatientId']}{f['sourcePatientInfo']}{f['hash']}{f['referenceIdList']}"
        f'<Name><LocalizedString value="{f["title"]}"/></Name>{f["author"]}{f["classCode"]}{f["typeCode"]}'
        f"{f['confidentialityCode']}{f['formatCode']}{f['healthcareFacilityTypeCode']}{f['practiceSettingCode']}"
        f"{f['eventCodeList']}{f['patientId']}{f['uniqueId']}{f['ajout']}</ExtrinsicObject>"
    )


_FICHE_SIGNATURE = fiche(
    classCode=code("41a5887f-8865-4c09-adf7-e362475b143a", "urn:oid:1.3.6.1.4.1.19376.1.2.1.1.1", "URN"),
    typeCode=code("f0306f51-975f-434e-a61c-c59651d33983", "E1762", "ASTM"),
    formatCode=code("a09d5840-386c-46f2-b5ad-9c3699a4309d", _DSIG, "URN"),
    eventCodeList=code("2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4", "1.2.840.10065.1.12.1.14", "1.2.840.10065.1.12"),
    languageCode=slot("languageCode", "art"),
    title="Source",
    confidentialityCode=FICHE["confidentialityCode"]
    + code(NRV, "MASQUE_PS", "1.2.250.1.213.1.1.4.13")
    + code(NRV, "INVISIBLE_PATIENT", "1.2.250.1.213.1.1.4.13"),
).replace("Doc1", "Sig1")


def signature_xml(documents: dict[str, bytes], lot: str = "1.2.250.1.213.99.1.500.1") -> bytes:
    """Document de signature dont le manifeste désigne le lot et ces documents (uniqueId → octets)."""
    references = (
        f'<Reference URI="urn:oid:{lot}"><DigestMethod Algorithm="{_DSIG}sha1"/><DigestValue>AA==</DigestValue>'
        "</Reference>"
    )
    for identifiant, octets in documents.items():
        condensat = base64.b64encode(hashlib.sha256(etree.tostring(
            etree.fromstring(octets).getroottree(), method="c14n", with_comments=True)).digest()).decode()  # fmt: skip
        references += (
            f'<Reference URI="urn:oid:{identifiant}"><Transforms><Transform '
            'Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments"/></Transforms>'
            '<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
            f"<DigestValue>{condensat}</DigestValue></Reference>"
        )
    return (
        f'<Signature xmlns="{_DSIG}"><Object><Manifest Id="IHEManifest">{references}</Manifest></Object></Signature>'
    ).encode()


@dataclass(frozen=True)
class Alimentation:
    """Une alimentation à composer ; tout a une valeur conforme par défaut."""

    document: bytes = field(default_factory=cda)
    fiche: dict[str, str] = field(default_factory=dict)
    lot: dict[str, str] = field(default_factory=dict)
    vihf: dict[str, str] = field(default_factory=dict)
    associations: str = ""
    signature: bytes | None = None
    sans_signature: bool = False
    fiche_signature: str = _FICHE_SIGNATURE
    lien_signature: str = association("signs", "Sig1", "Lot1", SubmissionSetStatus="Original")
    identifiant: str = "1.2.250.1.213.99.1.100.1"
    inclure: str = "cid:doc1@banc"
    piece: str = "doc1@banc"
    en_ligne: bool = False


def alimentation(a: Alimentation | None = None, **options: object) -> Echange:
    """L'échange TD2.1 correspondant ; `options` : celles de `echange`."""
    a = a or Alimentation()
    lot = {**LOT, **a.lot}
    membres = lot["membres"] or association("HasMember", "Lot1", "Doc1", SubmissionSetStatus="Original")
    objets = fiche(**{"uniqueId": unique_id(a.identifiant), **a.fiche})
    pieces = [(a.piece, "text/xml", CorpsMemoire(a.document))]
    inclusion = f'<xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="{a.inclure}"/>'
    contenus = (
        f'<x:Document id="Doc1">{base64.b64encode(a.document).decode() if a.en_ligne else inclusion}</x:Document>'
    )
    if not a.sans_signature:
        oid_signature = "1.2.250.1.213.99.1.900.1"
        objets += a.fiche_signature.replace('value="1.2.250.1.213.99.1.100.1"', f'value="{oid_signature}"')
        membres += association("HasMember", "Lot1", "Sig1", SubmissionSetStatus="Original") + a.lien_signature
        octets = a.signature if a.signature is not None else signature_xml({a.identifiant: a.document})
        pieces.append(("sig1@banc", "text/xml", CorpsMemoire(octets)))
        contenus += f'<x:Document id="Sig1">{inclusion.replace(a.inclure, "cid:sig1@banc")}</x:Document>'
    corps = (
        '<x:ProvideAndRegisterDocumentSetRequest xmlns:x="urn:ihe:iti:xds-b:2007"><l:SubmitObjectsRequest '
        'xmlns:l="urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0">'
        '<RegistryObjectList xmlns="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0">'
        f'{objets}<RegistryPackage id="Lot1">{lot["submissionTime"]}{lot["author"]}{lot["contentTypeCode"]}'
        f"{lot['patientId']}{lot['sourceId']}{lot['uniqueId']}</RegistryPackage>{lot['classement']}{membres}"
        f"{a.associations}{lot['ajout']}</RegistryObjectList></l:SubmitObjectsRequest>{contenus}"
        "</x:ProvideAndRegisterDocumentSetRequest>"
    )
    return echange("TD2.1", corps, a.vihf, pieces=None if a.en_ligne else pieces, **options)  # type: ignore[arg-type]


_TLS = "TLSv1.2"
_NUMEROS = iter(range(1, 10**9))


def echange(
    operation: str,
    corps: str,
    valeurs_vihf: dict[str, str] | None = None,
    *,
    pieces: Sequence[tuple[str, str, CorpsMemoire]] | None = None,
    reponse: str = '<rs:RegistryResponse xmlns:rs="urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0" '
    'status="urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"/>',
    statut: int = 200,
    debut: datetime | None = None,
    duree: float = 0.001,
    action: str | None = None,
    action_http: str | None = None,
    entetes: str | None = None,
    message_id: str | None = None,
    type_contenu: str | None = None,
    assertion: str | None = None,
    prologue: str = "",
    soap: str = "http://www.w3.org/2003/05/soap-envelope",
    tls: Tls | None = Tls(_TLS, "ECDHE-RSA-AES256-GCM-SHA384", certificat=certificat("auth").der),  # noqa: B008
) -> Echange:
    """Un échange SOAP complet, tel que le journal le garde ; numéros croissants."""
    urn = action if action is not None else _ACTIONS[operation[:5]]
    numero = next(_NUMEROS)
    arrivee = debut or INSTANT + timedelta(milliseconds=10 * numero)
    identifiant = message_id or f"urn:uuid:{uuid.uuid4()}"
    securite = assertion if assertion is not None else vihf(**(valeurs_vihf or {}))  # type: ignore[arg-type]
    adressage = entetes if entetes is not None else (
        f"<w:MessageID>{identifiant}</w:MessageID><w:To/><w:ReplyTo><w:Address>"
        "http://www.w3.org/2005/08/addressing/anonymous</w:Address></w:ReplyTo>"
        f'<w:Action mustUnderstand="1">{urn}</w:Action>'
    )  # fmt: skip
    octets = (
        f'{prologue}<s:Envelope xmlns:s="{soap}" xmlns:w="http://www.w3.org/2005/08/addressing"><s:Header>{adressage}'
        '<o:Security xmlns:o="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd">'
        f"{securite}</o:Security></s:Header><s:Body>{corps}</s:Body></s:Envelope>"
    ).encode()
    annonce = action_http if action_http is not None else urn
    contenu = f'application/soap+xml; charset=utf-8; action="{annonce}"'
    if pieces is not None:
        contenu, blocs = composer(octets, pieces, action=annonce, frontiere="frontiere-essai")
        octets = b"".join(blocs)
    rendue = f'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>{reponse}</s:Body></s:Envelope>'
    return Echange(
        numero=numero,
        service="dmp",
        operation=operation,
        debut=arrivee,
        fin=arrivee + timedelta(seconds=duree),
        requete=Requete(
            "POST", "/si-dmp-server/v2/services/x", (("Content-Type", type_contenu or contenu),), CorpsMemoire(octets)
        ),
        reponse=Reponse(statut, (("Content-Type", "application/soap+xml"),), CorpsMemoire(rendue.encode())),
        tls=tls,
    )


FAUTE = (
    '<s:Fault xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Code><s:Value>s:Sender</s:Value></s:Code></s:Fault>'
)


def _patient_td02(matricule: str) -> str:
    return (
        '<PRPA_IN201307UV02 xmlns="urn:hl7-org:v3"><controlActProcess><queryByParameter><parameterList>'
        "<patientIdentifier>"
        f'<value root="{OID_TEST}" extension="{matricule}"/></patientIdentifier></parameterList></queryByParameter>'
        "</controlActProcess></PRPA_IN201307UV02>"
    )


PATIENT_TD02 = _patient_td02(MATRICULE)


def td02(etat: str = "VALIDE", *, matricule: str = MATRICULE, reponse: str | None = None, **options: object) -> Echange:
    """Test d'existence rendant cet état d'autorisation."""
    corps = _patient_td02(matricule)
    rendue = (
        '<PRPA_IN201308UV02 xmlns="urn:hl7-org:v3"><acknowledgement><typeCode code="AA"/></acknowledgement>'
        '<attentionLine><keyWordText code="AUTORISATION" codeSystem="1.2.250.1.213.4.1.2.6.1"/>'
        f'<value code="{etat}" codeSystem="1.2.250.1.213.4.1.2.6.2"/></attentionLine></PRPA_IN201308UV02>'
    )
    return _pour("TD0.2", corps, matricule, rendue if reponse is None else reponse, options)


def td03(action: str = "AJOUT", *, matricule: str = MATRICULE, statut: str = "DMPOk", **options: object) -> Echange:
    """Ajout ou suppression d'autorisation."""
    espace = 'xmlns:h="urn:si-dmp-habilitations"'
    corps = f"<h:setAuthorization {espace}><action>{action}</action></h:setAuthorization>"
    rendue = (
        f"<h:setAuthorizationResponse {espace}><output><status>{statut}</status></output></h:setAuthorizationResponse>"
    )
    return _pour("TD0.3", corps, matricule, rendue, options)


def td04(*matricules: str, **options: object) -> Echange:
    """Liste des dossiers autorisés."""
    corps = '<p:patientList xmlns:p="urn:si-dmp-patients"/>'
    lignes = "".join(f"<ins>{matricule}^^^&amp;{OID_TEST}&amp;ISO^NH</ins>" for matricule in matricules)
    rendue = (
        f'<p:patientListResponse xmlns:p="urn:si-dmp-patients"><status>DMPOk</status>{lignes}</p:patientListResponse>'
    )
    return _pour("TD0.4", corps, MATRICULE, rendue, options)


def td31(*slots: str, requete: str = "urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d", retour: str = "LeafClass",
         matricule: str = MATRICULE, patient: str | None = None, **options: object) -> Echange:  # fmt: skip
    """Recherche de documents."""
    cx = patient if patient is not None else f"'{matricule}^^^&amp;{OID_TEST}&amp;ISO^NH'"
    corps = (
        '<q:AdhocQueryRequest xmlns:q="urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0">'
        f'<q:ResponseOption returnType="{retour}"/><AdhocQuery xmlns="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0" '
        f'id="{requete}">{slot("$XDSDocumentEntryPatientId", cx)}{"".join(slots)}</AdhocQuery></q:AdhocQueryRequest>'
    )
    return _pour("TD3.1", corps, matricule, None, options)


ACTIFS = slot("$XDSDocumentEntryStatus", "('urn:oasis:names:tc:ebxml-regrep:StatusType:Approved')")


def td32(
    identifiant: str = "1.2.3",
    *,
    entrepot: str = "1.2.250.1.213.4.1.1.1.2",
    matricule: str = MATRICULE,
    **options: object,
) -> Echange:
    """Consultation d'un document."""
    corps = (
        '<RetrieveDocumentSetRequest xmlns="urn:ihe:iti:xds-b:2007"><DocumentRequest>'
        f"<RepositoryUniqueId>{entrepot}</RepositoryUniqueId>"
        f"<DocumentUniqueId>{identifiant}</DocumentUniqueId></DocumentRequest></RetrieveDocumentSetRequest>"
    )
    return _pour("TD3.2", corps, matricule, None, options)


def td33c(cible: str = ENTREE, *, depart: str = "urn:oasis:names:tc:ebxml-regrep:StatusType:Approved",
          arrivee: str = "urn:asip:ci-sis:2010:StatusType:Deleted", **options: object) -> Echange:  # fmt: skip
    """Suppression d'un document."""
    lien = association("UpdateAvailabilityStatus", "Lot1", cible, OriginalStatus=depart, NewStatus=arrivee)
    corps = (
        '<l:SubmitObjectsRequest xmlns:l="urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0">'
        f'<RegistryObjectList xmlns="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"><RegistryPackage id="Lot1">'
        f"{LOT['submissionTime']}{LOT['author']}{LOT['contentTypeCode']}{LOT['patientId']}{LOT['sourceId']}"
        f"{LOT['uniqueId']}</RegistryPackage>{LOT['classement']}{lien}</RegistryObjectList>"
        "</l:SubmitObjectsRequest>"
    )
    return _pour("TD3.3c", corps, MATRICULE, None, options)


def _pour(operation: str, corps: str, matricule: str, reponse: str | None, options: dict[str, object]) -> Echange:
    """L'échange, avec un VIHF qui désigne ce patient."""
    valeurs = {"ressource": f"{matricule}^^^&{OID_TEST}&ISO^NH", "mode": "INDIRECTE_RENFORCEE",
               "declaration": "CONF_EXI_PGSSIS", "id": f"_{uuid.uuid4().hex}"}  # fmt: skip
    valeurs |= options.pop("vihf", {})  # type: ignore[call-overload]
    if reponse is not None:
        options = {"reponse": reponse, **options}
    return echange(operation, corps, valeurs, **options)  # type: ignore[arg-type]
