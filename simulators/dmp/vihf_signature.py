"""Vérification de la signature d'un VIHF : ce qui est signé est bien l'assertion lue, et rien d'autre."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.verifier import SignatureConfiguration

from simulators.dmp.vihf import lire_certificat
from simulators.dmp.xml import NS
from simulators.socle.signature_xml import verifier

_TRANSFORMATIONS = {
    "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
    "http://www.w3.org/2001/10/xml-exc-c14n#",
    "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
}
_SYNONYMES = {"S": "ST", "G": "GN", "GIVENNAME": "GN", "SURNAME": "SN", "2.5.4.4": "SN", "2.5.4.42": "GN"}
_OID_COURTS = {
    "2.5.4.3": "CN",
    "2.5.4.4": "SN",
    "2.5.4.5": "SERIALNUMBER",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "2.5.4.12": "T",
    "2.5.4.42": "GN",
}


class ErreurSignature(ValueError):
    """Signature absente, invalide ou qui ne couvre pas l'assertion ; le texte dit pourquoi, en français."""


@dataclass(frozen=True)
class AssertionSignee:
    """L'élément réellement signé (le seul à lire) et le certificat du signataire."""

    element: etree._Element
    certificat: x509.Certificate


def verifier_signature(assertion: etree._Element, *, sha1_accepte: bool = False) -> AssertionSignee:
    """Vérifie la signature enveloppée de `assertion` avec le certificat de son KeyInfo.

    La confiance dans ce certificat (autorité, usage, révocation) est l'affaire de l'appelant.
    """
    # Les préfixes déclarés au-dessus de l'assertion restent en vue : InclusiveNamespaces peut les nommer.
    octets = etree.tostring(assertion, with_tail=False)
    isolee = etree.fromstring(octets, etree.XMLParser(resolve_entities=False, no_network=True))
    _refuser_enveloppement(isolee)
    der = lire_certificat(isolee)
    if der is None:
        raise ErreurSignature("aucun certificat X.509 lisible dans KeyInfo")
    try:
        certificat = x509.load_der_x509_certificate(der)
    except (ValueError, UnsupportedAlgorithm) as erreur:
        raise ErreurSignature("certificat de KeyInfo illisible") from erreur
    try:
        resultat = verifier(isolee, isolee, _configuration(certificat, sha1_accepte), certificat)
    except (SignXMLException, etree.LxmlError, UnsupportedAlgorithm) as erreur:
        raise ErreurSignature(f"signature invalide : {erreur}") from erreur
    except (ValueError, TypeError, AttributeError, LookupError, NotImplementedError) as erreur:
        # Une signature difforme fait échouer la bibliothèque ailleurs que dans ses propres contrôles.
        raise ErreurSignature(f"signature illisible : {erreur}") from erreur
    signe = resultat[0].signed_xml if isinstance(resultat, list) else resultat.signed_xml
    if signe is None or signe.tag != f"{{{NS['saml']}}}Assertion" or signe.get("ID") != isolee.get("ID"):
        raise ErreurSignature("la signature ne couvre pas l'assertion présentée")
    return AssertionSignee(signe, certificat)


def meme_nom(issuer: str, certificat: x509.Certificate) -> bool:
    """Vrai si `issuer` écrit le sujet du certificat, dans un ordre ou dans l'autre (les deux ont été vus)."""
    attendu = sorted(
        (_OID_COURTS.get(attribut.oid.dotted_string, attribut.oid.dotted_string), str(attribut.value).casefold())
        for attribut in certificat.subject
    )
    return sorted(_lire_nom(issuer)) == attendu


def _lire_nom(nom: str) -> list[tuple[str, str]]:
    attributs: list[tuple[str, str]] = []
    for morceau in re.split(r"(?<!\\)[,+]", nom):
        type_attribut, _, valeur = morceau.strip().partition("=")
        cle = type_attribut.strip().upper().removeprefix("OID.")
        cle = _SYNONYMES.get(cle, _OID_COURTS.get(cle, cle))
        attributs.append((cle, re.sub(r"\\(.)", r"\1", valeur.strip()).strip('"').casefold()))
    return attributs


def _refuser_enveloppement(assertion: etree._Element) -> None:
    """Attaques par enveloppement : une seule signature, à sa place, une seule référence vers l'ID de l'assertion."""
    signatures = assertion.findall(".//ds:Signature", NS)
    if not signatures:
        raise ErreurSignature("assertion non signée")
    if len(signatures) > 1 or signatures[0].getparent() is not assertion:
        raise ErreurSignature("signature unique attendue, fille directe de l'assertion")
    identifiant = assertion.get("ID", "")
    if not identifiant:
        raise ErreurSignature("assertion sans attribut ID")
    references = signatures[0].findall("ds:SignedInfo/ds:Reference", NS)
    if len(references) != 1 or references[0].get("URI") != f"#{identifiant}":
        raise ErreurSignature("une référence unique vers l'ID de l'assertion est attendue")
    if signatures[0].find("ds:Object", NS) is not None:
        raise ErreurSignature("ds:Object interdit dans la signature d'une assertion")
    for transformation in references[0].iterfind("ds:Transforms/ds:Transform", NS):
        if transformation.get("Algorithm") not in _TRANSFORMATIONS:
            raise ErreurSignature(f"transformation interdite : {transformation.get('Algorithm')}")


def _configuration(certificat: x509.Certificate, sha1_accepte: bool) -> SignatureConfiguration:
    def garder(nom: str) -> bool:
        return "HMAC" not in nom and (sha1_accepte or "SHA1" not in nom)

    return SignatureConfiguration(
        location="./",
        expect_references=1,
        # Les dates du certificat sont jugées par l'appelant, avec le reste de la confiance qu'on lui accorde.
        verification_time=certificat.not_valid_before_utc,
        signature_methods=frozenset(methode for methode in SignatureMethod if garder(methode.name)),
        digest_algorithms=frozenset(condensat for condensat in DigestAlgorithm if garder(condensat.name)),
    )
