"""De petits fichiers de chaque type, fabriqués pour la reconnaissance : le début suffit, aucun n'est conforme."""

from __future__ import annotations

import base64
import io
import json
import zipfile

CDA_N1 = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!-- fictif -->\n<ClinicalDocument xmlns="urn:hl7-org:v3">\n'
    "<title>Compte rendu élémentaire</title>\n<component><nonXMLBody><text>QQ==</text></nonXMLBody></component>\n"
    "</ClinicalDocument>\n"
)
CDA_N3 = (
    '<h:ClinicalDocument xmlns:h="urn:hl7-org:v3"><h:title>é</h:title><h:component><h:structuredBody>'
    "<h:component/></h:structuredBody></h:component></h:ClinicalDocument>"
)
PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
METADATA = '<l:SubmitObjectsRequest xmlns:l="urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"/>'
ITI_41 = '<x:ProvideAndRegisterDocumentSetRequest xmlns:x="urn:ihe:iti:xds-b:2007"/>'
SAML = '<s:Assertion xmlns:s="urn:oasis:names:tc:SAML:2.0:assertion" Version="2.0"/>'
HL7 = "MSH|^~\\&|LABO|SITE|DPI|SITE|20260101120000+0100||ORU^R01|1|P|2.5\rPID|1\r"

COURRIEL = (
    b"Date: Fri, 20 Nov 2026 10:15:30 +0100\r\nFrom: A <a@labo.formation.mssante.fr>\r\n"
    b"To: b@cabinet.formation.mssante.fr\r\n"
    b"Subject: essai\r\nMessage-ID: <1@labo.formation.mssante.fr>\r\n\r\nBonjour\r\n"
)


def soap(corps: str, entete: str = "", *, version: str = "1.2") -> str:
    """Un message SOAP du corps donné."""
    espace = {
        "1.2": "http://www.w3.org/2003/05/soap-envelope",
        "1.1": "http://schemas.xmlsoap.org/soap/envelope/",
    }[version]
    return (
        f'<e:Envelope xmlns:e="{espace}" xmlns:a="http://www.w3.org/2005/08/addressing">'
        f"<e:Header>{entete}</e:Header><e:Body>{corps}</e:Body></e:Envelope>"
    )


INSI = soap('<q:RECSANSVITALE xmlns:q="http://www.cnamts.fr/INSiRecSans"/>')
DMP = soap(ITI_41, "<a:Action>urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b</a:Action>")


def base64url(valeur: object) -> str:
    """Une partie de jeton."""
    return base64.urlsafe_b64encode(json.dumps(valeur).encode()).decode().rstrip("=")


JWT = f"{base64url({'alg': 'RS256'})}.{base64url({'sub': '1'})}.c2lnbmF0dXJl"


def xdm(nom: str = "IHE_XDM/SUBSET01/METADATA.XML", contenu: str = METADATA) -> bytes:
    """Une archive d'échange réduite à un fichier."""
    memoire = io.BytesIO()
    with zipfile.ZipFile(memoire, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.TXT", "fictif")
        archive.writestr(nom, contenu)
    return memoire.getvalue()
