"""Fabrique de VIHF d'essai, signés par une petite IGC propre aux essais."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, SignatureConstructionMethod
from signxml.signer import XMLSigner

from tests.verifications.cda.fabrique import MATRICULE, OID_TEST

INSTANT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
STRUCTURE = "1990000001"
PS = "899900000017"
_SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
_XSPA, _XACML = "urn:oasis:names:tc:xspa:1.0", "urn:oasis:names:tc:xacml:2.0"


@dataclass(frozen=True)
class Certificat:
    """Un certificat et sa clé."""

    certificat: x509.Certificate
    cle: rsa.RSAPrivateKey

    @property
    def der(self) -> bytes:
        return self.certificat.public_bytes(serialization.Encoding.DER)

    @property
    def nom(self) -> str:
        return self.certificat.subject.rfc4514_string()


@lru_cache(maxsize=1)
def _cle() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@lru_cache(maxsize=8)
def certificat(usage: str) -> Certificat:
    """`ac` (autorité), `cachet` (signature), `auth` (client TLS), `inconnu` (signé par lui-même)."""
    cle = _cle()
    sujet = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "LABORATOIRE DU BANC"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, STRUCTURE),
            x509.NameAttribute(NameOID.COMMON_NAME, usage),
        ]
    )
    emetteur = sujet if usage in ("ac", "inconnu") else certificat("ac").certificat.subject
    constructeur = (
        x509.CertificateBuilder()
        .subject_name(sujet)
        .issuer_name(emetteur)
        .public_key(cle.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=365))
        .add_extension(x509.BasicConstraints(ca=usage == "ac", path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                usage != "cachet",
                usage in ("cachet", "inconnu"),
                False,
                False,
                False,
                usage == "ac",
                False,
                False,
                False,
            ),
            critical=True,
        )
    )
    if usage == "auth":
        constructeur = constructeur.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False)
    return Certificat(constructeur.sign(cle, hashes.SHA256()), cle)


VALEURS = {
    "id": "_a1",
    "version": "2.0",
    "instant": "2026-11-20T09:29:50.000Z",
    "issuer": "",
    "format": "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName",
    "name_id": PS,
    "classe": "urn:oasis:names:tc:SAML:2.0:ac:classes:Password",
    "declaration": "",
    "audience": "",
    "mode": "INDIRECTE",
    "nom_mode": "Authentification_mode",
    "structure": STRUCTURE,
    "secteur": "SA25^1.2.250.1.71.4.2.4",
    "sujet": "BIOLOGUE ALIX",
    "profession": "10^1.2.250.1.71.1.2.7",
    "specialite": "SM03^1.2.250.1.71.4.2.5",
    "usage": "normal^1.2.250.1.213.1.1.4.248",
    "ressource": f"{MATRICULE}^^^&{OID_TEST}&ISO^NH",
    "urn": "urn:dmp",
    "vihf_version": "3.0",
    "lps_nom": "SIL DU BANC",
    "lps_version": "1.2.3",
    "lps_homologation": "BAN-123456-7890",
    "secrete": "",
}


def vihf(
    signataire: str = "cachet",
    *,
    abimer: bool = False,
    sha1: bool = False,
    retouche: tuple[str, str] = ("", ""),
    **valeurs: str,
) -> str:
    """Un VIHF signé ; `retouche` change le texte avant la signature, `abimer` un attribut après."""
    inconnues = set(valeurs) - set(VALEURS)
    if inconnues:
        raise KeyError(f"valeurs inconnues : {inconnues}")
    v = {**VALEURS, **valeurs}
    porteur = certificat(signataire)
    attributs = [
        ("Identifiant_Structure", _texte(v["structure"])),
        ("Secteur_Activite", _texte(v["secteur"])),
        (f"{_XSPA}:subject:subject-id", _texte(v["sujet"])),
        (f"{_XACML}:subject:role", _code("Role", v["profession"]) + _code("Role", v["specialite"])),
        ("VIHF_Version", _texte(v["vihf_version"])),
        (v["nom_mode"], _texte(v["mode"])),
        (f"{_XACML}:resource:resource-id", _texte(v["ressource"])),
        ("Ressource_URN", _texte(v["urn"])),
        (f"{_XSPA}:subject:purposeofuse", _code("PurposeOfUse", v["usage"])),
        ("LPS_Nom", _texte(v["lps_nom"])),
        ("LPS_Version", _texte(v["lps_version"])),
        ("LPS_ID_HOMOLOGATION_DMP", _texte(v["lps_homologation"])),
        (f"{_XSPA}:resource:patient:hl7:confidentiality-code", _texte(v["secrete"])),
    ]
    corps = "".join(f'<Attribute Name="{nom}">{valeur}</Attribute>' for nom, valeur in attributs if valeur)
    declaration = f"<AuthnContextDecl>{v['declaration']}</AuthnContextDecl>" if v["declaration"] else ""
    xml = (
        f'<Assertion xmlns="{_SAML}" ID="{v["id"]}" Version="{v["version"]}" IssueInstant="{v["instant"]}">'
        f'<Issuer Format="{v["format"]}">{v["issuer"] or porteur.nom}</Issuer>'
        '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="placeholder"/>'
        f"<Subject><NameID>{v['name_id']}</NameID></Subject><Conditions>{v['audience']}</Conditions>"
        f'<AuthnStatement AuthnInstant="{v["instant"]}"><AuthnContext><AuthnContextClassRef>{v["classe"]}'
        f"</AuthnContextClassRef>{declaration}</AuthnContext></AuthnStatement>"
        f"<AttributeStatement>{corps}</AttributeStatement></Assertion>"
    )
    assert retouche[0] in xml, retouche
    xml = xml.replace(retouche[0], retouche[1], 1) if retouche[0] else xml
    signeur = _SigneurSha1 if sha1 else XMLSigner
    algorithmes = ("rsa-sha1", "sha1") if sha1 else ("rsa-sha256", "sha256")
    signee = signeur(
        method=SignatureConstructionMethod.enveloped,
        signature_algorithm=algorithmes[0],
        digest_algorithm=algorithmes[1],
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    ).sign(etree.fromstring(xml), key=porteur.cle, cert=[porteur.certificat], reference_uri=v["id"], id_attribute="ID")
    texte = etree.tostring(signee, encoding="unicode")
    return texte.replace("LABORATOIRE", "LABO", 1).replace(v["sujet"], "AUTRE", 1) if abimer else texte


class _SigneurSha1(XMLSigner):
    """SHA-1 n'est plus permis par défaut : il ne sert qu'à éprouver nos règles."""

    def check_deprecated_methods(self) -> None:
        return


def _texte(valeur: str) -> str:
    return f"<AttributeValue>{valeur.replace('&', '&amp;')}</AttributeValue>" if valeur else ""


def _code(nom: str, valeur: str) -> str:
    if not valeur:
        return ""
    code, _, systeme = valeur.partition("^")
    return (
        f'<AttributeValue><{nom} xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xsi:type="CE" code="{code}" codeSystem="{systeme}"/></AttributeValue>'
    )
