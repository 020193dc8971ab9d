"""Assertions SAML signées : SHA-256, C14N exclusive, la signature placée juste après l'émetteur."""

from __future__ import annotations

import copy

from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.signer import XMLSigner

from simulators.logiciel_temoin.environnement import Certificat
from simulators.logiciel_temoin.soap import DS, SAML


def signer_assertion(assertion: etree._Element, certificat: Certificat) -> etree._Element:
    """Rend l'assertion signée par la clé du certificat."""
    emetteur = assertion.find(f"{{{SAML}}}Issuer")
    if emetteur is None:
        raise ValueError("assertion sans émetteur")
    place = etree.Element(f"{{{DS}}}Signature", nsmap={"ds": DS})
    place.set("Id", "placeholder")
    emetteur.addnext(place)
    cle_rsa = isinstance(certificat.cle_privee, rsa.RSAPrivateKey)
    signataire = XMLSigner(
        signature_algorithm=SignatureMethod.RSA_SHA256 if cle_rsa else SignatureMethod.ECDSA_SHA256,
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    # Une copie autonome : les espaces de noms de l'enveloppe ne doivent pas entrer dans la signature.
    seule = etree.fromstring(etree.tostring(copy.deepcopy(assertion)))
    signee = signataire.sign(
        seule,
        key=certificat.cle_privee,
        cert=[certificat.feuille],
        reference_uri="#" + str(assertion.get("ID")),
        id_attribute="ID",
    )
    if not isinstance(signee, etree._Element):
        raise TypeError("la signature n'a pas rendu d'élément")
    return signee
