"""Document de signature du lot (XAdES, profil IHE DSG), signé par le cachet de la structure."""

from __future__ import annotations

import base64
import hashlib

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree

from simulators.logiciel_temoin import xds_schemas as s
from simulators.logiciel_temoin.cda_lecture import Code, EnteteCda
from simulators.logiciel_temoin.dmp_vihf import cx_ins
from simulators.logiciel_temoin.environnement import Certificat
from simulators.logiciel_temoin.horloge import en_dtm, maintenant
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.soap import DS, ajouter, lire_xml
from simulators.logiciel_temoin.xds_metadonnees import auteur, classer, externe, nommer, slot, xcn

XADES = "http://uri.etsi.org/01903/v1.1.1#"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
C14N_COMMENTAIRES = C14N + "#WithComments"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"


def signer_lot(labo: Labo, unique_lot: str, documents: list[tuple[str, bytes]]) -> bytes:
    """Signature qui couvre le lot : un manifeste d'une référence par document, plus celle du lot."""
    certificat = labo.environnement.certificats["org_sign"]
    signature = etree.Element(f"{{{DS}}}Signature", nsmap={"ds": DS})
    signature.set("Id", "signature-du-lot")
    info = ajouter(signature, DS, "SignedInfo")
    ajouter(info, DS, "CanonicalizationMethod", Algorithm=C14N)
    ajouter(info, DS, "SignatureMethod", Algorithm=RSA_SHA256)
    valeur = ajouter(signature, DS, "SignatureValue")
    cle = ajouter(ajouter(signature, DS, "KeyInfo"), DS, "X509Data")
    der = certificat.feuille.public_bytes(serialization.Encoding.DER)
    ajouter(cle, DS, "X509Certificate", base64.b64encode(der).decode())
    manifeste = _manifeste(labo, ajouter(signature, DS, "Object"), unique_lot, documents)
    labo.defauts.muter_xml("lot_manifeste", manifeste)
    proprietes = _proprietes(ajouter(signature, DS, "Object"), certificat, der)
    for objet, type_reference in (
        (manifeste, DS + "Manifest"),
        (proprietes, "http://uri.etsi.org/01903/v1.1.1#SignedProperties"),
    ):
        reference = ajouter(info, DS, "Reference", URI=f"#{objet.get('Id')}", Type=type_reference)
        ajouter(ajouter(reference, DS, "Transforms"), DS, "Transform", Algorithm=C14N)
        ajouter(reference, DS, "DigestMethod", Algorithm=SHA256)
        ajouter(reference, DS, "DigestValue", _condensat(etree.tostring(objet, method="c14n")))
    valeur.text = base64.b64encode(_signer(certificat, etree.tostring(info, method="c14n"))).decode()
    return etree.tostring(signature, xml_declaration=True, encoding="UTF-8")


def _signer(certificat: Certificat, octets: bytes) -> bytes:
    cle = certificat.cle_privee
    if not isinstance(cle, rsa.RSAPrivateKey):
        raise TypeError("le cachet de la structure doit avoir une clé RSA")
    return cle.sign(octets, padding.PKCS1v15(), hashes.SHA256())


def _condensat(octets: bytes) -> str:
    return base64.b64encode(hashlib.sha256(octets).digest()).decode()


def _manifeste(
    labo: Labo, objet: etree._Element, unique_lot: str, documents: list[tuple[str, bytes]]
) -> etree._Element:
    manifeste = ajouter(objet, DS, "Manifest", Id="IHEManifest")
    reference = ajouter(manifeste, DS, "Reference", URI=f"urn:oid:{unique_lot}")
    ajouter(reference, DS, "DigestMethod", Algorithm=SHA256)
    # Le lot n'a pas d'octets à condenser : le profil met une valeur conventionnelle.
    ajouter(reference, DS, "DigestValue", "AA==")
    for unique_id, octets in documents:
        reference = ajouter(manifeste, DS, "Reference", URI=f"urn:oid:{unique_id}")
        canonique = octets  # un objet qui n'est pas du XML se condense tel quel, sans transformation
        if octets.lstrip()[:1] == b"<":
            ajouter(ajouter(reference, DS, "Transforms"), DS, "Transform", Algorithm=C14N_COMMENTAIRES)
            canonique = etree.tostring(lire_xml(octets).getroottree(), method="c14n", with_comments=True)
        ajouter(reference, DS, "DigestMethod", Algorithm=SHA256)
        faux = labo.defaut("lot_signature_fausse")
        ajouter(reference, DS, "DigestValue", _condensat(b"" if faux else canonique))
    propriete = ajouter(
        ajouter(objet, DS, "SignatureProperties"),
        DS,
        "SignatureProperty",
        Id="purposeOfSignature",
        Target="#signature-du-lot",
    )
    propriete.text = "1.2.840.10065.1.12.1.14"
    return manifeste


def _proprietes(objet: etree._Element, certificat: Certificat, der: bytes) -> etree._Element:
    qualifiantes = etree.SubElement(objet, f"{{{XADES}}}QualifyingProperties", nsmap={"xad": XADES})
    qualifiantes.set("Target", "#signature-du-lot")
    signees = ajouter(qualifiantes, XADES, "SignedProperties", Id="SignedProperties")
    proprietes = ajouter(signees, XADES, "SignedSignatureProperties")
    ajouter(proprietes, XADES, "SigningTime", maintenant().strftime("%Y-%m-%dT%H:%M:%SZ"))
    certificats = ajouter(ajouter(proprietes, XADES, "SigningCertificate"), XADES, "Cert")
    condensat = ajouter(certificats, XADES, "CertDigest")
    ajouter(condensat, XADES, "DigestMethod", Algorithm=SHA256)
    ajouter(condensat, XADES, "DigestValue", _condensat(der))
    emetteur = ajouter(certificats, XADES, "IssuerSerial")
    ajouter(emetteur, DS, "X509IssuerName", certificat.feuille.issuer.rfc4514_string())
    ajouter(emetteur, DS, "X509SerialNumber", str(certificat.feuille.serial_number))
    politique = ajouter(proprietes, XADES, "SignaturePolicyIdentifier")
    ajouter(politique, XADES, "SignaturePolicyImplied")
    return signees


def fiche_signature(labo: Labo, identifiant: str, entete: EnteteCda, octets: bytes) -> etree._Element:
    """Fiche XDS du document de signature."""
    objet = etree.Element(f"{{{s.RIM}}}ExtrinsicObject", nsmap={"rim": s.RIM})
    objet.set("id", identifiant)
    objet.set("mimeType", "text/xml")
    objet.set("objectType", s.DOCUMENT)
    instant = en_dtm(maintenant())
    slot(objet, "creationTime", instant)
    slot(objet, "serviceStartTime", instant)
    slot(objet, "languageCode", "art")
    if entete.responsable:
        slot(objet, "legalAuthenticator", xcn(entete.responsable))
    ins = cx_ins(*(entete.ins or ("", "")))
    local = entete.identifiant_local
    slot(objet, "sourcePatientId", f"{local[0]}^^^&{local[1]}&ISO^PI" if local else ins)
    slot(objet, "hash", hashlib.sha1(octets, usedforsecurity=False).hexdigest())
    slot(objet, "size", str(len(octets)))
    nommer(objet, "Source")
    for intervenant in entete.auteurs:
        auteur(objet, s.AUTEUR, identifiant, intervenant)
    classer(objet, s.CLASSE, identifiant, Code(s.CLASSE_SIGNATURE, "URN", "Document de signature"))
    classer(objet, s.TYPE, identifiant, Code("E1762", "ASTM", "Full Document"))
    format_signature = Code("http://www.w3.org/2000/09/xmldsig#", "URN", "Signature XML")
    classer(objet, s.FORMAT, identifiant, format_signature)
    classer(objet, s.ETABLISSEMENT, identifiant, entete.etablissement)
    classer(objet, s.CADRE, identifiant, entete.cadre_exercice)
    classer(objet, s.CONFIDENTIALITE, identifiant, Code("N", s.OID_CONFIDENTIALITE, "Normal"))
    for visibilite, libelle in (("MASQUE_PS", "Masqué aux professionnels"), ("INVISIBLE_PATIENT", "Non visible")):
        classer(objet, s.CONFIDENTIALITE, identifiant, Code(visibilite, s.OID_VISIBILITE, libelle))
    but = Code("1.2.840.10065.1.12.1.14", "1.2.840.10065.1.12", "Source")
    classer(objet, s.EVENEMENT, identifiant, but)
    externe(objet, s.PATIENT_ID, ins, "XDSDocumentEntry.patientId")
    externe(objet, s.UNIQUE_ID, labo.oid_unique(), "XDSDocumentEntry.uniqueId")
    return objet
