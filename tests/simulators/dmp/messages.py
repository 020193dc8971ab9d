"""Messages conformes, écrits à la main pour les essais du simulateur DMP (le logiciel témoin a les siens)."""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.signer import XMLSigner

from simulators.socle.pki import Identifiants

INS = "279035121518989"
AUTRE_INS = "255069999999934"
OID = "1.2.250.1.213.1.4.10"
STRUCTURE = "1990000001"
PS = "1.2.250.1.71.4.2.1"
ST = "1.2.250.1.71.4.2.2"
EXC_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"

NS_TOUS = (
    'xmlns:soap="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa="http://www.w3.org/2005/08/addressing" '
    'xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"'
)


def cx(ins: str = INS, oid: str = OID) -> str:
    return f"{ins}^^^&{oid}&ISO^NH"


@dataclass(frozen=True)
class DemandeVihf:
    """Paramètres d'un VIHF ; les défauts donnent un VIHF conforme."""

    mode: str = "INDIRECTE"
    nom_attribut_mode: str = "Authentification_mode"
    usage: str = "normal"
    name_id: str = "899900000011"
    ins: str = cx()
    roles: tuple[tuple[str, str], ...] = (("10", "1.2.250.1.71.1.2.7"), ("SM03", "1.2.250.1.71.4.2.5"))
    structure: str = STRUCTURE
    id: str = ""
    instant: datetime | None = None
    issuer: str | None = None
    version: str = "3.0"
    attributs: dict[str, str] = field(default_factory=dict)
    sans: tuple[str, ...] = ()


def vihf(signataire: Identifiants, demande: DemandeVihf | None = None) -> etree._Element:
    """VIHF signé en RSA-SHA256, signature enveloppée placée après Issuer."""
    return signer(vihf_non_signe(signataire, demande), signataire)


def vihf_non_signe(signataire: Identifiants, demande: DemandeVihf | None = None) -> etree._Element:
    d = demande or DemandeVihf()
    instant = (d.instant or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")
    issuer = signataire.certificat.subject.rfc4514_string() if d.issuer is None else d.issuer
    simples = {
        "Identifiant_Structure": d.structure,
        "Secteur_Activite": "SA25^1.2.250.1.71.4.2.4",
        "urn:oasis:names:tc:xspa:1.0:subject:subject-id": "BIOLOGUE ALIX",
        "VIHF_Version": d.version,
        d.nom_attribut_mode: d.mode,
        "urn:oasis:names:tc:xacml:2.0:resource:resource-id": d.ins,
        "Ressource_URN": "urn:dmp",
        "LPS_Nom": "LABO D'ESSAI",
        "LPS_Version": "1.0",
        "LPS_ID_HOMOLOGATION_DMP": "XX-TEST-0001",
    } | d.attributs
    attributs = "".join(
        f"<saml:Attribute Name={quoteattr(nom)}><saml:AttributeValue>{escape(valeur)}</saml:AttributeValue>"
        "</saml:Attribute>"
        for nom, valeur in simples.items()
        if nom not in d.sans
    )
    roles = "".join(
        f'<saml:AttributeValue><Role xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xsi:type="CE" code="{code}" codeSystem="{systeme}"/></saml:AttributeValue>'
        for code, systeme in d.roles
    )
    declaration = (
        "<saml:AuthnContextDecl>CONF_EXI_PGSSIS</saml:AuthnContextDecl>" if d.mode == "INDIRECTE_RENFORCEE" else ""
    )
    texte = (
        f'<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="{d.id or "_" + uuid.uuid4().hex}" '
        f'Version="2.0" IssueInstant="{instant}">'
        '<saml:Issuer Format="urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName">'
        f"{escape(issuer)}</saml:Issuer>"
        '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="placeholder"/>'
        f"<saml:Subject><saml:NameID>{d.name_id}</saml:NameID></saml:Subject>"
        f'<saml:AuthnStatement AuthnInstant="{instant}"><saml:AuthnContext><saml:AuthnContextClassRef>'
        "urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI</saml:AuthnContextClassRef>"
        f"{declaration}</saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement>{attributs}"
        f'<saml:Attribute Name="urn:oasis:names:tc:xacml:2.0:subject:role">{roles}</saml:Attribute>'
        '<saml:Attribute Name="urn:oasis:names:tc:xspa:1.0:subject:purposeofuse"><saml:AttributeValue>'
        f'<PurposeOfUse xmlns="urn:hl7-org:v3" code="{d.usage}" codeSystem="1.2.250.1.213.1.1.4.248"/>'
        "</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion>"
    )
    return etree.fromstring(texte)


def signer(assertion: etree._Element, signataire: Identifiants, **options: Any) -> etree._Element:
    signeur = XMLSigner(
        signature_algorithm=options.pop("signature", SignatureMethod.RSA_SHA256),
        digest_algorithm=options.pop("condensat", DigestAlgorithm.SHA256),
        c14n_algorithm=EXC_C14N,
    )
    signee: etree._Element = signeur.sign(
        assertion,
        key=signataire.cle,
        cert=[signataire.certificat],
        reference_uri=assertion.get("ID"),
        id_attribute="ID",
    )
    return signee


def enveloppe(corps: str, action: str, assertion: etree._Element | None, **choix: Any) -> bytes:
    """Enveloppe complète ; `sans` retire un en-tête WS-Addressing, `message_id` l'impose."""
    entetes = {
        "MessageID": choix.get("message_id") or f"urn:uuid:{uuid.uuid4()}",
        "To": "",
        "ReplyTo": "<wsa:Address>http://www.w3.org/2005/08/addressing/anonymous</wsa:Address>",
        "Action": action,
    }
    adressage = "".join(
        f"<wsa:{nom}>{valeur}</wsa:{nom}>" for nom, valeur in entetes.items() if nom != choix.get("sans")
    )
    jeton = etree.tostring(assertion).decode() if assertion is not None else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><soap:Envelope {NS_TOUS}><soap:Header>{adressage}'
        f"<wsse:Security>{jeton}</wsse:Security></soap:Header><soap:Body>{corps}</soap:Body></soap:Envelope>"
    ).encode()


ACTION_TD02 = "urn:hl7-org:v3:PRPA_IN201307UV02"
ACTION_TD03 = "urn:si-dmp-habilitations:HabilitationsEndPoint:setAuthorization"
ACTION_TD04 = "urn:si-dmp-patients:PatientSpecificEndPoint:patientList"
ACTION_TD21 = "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b"
ACTION_TD31 = "urn:ihe:iti:2007:RegistryStoredQuery"
ACTION_TD32 = "urn:ihe:iti:2007:RetrieveDocumentSet"
ACTION_TD33 = "urn:ihe:iti:2010:UpdateDocumentSet"


def td02(ins: str = INS, oid: str = OID, motif: str = "TEST_EXST") -> str:
    return (
        '<PRPA_IN201307UV02 xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'ITSVersion="XML_1.0"><id root="{uuid.uuid4()}"/><creationTime value="20261121101500"/>'
        '<interactionId root="2.16.840.1.113883.1.6" extension="PRPA_IN201307UV02"/>'
        '<processingCode code="D"/><processingModeCode code="T"/><acceptAckCode code="AL"/>'
        '<receiver typeCode="RCV"><device classCode="DEV" determinerCode="INSTANCE"><id root="1.2.250.1.213.4.1.1.1"/>'
        "<softwareName>DMP</softwareName></device></receiver>"
        '<sender typeCode="SND"><device classCode="DEV" determinerCode="INSTANCE"><id root="1.2.250.1.213.99.5"/>'
        "<softwareName>LABO</softwareName></device></sender>"
        f'<controlActProcess classCode="CACT" moodCode="EVN"><reasonCode code="{motif}" '
        'codeSystem="1.2.250.1.213.1.1.4.11"/><queryByParameter><queryId root="1.2.3" extension="7"/>'
        '<statusCode code="new"/><parameterList><dataSource><value xsi:nil="true"/></dataSource><patientIdentifier>'
        f'<value root="{oid}" extension="{ins}"/><semanticsText>Patient.id</semanticsText></patientIdentifier>'
        "</parameterList></queryByParameter></controlActProcess></PRPA_IN201307UV02>"
    )


def td03(action: str = "AJOUT", role: str = "") -> str:
    fin = f"<role>{role}</role>" if role else ""
    return (
        '<h:setAuthorization xmlns:h="urn:si-dmp-habilitations"><input>'
        f"<action>{action}</action>{fin}</input></h:setAuthorization>"
    )


def cda(unique_id: str, ins: str = INS, code: str = "11502-2", suite: str = "") -> bytes:
    """CDA minimal, suffisant pour l'en-tête que lit le DMP."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><ClinicalDocument xmlns="urn:hl7-org:v3">'
        f'<id root="{unique_id}"/><code code="{code}" codeSystem="2.16.840.1.113883.6.1" displayName="CR"/>'
        f'<title>Compte rendu</title><effectiveTime value="20261121101500+0100"/>'
        '<confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/><languageCode code="fr-FR"/>'
        f'<recordTarget><patientRole><id root="{OID}" extension="{ins}"/></patientRole></recordTarget>'
        f"<component><nonXMLBody><text>{suite}</text></nonXMLBody></component></ClinicalDocument>"
    ).encode()


@dataclass(frozen=True)
class Document:
    """Un document à soumettre et ses métadonnées."""

    contenu: bytes = b""
    unique_id: str = field(default_factory=lambda: f"2.25.{uuid.uuid4().int}")
    id: str = "Document01"
    patient: str = cx()
    type_code: str = "11502-2"
    creation: str = "20261121091500"
    debut_acte: str = "20261120080000"
    auteur: str = "899900000011"
    structure: str = STRUCTURE
    visibilite: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    evenements: tuple[str, ...] = ()
    hash: str | None = None
    size: str | None = None
    remplace: str = ""
    lid: str = ""
    mime: str = "text/xml"
    sans: tuple[str, ...] = ()

    @property
    def octets(self) -> bytes:
        return self.contenu or cda(self.unique_id, code=self.type_code)


def _slot(nom: str, *valeurs: str) -> str:
    textes = "".join(f"<rim:Value>{escape(valeur)}</rim:Value>" for valeur in valeurs)
    return f'<rim:Slot name="{nom}"><rim:ValueList>{textes}</rim:ValueList></rim:Slot>' if valeurs else ""


def _code(objet: str, schema: str, code: str, systeme: str) -> str:
    return (
        f'<rim:Classification id="c{uuid.uuid4().hex}" classificationScheme="{schema}" classifiedObject="{objet}" '
        f'nodeRepresentation="{code}">{_slot("codingScheme", systeme)}<rim:Name>'
        f'<rim:LocalizedString value="{code}"/></rim:Name></rim:Classification>'
    )


def _auteur(objet: str, schema: str, personne: str, structure: str) -> str:
    return (
        f'<rim:Classification id="c{uuid.uuid4().hex}" classificationScheme="{schema}" classifiedObject="{objet}" '
        f'nodeRepresentation="">{_slot("authorPerson", f"{personne}^BIOLOGUE^ALIX^^^^^^&{PS}&ISO^D^^^IDNPS")}'
        f"{_slot('authorInstitution', f'LABO^^^^^&{ST}&ISO^IDNST^^^{structure}')}"
        f"{_slot('authorSpecialty', 'G15_10/SM03^Biologie^1.2.250.1.213.1.1.4.5')}</rim:Classification>"
    )


def _externe(objet: str, schema: str, nom: str, valeur: str) -> str:
    return (
        f'<rim:ExternalIdentifier id="e{uuid.uuid4().hex}" registryObject="{objet}" identificationScheme="{schema}" '
        f'value={quoteattr(valeur)}><rim:Name><rim:LocalizedString value="{nom}"/></rim:Name></rim:ExternalIdentifier>'
    )


def fiche(d: Document) -> str:
    """`ExtrinsicObject` d'un document."""
    empreinte = hashlib.sha1(d.octets, usedforsecurity=False).hexdigest() if d.hash is None else d.hash
    taille = str(len(d.octets)) if d.size is None else d.size
    slots = {
        "creationTime": (d.creation,),
        "serviceStartTime": (d.debut_acte,),
        "languageCode": ("fr-FR",),
        "legalAuthenticator": (f"{d.auteur}^BIOLOGUE^ALIX^^^^^^&{PS}&ISO^D^^^IDNPS",),
        "sourcePatientId": ("42^^^&1.2.250.1.213.99.1&ISO^PI",),
        "sourcePatientInfo": ("PID-5|PAT-TROIS^DOMINIQUE^^^^^L", "PID-7|19790328", "PID-8|F"),
        "hash": (empreinte,) if empreinte else (),
        "size": (taille,) if taille else (),
        "urn:ihe:iti:xds:2013:referenceIdList": d.references,
    }
    textes = "".join(_slot(nom, *valeurs) for nom, valeurs in slots.items() if nom not in d.sans)
    codes = {
        "urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a": ("11", "1.2.250.1.213.1.1.4.1"),
        "urn:uuid:f0306f51-975f-434e-a61c-c59651d33983": (d.type_code, "2.16.840.1.113883.6.1"),
        "urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f": ("N", "2.16.840.1.113883.5.25"),
        "urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d": ("urn:ihe:lab:xd-lab:2008", "1.3.6.1.4.1.19376.1.2.3"),
        "urn:uuid:f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1": ("SA25", "1.2.250.1.71.4.2.4"),
        "urn:uuid:cccf5598-8b07-4b77-a05e-ae952c785ead": ("AMBULATOIRE", "1.2.250.1.213.1.1.4.9"),
    }
    classements = "".join(_code(d.id, s, *c) for s, c in codes.items() if s not in d.sans)
    classements += "".join(
        _code(d.id, "urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f", v, "1.2.250.1.213.1.1.4.13") for v in d.visibilite
    )
    classements += "".join(
        _code(d.id, "urn:uuid:2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4", e, "1.2.250.1.213.2.5") for e in d.evenements
    )
    auteur = _auteur(d.id, "urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d", d.auteur, d.structure)
    patient = _externe(d.id, "urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427", "XDSDocumentEntry.patientId", d.patient)
    unique = _externe(d.id, "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab", "XDSDocumentEntry.uniqueId", d.unique_id)
    lid = f' lid="{d.lid}"' if d.lid else ""
    return (
        f'<rim:ExtrinsicObject id="{d.id}"{lid} mimeType="{d.mime}" '
        f'objectType="urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1">{textes}'
        f'<rim:Name><rim:LocalizedString xml:lang="FR" charset="UTF8" value="Compte rendu"/></rim:Name>'
        f"{auteur}{classements}{patient}{unique}</rim:ExtrinsicObject>"
    )


def lien(source: str, cible: str, genre: str, **slots: str) -> str:
    textes = "".join(_slot(nom, valeur) for nom, valeur in slots.items())
    return (
        f'<rim:Association id="a{uuid.uuid4().hex}" associationType="{genre}" sourceObject="{source}" '
        f'targetObject="{cible}">{textes}</rim:Association>'
    )


HAS_MEMBER = "urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember"
RPLC = "urn:ihe:iti:2007:AssociationType:RPLC"
CLASSE_SIGNATURE = "urn:oid:1.3.6.1.4.1.19376.1.2.1.1.1"
SIGNS = "urn:ihe:iti:2007:AssociationType:signs"
STATUT = "urn:ihe:iti:2010:AssociationType:UpdateAvailabilityStatus"


def objets(
    documents: Sequence[Document], *, suite: str = "", lot: str = "", patient: str = "", version: str = ""
) -> str:
    """`SubmitObjectsRequest` : fiches, lot, associations. `version` : PreviousVersion d'une mise à jour."""
    patient = patient or (documents[0].patient if documents else cx())
    unique = lot or f"2.25.{uuid.uuid4().int}"
    fiches = "".join(fiche(document) for document in documents)
    schema_auteur = "urn:uuid:a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d"
    auteur = documents[0] if documents else Document()
    precedente = {"PreviousVersion": version} if version else {}
    membres = "".join(lien("Lot01", d.id, HAS_MEMBER, SubmissionSetStatus="Original", **precedente) for d in documents)
    remplacements = "".join(lien(d.id, d.remplace, RPLC) for d in documents if d.remplace)
    return (
        '<lcm:SubmitObjectsRequest xmlns:lcm="urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0" '
        'xmlns:rim="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"><rim:RegistryObjectList>'
        f'{fiches}<rim:RegistryPackage id="Lot01">{_slot("submissionTime", "20261121092000")}'
        f"{_auteur('Lot01', schema_auteur, auteur.auteur, auteur.structure)}"
        f"{_code('Lot01', 'urn:uuid:aa543740-bdda-424e-8c96-df4873be8500', '04', '1.2.250.1.213.2.2')}"
        f"{_externe('Lot01', 'urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446', 'XDSSubmissionSet.patientId', patient)}"
        f"{_externe('Lot01', 'urn:uuid:554ac39e-e3fe-47fe-b233-965d2a147832', 'XDSSubmissionSet.sourceId', '1.2.9')}"
        f"{_externe('Lot01', 'urn:uuid:96fdda7c-d067-4183-912e-bf5ee74998a8', 'XDSSubmissionSet.uniqueId', unique)}"
        '</rim:RegistryPackage><rim:Classification id="n1" classifiedObject="Lot01" '
        'classificationNode="urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd"/>'
        f"{membres}{remplacements}{suite}</rim:RegistryObjectList></lcm:SubmitObjectsRequest>"
    )


def td21(documents: Sequence[Document], **choix: Any) -> str:
    """Corps de TD2.1 ; chaque pièce est désignée par `cid:<id>@essai`."""
    pieces = "".join(
        f'<xdsb:Document id="{d.id}"><xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" '
        f'href="cid:{d.id}%40essai"/></xdsb:Document>'
        for d in documents
    )
    return (
        '<xdsb:ProvideAndRegisterDocumentSetRequest xmlns:xdsb="urn:ihe:iti:xds-b:2007">'
        f"{objets(documents, **choix)}{pieces}</xdsb:ProvideAndRegisterDocumentSetRequest>"
    )


def multipart(racine: bytes, pieces: Sequence[tuple[str, bytes]], frontiere: str = "essai_frontiere") -> bytes:
    """Corps MTOM écrit à la main : (Content-ID, octets)."""
    tete = (
        f'--{frontiere}\r\nContent-Type: application/xop+xml; charset=UTF-8; type="application/soap+xml"\r\n'
        "Content-Transfer-Encoding: binary\r\nContent-ID: <racine@essai>\r\n\r\n"
    ).encode()
    morceaux = [tete, racine]
    for identifiant, octets in pieces:
        morceaux.append(
            f"\r\n--{frontiere}\r\nContent-Type: text/xml\r\nContent-Transfer-Encoding: binary\r\n"
            f"Content-ID: <{identifiant}>\r\n\r\n".encode()
        )
        morceaux.append(octets)
    return b"".join([*morceaux, f"\r\n--{frontiere}--\r\n".encode()])


def type_multipart(action: str, frontiere: str = "essai_frontiere") -> str:
    return (
        f'multipart/related; type="application/xop+xml"; start="<racine@essai>"; '
        f'start-info="application/soap+xml"; boundary="{frontiere}"; action="{action}"'
    )


def td31(requete: str, *, retour: str = "LeafClass", **parametres: str | Sequence[str]) -> str:
    """Requête enregistrée ; une liste de valeurs donne des Slots répétés."""
    slots = "".join(
        _slot(f"${nom}", valeur)
        for nom, valeurs in parametres.items()
        for valeur in ((valeurs,) if isinstance(valeurs, str) else valeurs)
    )
    return (
        '<query:AdhocQueryRequest xmlns:query="urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0" '
        'xmlns:rim="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0">'
        f'<query:ResponseOption returnType="{retour}" returnComposedObjects="true"/>'
        f'<rim:AdhocQuery id="{requete}">{slots}</rim:AdhocQuery></query:AdhocQueryRequest>'
    )


def td32(*unique_ids: str, entrepot: str = "1.2.250.1.213.4.1.1.1.2") -> str:
    demandes = "".join(
        f"<DocumentRequest><RepositoryUniqueId>{entrepot}</RepositoryUniqueId>"
        f"<DocumentUniqueId>{unique_id}</DocumentUniqueId></DocumentRequest>"
        for unique_id in unique_ids
    )
    return f'<RetrieveDocumentSetRequest xmlns="urn:ihe:iti:xds-b:2007">{demandes}</RetrieveDocumentSetRequest>'


def changement_de_statut(cible: str, avant: str, apres: str) -> str:
    """Corps de TD3.3c ou d."""
    return objets([], suite=lien("Lot01", cible, STATUT, OriginalStatus=avant, NewStatus=apres))


def signature_du_lot(lot: str, documents: Sequence[Document], **choix: str) -> Document:
    """Document de signature : manifeste juste, sauf `uri` ou `condensat` imposés ; signature non calculée."""
    methode = '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
    references = f'<ds:Reference URI="urn:oid:{lot}">{methode}<ds:DigestValue>AA==</ds:DigestValue></ds:Reference>'
    for d in documents:
        racine = etree.ElementTree(etree.fromstring(d.octets))
        c14n = etree.tostring(racine, method="c14n", with_comments=True)
        condensat = choix.get("condensat") or base64.b64encode(hashlib.sha256(c14n).digest()).decode()
        references += (
            f'<ds:Reference URI="{choix.get("uri") or "urn:oid:" + d.unique_id}"><ds:Transforms>'
            '<ds:Transform Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments"/></ds:Transforms>'
            '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
            f"<ds:DigestValue>{condensat}</ds:DigestValue></ds:Reference>"
        )
    octets = (
        '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:Object>'
        f'<ds:Manifest Id="IHEManifest">{references}</ds:Manifest></ds:Object></ds:Signature>'
    ).encode()
    return replace(Document(contenu=octets), id="Signature01", type_code="E1762")
