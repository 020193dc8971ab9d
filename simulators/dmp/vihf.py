"""Le VIHF : lecture de l'assertion SAML 2.0 en valeurs. Lecture seule : ni signature, ni jugement."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from lxml import etree

from simulators.dmp.ebrim import Code
from simulators.dmp.xml import BLANCS, NS, enfants, espace, nom_local, texte

ATTRIBUT_SUJET = "urn:oasis:names:tc:xspa:1.0:subject:subject-id"
ATTRIBUT_ROLE = "urn:oasis:names:tc:xacml:2.0:subject:role"
ATTRIBUT_RESSOURCE = "urn:oasis:names:tc:xacml:2.0:resource:resource-id"
ATTRIBUT_USAGE = "urn:oasis:names:tc:xspa:1.0:subject:purposeofuse"
NOMS_MODE = ("Authentification_mode", "Authentification_Mode")
"""Les deux écritures vues dans des textes officiels."""
ATTRIBUT_CONFIDENTIALITE = "urn:oasis:names:tc:xspa:1.0:resource:patient:hl7:confidentiality-code"

_INS_CX = re.compile(r"^(?P<matricule>[0-9AB]{15})\^\^\^&(?P<oid>[0-9.]+)&ISO\^NH$")


@dataclass(frozen=True, slots=True)
class Ins:
    """Matricule INS (15 caractères) et son OID."""

    matricule: str
    oid: str

    @property
    def cx(self) -> str:
        """Forme CX employée dans le VIHF et les métadonnées."""
        return f"{self.matricule}^^^&{self.oid}&ISO^NH"


@dataclass(frozen=True)
class Vihf:
    """Contenu d'un VIHF tel qu'écrit ; une valeur absente vaut chaîne vide, None ou tuple vide.

    `nom_attribut_mode` garde la casse reçue (`Authentification_mode` ou `Authentification_Mode`).
    """

    id: str = ""
    version: str = ""
    issue_instant: str = ""
    issuer: str = ""
    issuer_format: str = ""
    name_id: str = ""
    authn_instant: str = ""
    authn_context_class_ref: str = ""
    authn_context_decl: str = ""
    not_before: str = ""
    not_on_or_after: str = ""
    audience: bool = False
    identifiant_structure: str = ""
    secteur_activite: str = ""
    subject_id: str = ""
    roles: tuple[Code, ...] = ()
    vihf_version: str = ""
    mode: str = ""
    nom_attribut_mode: str = ""
    resource_id: str = ""
    ressource_urn: str = ""
    purpose_of_use: Code | None = None
    confidentiality_codes: tuple[str, ...] = ()
    lps_id: str = ""
    lps_nom: str = ""
    lps_version: str = ""
    lps_id_homologation_dmp: str = ""
    certificat: bytes | None = None
    algorithme_signature: str = ""
    algorithme_condensat: str = ""
    attributs: dict[str, tuple[str, ...]] = field(default_factory=dict)
    codes_mal_formes: tuple[str, ...] = ()
    """Valeurs de rôle ou de mode d'accès qui ne sont pas un `Role` ou un `PurposeOfUse` de HL7 v3, et un seul."""

    @property
    def ins(self) -> Ins | None:
        """INS du patient visé ; None si `resource-id` manque ou n'a pas la forme attendue."""
        return lire_ins(self.resource_id)

    @property
    def usage(self) -> str:
        """Code du mode d'accès (`normal`, `bris_de_glace`, `centre_15`), vide s'il manque."""
        return self.purpose_of_use.code if self.purpose_of_use else ""

    @property
    def connexion_secrete(self) -> bool:
        """Vrai quand une « connexion secrète » de mineur est demandée."""
        return any(valeur.startswith("INVISIBLE_REPRESENTANTS_LEGAUX") for valeur in self.confidentiality_codes)


def lire_ins(cx: str) -> Ins | None:
    """Lit un INS en CX ; None si la forme n'est pas celle du DMP. Deux composants de plus sont tolérés (dates)."""
    noyau = "^".join(cx.strip(BLANCS).split("^")[:5])
    trouve = _INS_CX.match(noyau)
    return Ins(trouve["matricule"], trouve["oid"]) if trouve else None


def lire_instant(valeur: str) -> datetime | None:
    """Instant `xs:dateTime` en UTC ; None s'il est illisible ou sans fuseau."""
    try:
        instant = datetime.fromisoformat(valeur.strip(BLANCS))
    except ValueError:
        return None
    return instant.astimezone(UTC) if instant.tzinfo else None


def lire_vihf(assertion: etree._Element) -> Vihf:
    """Relève le contenu d'une `saml:Assertion`."""
    simples: dict[str, tuple[str, ...]] = {}
    codes: dict[str, tuple[Code, ...]] = {}
    for attribut in assertion.iterfind("saml:AttributeStatement/saml:Attribute", NS):
        nom = attribut.get("Name", "")
        for valeur in attribut.iterfind("saml:AttributeValue", NS):
            code = next(enfants(valeur), None)
            if code is not None:
                codes[nom] = (*codes.get(nom, ()), _lire_code(code))
            simples[nom] = (*simples.get(nom, ()), "".join(map(str, valeur.itertext())).strip(BLANCS))
    nom_mode = next((nom for nom in NOMS_MODE if nom in simples), "")

    def un(nom: str) -> str:
        return next(iter(simples.get(nom, ())), "")

    issuer = assertion.find("saml:Issuer", NS)
    conditions = assertion.find("saml:Conditions", NS)
    authn = assertion.find("saml:AuthnStatement", NS)
    contexte = authn.find("saml:AuthnContext", NS) if authn is not None else None
    return Vihf(
        id=assertion.get("ID", ""),
        version=assertion.get("Version", ""),
        issue_instant=assertion.get("IssueInstant", ""),
        issuer=texte(issuer),
        issuer_format=issuer.get("Format", "") if issuer is not None else "",
        name_id=texte(assertion.find("saml:Subject/saml:NameID", NS)),
        authn_instant=authn.get("AuthnInstant", "") if authn is not None else "",
        authn_context_class_ref=texte(contexte.find("saml:AuthnContextClassRef", NS)) if contexte is not None else "",
        authn_context_decl=_declaration(contexte),
        not_before=conditions.get("NotBefore", "") if conditions is not None else "",
        not_on_or_after=conditions.get("NotOnOrAfter", "") if conditions is not None else "",
        audience=conditions is not None and conditions.find("saml:AudienceRestriction", NS) is not None,
        identifiant_structure=un("Identifiant_Structure"),
        secteur_activite=un("Secteur_Activite"),
        subject_id=un(ATTRIBUT_SUJET),
        roles=codes.get(ATTRIBUT_ROLE, ()),
        vihf_version=un("VIHF_Version"),
        mode=un(nom_mode),
        nom_attribut_mode=nom_mode,
        resource_id=un(ATTRIBUT_RESSOURCE),
        ressource_urn=un("Ressource_URN"),
        purpose_of_use=next(iter(codes.get(ATTRIBUT_USAGE, ())), None),
        confidentiality_codes=tuple(
            valeur or code
            for valeur, code in zip(
                simples.get(ATTRIBUT_CONFIDENTIALITE, ()),
                [code.code for code in codes.get(ATTRIBUT_CONFIDENTIALITE, ())]
                or [""] * len(simples.get(ATTRIBUT_CONFIDENTIALITE, ())),
                strict=False,
            )
        ),
        lps_id=un("LPS_ID"),
        lps_nom=un("LPS_Nom"),
        lps_version=un("LPS_Version"),
        lps_id_homologation_dmp=un("LPS_ID_HOMOLOGATION_DMP"),
        certificat=lire_certificat(assertion),
        algorithme_signature=_algorithme(assertion, "ds:Signature/ds:SignedInfo/ds:SignatureMethod"),
        algorithme_condensat=_algorithme(assertion, "ds:Signature/ds:SignedInfo/ds:Reference/ds:DigestMethod"),
        attributs=simples,
        codes_mal_formes=tuple(_codes_mal_formes(assertion)),
    )


def _codes_mal_formes(assertion: etree._Element) -> Iterator[str]:
    attendus = {ATTRIBUT_ROLE: "Role", ATTRIBUT_USAGE: "PurposeOfUse"}
    for attribut in assertion.iterfind("saml:AttributeStatement/saml:Attribute", NS):
        attendu = attendus.get(attribut.get("Name", ""))
        for valeur in attribut.iterfind("saml:AttributeValue", NS) if attendu else ():
            noms = [f"{nom_local(enfant)} ({espace(enfant) or 'sans espace de noms'})" for enfant in enfants(valeur)]
            if noms != [f"{attendu} ({NS['hl7']})"]:
                yield f"{attendu} attendu, reçu {', '.join(noms) or 'rien'}"


def lire_certificat(assertion: etree._Element) -> bytes | None:
    """DER du premier certificat de `KeyInfo` ; None s'il manque ou n'est pas du base64."""
    brut = texte(assertion.find("ds:Signature/ds:KeyInfo/ds:X509Data/ds:X509Certificate", NS))
    try:
        return base64.b64decode("".join(brut.split()), validate=True) if brut else None
    except (binascii.Error, ValueError):
        return None


def _lire_code(element: etree._Element) -> Code:
    return Code(element.get("code", ""), element.get("codeSystem", ""), element.get("displayName", ""))


def _algorithme(assertion: etree._Element, chemin: str) -> str:
    element = assertion.find(chemin, NS)
    return element.get("Algorithm", "") if element is not None else ""


def _declaration(contexte: etree._Element | None) -> str:
    if contexte is None:
        return ""
    for element in enfants(contexte):
        if nom_local(element) == "AuthnContextDecl":
            return "".join(map(str, element.itertext())).strip(BLANCS)
    return ""
