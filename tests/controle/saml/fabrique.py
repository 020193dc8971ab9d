"""Assertions d'essai : VIHF, professionnel INSi, profil inconnu ; signées en RSA ou en EC, à l'heure de l'essai."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, SignatureConstructionMethod
from signxml.signer import XMLSigner

from tests.verifications.dmp import fabrique_vihf

SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
DS = "http://www.w3.org/2000/09/xmldsig#"
PS = "899900000001"
FORMAT = "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName"
AUTORITE = fabrique_vihf.certificat("ac").der


def heure(decalage: float = 0) -> str:
    """Instant UTC, à `decalage` secondes de maintenant."""
    return (datetime.now(UTC) + timedelta(seconds=decalage)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


@dataclass(frozen=True)
class Porteur:
    """Un certificat et sa clé."""

    certificat: x509.Certificate
    cle: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

    @property
    def der(self) -> bytes:
        return self.certificat.public_bytes(serialization.Encoding.DER)

    @property
    def nom(self) -> str:
        return self.certificat.subject.rfc4514_string()


@cache
def porteur(genre: str = "rsa", *, debut: int = -10, fin: int = 10, signe: bool = True) -> Porteur:
    """Certificat de carte, signé par lui-même ; `debut` et `fin` en jours. `genre` : rsa ou ec."""
    cle: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    if genre == "ec":
        cle = ec.generate_private_key(ec.SECP256R1())
    else:
        cle = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    nom = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"), x509.NameAttribute(NameOID.COMMON_NAME, PS)])
    maintenant = datetime.now(UTC)
    certificat = (
        x509.CertificateBuilder()
        .subject_name(nom)
        .issuer_name(nom)
        .public_key(cle.public_key())
        .serial_number(1)
        .not_valid_before(maintenant + timedelta(days=debut))
        .not_valid_after(maintenant + timedelta(days=fin))
        .add_extension(x509.KeyUsage(signe, False, not signe, False, False, False, False, False, False), critical=True)
        .sign(cle, hashes.SHA256())
    )
    return Porteur(certificat, cle)


def signer(xml: str, choisi: Porteur, *, c14n: str = "exclusive") -> str:
    """L'assertion signée, la signature à la place du `ds:Signature Id="placeholder"`."""
    methode = {
        "exclusive": CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
        "inclusive": CanonicalizationMethod.CANONICAL_XML_1_0,
    }[c14n]
    algorithme = "rsa-sha256" if isinstance(choisi.cle, rsa.RSAPrivateKey) else "ecdsa-sha256"
    racine = etree.fromstring(xml)
    signee = XMLSigner(
        method=SignatureConstructionMethod.enveloped, signature_algorithm=algorithme, c14n_algorithm=methode
    ).sign(racine, key=choisi.cle, cert=[choisi.certificat], reference_uri=str(racine.get("ID")), id_attribute="ID")
    return etree.tostring(signee, encoding="unicode")


def prefixes_nommes(xml: str, choisi: Porteur | fabrique_vihf.Certificat, prefixe: str = "xs") -> str:
    """L'assertion signée avec `InclusiveNamespaces`, comme le font des bibliothèques courantes : à la main, ici."""
    racine = etree.fromstring(xml)
    signature = racine.find(f"{{{DS}}}Signature")
    assert signature is not None
    exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#"
    for algorithme in [*signature.iter(f"{{{DS}}}Transform"), *signature.iter(f"{{{DS}}}CanonicalizationMethod")]:
        if algorithme.get("Algorithm") == exclusive:
            etree.SubElement(
                algorithme, f"{{{exclusive}}}InclusiveNamespaces", nsmap={"ec": exclusive}, PrefixList=prefixe
            )

    def canoniser(element: etree._Element) -> bytes:
        return etree.tostring(element, method="c14n", exclusive=True, inclusive_ns_prefixes=[prefixe])

    def poser(nom: str, octets: bytes) -> None:
        place = signature.find(f".//{{{DS}}}{nom}")
        assert place is not None
        place.text = base64.b64encode(octets).decode()

    sans = etree.fromstring(etree.tostring(racine))
    sans.remove(next(sans.iter(f"{{{DS}}}Signature")))
    poser("DigestValue", hashlib.sha256(canoniser(sans)).digest())
    signe = signature.find(f"{{{DS}}}SignedInfo")
    assert signe is not None and isinstance(choisi.cle, rsa.RSAPrivateKey)
    poser("SignatureValue", choisi.cle.sign(canoniser(signe), padding.PKCS1v15(), hashes.SHA256()))
    return etree.tostring(racine, encoding="unicode")


def vihf(signataire: str = "cachet", **choix: str | tuple[str, str]) -> str:
    """VIHF conforme, émis à l'instant."""
    return fabrique_vihf.vihf(signataire, **{"instant": heure(-10), **choix})  # type: ignore[arg-type]


def insi(
    choisi: Porteur | None = None,
    *,
    prefixe: str = "s",
    version: str = "2.0",
    identifiant: str = "_a7",
    emission: str | None = None,
    issuer: str | None = None,
    format_issuer: str = FORMAT,
    qualifiant: str = "CPS",
    name_id: str = PS,
    attributs: tuple[tuple[str, str], ...] = (("identifiantFacturation", "990000001"), ("secteurActivite", "SA25")),
    conditions: str = "",
    signature: bool = True,
    c14n: str = "exclusive",
    avant_sujet: str = "",
) -> str:
    """Assertion de professionnel INSi, signée par la carte ; `conditions` et `avant_sujet` : éléments tels quels."""
    choisi = choisi or porteur()
    p = f"{prefixe}:" if prefixe else ""
    ns = f"xmlns:{prefixe}" if prefixe else "xmlns"
    lignes = "".join(
        f'<{p}Attribute Name="{nom}"><{p}AttributeValue>{valeur}</{p}AttributeValue></{p}Attribute>'
        for nom, valeur in attributs
    )
    place = f'<ds:Signature xmlns:ds="{DS}" Id="placeholder"/>' if signature else ""
    xml = (
        f'<{p}Assertion {ns}="{SAML}" Version="{version}" ID="{identifiant}" IssueInstant="{emission or heure(-60)}">'
        f'<{p}Issuer Format="{format_issuer}">{choisi.nom if issuer is None else issuer}</{p}Issuer>'
        f"{place}{avant_sujet}"
        f'<{p}Subject><{p}NameID NameQualifier="{qualifiant}">{name_id}</{p}NameID></{p}Subject>{conditions}'
        f"<{p}AttributeStatement>{lignes}</{p}AttributeStatement></{p}Assertion>"
    )
    return signer(xml, choisi, c14n=c14n) if signature else xml


def autre(choisi: Porteur | None = None, **choix: object) -> str:
    """Assertion d'un profil inconnu du banc."""
    valeurs = {"qualifiant": "ailleurs", "attributs": (("role", "x"),), **choix}
    return insi(choisi, **valeurs)  # type: ignore[arg-type]


def bornes(debut: float, fin: float, contenu: str = "") -> str:
    """`Conditions` valable de `debut` à `fin` secondes d'ici."""
    return f'<s:Conditions NotBefore="{heure(debut)}" NotOnOrAfter="{heure(fin)}">{contenu}</s:Conditions>'
