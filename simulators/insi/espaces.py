"""Noms fixés par le contrat du téléservice : espaces de noms, opérations, actions, OID."""

from __future__ import annotations

SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
WSA = "http://www.w3.org/2005/08/addressing"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
DS = "http://www.w3.org/2000/09/xmldsig#"
CTXBAM = "urn:siram:bam:ctxbam"
CTXLPS = "urn:siram:lps:ctxlps"
SIRAM = "urn:siram"
RECSANS = "http://www.cnamts.fr/INSiRecSans"
RECVIT = "http://www.cnamts.fr/INSiRecVit"
RESULTAT = "http://www.cnamts.fr/INSiResultat"

LOT2 = "http://www.cnamts.fr/INSiLot2/"
REP_UNITAIRE = LOT2 + "REPUnitaire"
REQ_UNITAIRE = LOT2 + "REQUnitaire"
"""Non normatif : seul l'espace de noms de la réponse est connu ; celui-ci est formé par analogie."""

CHEMIN = "/lps"
PREFIXE_ACTION = "urn:ServiceIdentiteCertifiee:1.0.0:"

OP_TRAITS = "rechercherInsAvecTraitsIdentite"
OP_CARTE = "rechercherInsAvecCarteVitale"
OP_VERIFICATION = "verifierInsAvecTraitsIdentite"

OID_INS_NIR = "1.2.250.1.213.1.4.8"
OID_INS_NIA = "1.2.250.1.213.1.4.9"
OID_INS_NIR_TEST = "1.2.250.1.213.1.4.10"

CN_ADMIS = ("INSI-AUTO", "INSI-MANU")
FORMAT_SUJET_X509 = "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName"
EXC_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPPEE = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
SENDER_VOUCHES = "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"


def nom_qualifie(espace: str, nom: str) -> str:
    """`{espace}nom`, la notation de lxml."""
    return f"{{{espace}}}{nom}"


def nom_local(balise: object) -> str:
    """Nom local d'une balise lxml ; vide pour un commentaire ou une instruction."""
    return balise.rpartition("}")[2] if isinstance(balise, str) else ""


def espace_de(balise: object) -> str:
    """Espace de noms d'une balise lxml ; vide s'il n'y en a pas."""
    return balise[1:].partition("}")[0] if isinstance(balise, str) and balise.startswith("{") else ""
