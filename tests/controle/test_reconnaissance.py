"""Le type vient du contenu seul, quelle que soit la forme des octets."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steps.controle.modele import TypeFichier as T
from steps.controle.reconnaissance import reconnaitre
from steps.controle.reconnaissance_http import recoller_blocs
from tests.controle.documents import (
    CDA_N1,
    CDA_N3,
    COURRIEL,
    DMP,
    HL7,
    INSI,
    ITI_41,
    JWT,
    METADATA,
    PDF,
    SAML,
    base64url,
    soap,
    xdm,
)

_DTD = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/hostname">]>'
_MULTIPART = (
    "--limite\r\nContent-Type: application/xop+xml\r\n\r\n"
    f"{DMP}\r\n--limite\r\nContent-Type: text/xml\r\n\r\n{CDA_N1}\r\n--limite--\r\n"
)
_DU_CDA_EN_BODY = "<xsl:template match='/'/>"

CONNUS = {
    "cda n1": (CDA_N1, T.CDA_N1),
    "cda n3 préfixé": (CDA_N3, T.CDA_N3),
    "cda dans une signature": (
        f'<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><Object>{CDA_N3}</Object></Signature>',
        T.CDA_N3,
    ),
    "cda auto-présentable": (
        f'<x:stylesheet xmlns:x="http://www.w3.org/1999/XSL/Transform">{CDA_N3}</x:stylesheet>',
        T.CDA_N3,
    ),
    "cda sous une DTD hostile": (_DTD + CDA_N3, T.CDA_N3),
    "cda dont une entité entoure le corps": (_DTD + CDA_N3.replace("é", "&b;&c;"), T.CDA_N3),
    "cda tronqué avant son corps": (CDA_N3[: CDA_N3.index("<h:component>")], T.CDA_N3),
    "cda n1 cassé avant son corps": (CDA_N1.replace("<title>", "<title><cassé &&>"), T.CDA_N1),
    "cda sans espace de noms": ("<ClinicalDocument><component><nonXMLBody/></component></ClinicalDocument>", T.CDA_N1),
    "cda au préfixe non déclaré": (
        "<h:ClinicalDocument><h:component><h:nonXMLBody/></h:component></h:ClinicalDocument>",
        T.CDA_N1,
    ),
    "cda après des blancs et une déclaration": ("\n\n  " + CDA_N1, T.CDA_N1),
    "cda qui cite l'autre corps en commentaire": (
        CDA_N1.replace("<component>", "<!-- <structuredBody> --><component>"),
        T.CDA_N1,
    ),
    "pdf": (PDF, T.PDF),
    "pdf après des octets parasites": (b"\x00parasite\r\n" * 20 + PDF, T.PDF),
    "xdm": (xdm(), T.XDM),
    "xdm en minuscules": (xdm("ihe_xdm/subset01/metadata.xml"), T.XDM),
    "xdm sans METADATA": (xdm("IHE_XDM/SUBSET01/DOC0001.XML"), T.XDM),
    "xdm tronquée": (xdm()[:-60], T.XDM),
    "metadata": (METADATA, T.METADATA),
    "metadata, soumission": (ITI_41, T.METADATA),
    "saml": (SAML, T.SAML),
    "insi soap 1.2": (INSI, T.SOAP_INSI),
    "insi soap 1.1": (
        INSI.replace("http://www.w3.org/2003/05/soap-envelope", "http://schemas.xmlsoap.org/soap/envelope/"),
        T.SOAP_INSI,
    ),
    "insi de corps vide": (soap("", "<a:Action>urn:ServiceIdentiteCertifiee:1.0.0:rechercher</a:Action>"), T.SOAP_INSI),
    "insi cassé dans ses en-têtes": (soap("", '<c:ContexteBAM xmlns:c="urn:siram:bam:ctxbam"><<cassé'), T.SOAP_INSI),
    "dmp": (DMP, T.SOAP_DMP),
    "dmp, habilitation": (soap('<setAuthorization xmlns="urn:si-dmp-habilitations"/>'), T.SOAP_DMP),
    "dmp, existence": (soap('<PRPA_IN201307UV02 xmlns="urn:hl7-org:v3"/>'), T.SOAP_DMP),
    "dmp, requête http": (
        f"POST /si-dmp-server HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\n\r\n{DMP}",
        T.SOAP_DMP,
    ),
    "dmp, http multipart": (
        f'POST / HTTP/1.1\r\nContent-Type: multipart/related; boundary="limite"\r\n\r\n{_MULTIPART}',
        T.SOAP_DMP,
    ),
    "dmp, multipart sans en-têtes": (_MULTIPART, T.SOAP_DMP),
    "dmp, en-têtes mime seuls": (
        f"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=limite\r\n\r\n{_MULTIPART}",
        T.SOAP_DMP,
    ),
    "insi, http en blocs": (
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
        f"10\r\n{INSI[:16]}\r\n{len(INSI) - 16:x};x=y\r\n{INSI[16:]}\r\n0\r\n\r\n",
        T.SOAP_INSI,
    ),
    "jwt": (JWT, T.JWT),
    "jwt, réponse de jetons": (json.dumps({"access_token": JWT, "token_type": "Bearer"}), T.JWT),
    "assertion dans Security": (
        '<o:Security xmlns:o="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"/>',
        T.SAML,
    ),
    "réponse SAML": ('<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol"/>', T.SAML),
    "jwt, ligne et guillemets": (f' "{JWT}"\n', T.JWT),
    "jwt, porteur": (f"Bearer {JWT}\n", T.JWT),
    "jwt, en-tête http": (f"Authorization: Bearer {JWT}", T.JWT),
    "jwt sans signature": (JWT.rpartition(".")[0] + ".", T.JWT),
    "jwt replié": (JWT[:30] + "\r\n" + JWT[30:], T.JWT),
    "jwt à la signature abîmée": (JWT[:-3] + "é+/=", T.JWT),
    "jwt à l'en-tête abîmé": ("eyJhbGciOiAiUlMy*TYifQ" + JWT[JWT.index(".") :], T.JWT),
    "jwt coupé dans son en-tête": (JWT[:15], T.JWT),
    "jws en json": (
        json.dumps({"payload": base64url({}), "signatures": [{"protected": "e30", "signature": "YQ"}]}),
        T.JWT,
    ),
    "hl7": (HL7, T.HL7V2),
    "hl7, enveloppe mllp": ("\x0b" + HL7 + "\x1c\r", T.HL7V2),
    "hl7, lot": ("FHS|^~\\&|A\rBHS|^~\\&|A\r" + HL7, T.HL7V2),
    "hl7 aux séparateurs abîmés": ("MSH|^~\x1c&|LABO", T.HL7V2),
    "saml à l'espace de noms faux": ('<Assertion xmlns="urn:autre"/>', T.SAML),
    "insi coupé dans ses en-têtes": (soap("", '<b:ContexteBAM xmlns:b="urn:siram:bam:ctxbam"/>')[:190], T.SOAP_INSI),
    "hl7, autre séparateur": ("MSH#^~\\&#A", T.HL7V2),
    "hl7 réduit à son segment": ("MSH|", T.HL7V2),
    "courriel": (COURRIEL, T.COURRIEL),
    "courriel sans From": (COURRIEL.partition(b"\r\n")[2].partition(b"\r\n")[2], T.COURRIEL),
    "courriel en LF": (COURRIEL.replace(b"\r\n", b"\n"), T.COURRIEL),
    "courriel d'une boîte mbox": (b"From a@exemple.test Fri Nov 20 10:15:30 2026\n" + COURRIEL, T.COURRIEL),
    "courriel à l'en-tête démesuré": (b"Subject: " + b"a" * 100_000 + b"\r\n" + COURRIEL, T.COURRIEL),
    "courriel qui parle de PDF": (COURRIEL.replace(b"essai", b"%PDF-1.4"), T.COURRIEL),
}

INCONNUS = {
    "vide": b"",
    "blancs": b" \r\n\t",
    "nuls": b"\x00" * 40,
    "texte": "MSHumidité et autres mots".encode(),
    "mot en ey": b"eyes.wide.shut",
    "phrase en ey": "Eyjafjöll est un volcan. Vraiment. Oui".encode(),
    "adresse à trois parties": b"www.exemple.test",
    "xml d'un autre service": soap('<q:autre xmlns:q="urn:autre"/>').encode(),
    "xml quelconque": b"<racine/>",
    "json quelconque": b'{"payload": 1}',
    "json imbriqué": b'{"payload":' * 60_000,
    "page html": b"<!DOCTYPE html><html><body>ClinicalDocument</body></html>",
    "feuille de style ordinaire": f'<x:stylesheet xmlns:x="http://www.w3.org/1999/XSL/Transform">{_DU_CDA_EN_BODY}</x:stylesheet>'.encode(),
    "feuille de style qui nomme un cda": b'<x:stylesheet xmlns:x="http://www.w3.org/1999/XSL/Transform">'
    b'<x:value-of select="/h:ClinicalDocument/h:id"/></x:stylesheet>',
    "archive d'autre chose": xdm("word/document.xml"),
    "archive qui en contient une autre": xdm("courrier/piece.zip", "METADATA.XML"),
    "un seul en-tête de courriel": b"Subject: x\r\nContent-Type: text/plain\r\n\r\nbonjour",
    "en-têtes http": b"Host: x\r\nDate: Fri, 20 Nov 2026 10:15:30 GMT\r\nFrom: a@exemple.test\r\n\r\nbonjour",
    "jeton chiffré": f"{base64url({'alg': 'dir', 'enc': 'A256GCM'})}..aaaa.bbbb.cccc".encode(),
    "image": b"\x89PNG\r\n\x1a\n",
    "signature sans cda": b'<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><Object/></Signature>',
}


@pytest.mark.parametrize(("contenu", "attendu"), CONNUS.values(), ids=CONNUS.keys())
def test_type_connu(contenu: str | bytes, attendu: T) -> None:
    """Chaque forme d'un type est reconnue, avec ou sans marque d'ordre."""
    octets = contenu if isinstance(contenu, bytes) else contenu.encode()
    assert reconnaitre(octets).type is attendu
    if isinstance(contenu, str) and contenu.lstrip().startswith(("<", "MSH", "ey")):
        assert reconnaitre(b"\xef\xbb\xbf" + octets).type is attendu


@pytest.mark.parametrize("octets", INCONNUS.values(), ids=INCONNUS.keys())
def test_type_inconnu(octets: bytes) -> None:
    """Ce qui n'est d'aucun type est inconnu, et dit ce qui a été vu."""
    reconnu = reconnaitre(octets)
    assert reconnu.type is T.INCONNU
    assert reconnu.vu


@pytest.mark.parametrize("encodage", ["utf-16", "utf-16-le", "utf-16-be", "iso-8859-1", "windows-1252", "utf-32"])
@pytest.mark.parametrize(
    ("texte", "attendu"), [(CDA_N1, T.CDA_N1), (CDA_N3, T.CDA_N3), (INSI, T.SOAP_INSI), (HL7, T.HL7V2)]
)
def test_encodages(texte: str, attendu: T, encodage: str) -> None:
    """Un encodage annoncé, ou seulement apparent, ne cache pas le type."""
    declare = texte.replace('encoding="UTF-8"', f'encoding="{encodage}"')
    assert reconnaitre(declare.encode(encodage)).type is attendu
    assert reconnaitre(texte.encode(encodage)).type is attendu


@pytest.mark.parametrize(("contenu", "attendu"), [(c, a) for c, a in CONNUS.values() if isinstance(c, str)][:1])
def test_bombes(contenu: str, attendu: T) -> None:
    """Entités en cascade, imbrication et attributs par milliers : reconnus par leur début, sans rien développer."""
    cascade = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    bombe = f'<!DOCTYPE x [<!ENTITY e0 "aaaaaaaaaa">{cascade}]>' + CDA_N3.replace("é", "&e11;")
    assert reconnaitre(bombe.encode()).type is T.CDA_N3
    assert reconnaitre(b'<ClinicalDocument xmlns="urn:hl7-org:v3">' + b"<a>" * 500_000).type is T.CDA_N3
    assert reconnaitre(contenu.encode() + b"<" * 1_000_000).type is attendu


@pytest.mark.parametrize(
    "motif",
    [
        b"<!--x-->",
        b"<?a b?>",
        b"<!DOCTYPE a [",
        b"<!DOCTYPE <",
        b"PK\x03\x04",
        b"A: b\r\n",
        b'<a b="',
        b"1\r\na\r\n",
        b"\xef\xbb\xbf",
    ],
)
def test_repetitions_en_temps_lineaire(motif: bytes) -> None:
    """Un début répété à l'infini ne coûte jamais plus que sa longueur."""
    assert reconnaitre(motif * 100_000).type is T.INCONNU
    entete = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert reconnaitre(entete + motif * 100_000).type is T.INCONNU


def test_xdm_apres_des_octets_parasites_ou_avec_commentaire() -> None:
    """Le répertoire central est retrouvé quand ses positions sont décalées."""
    archive = xdm()
    assert reconnaitre(b"PK\x03\x04" + b"x" * 100 + archive).type is T.XDM


def test_blocs_http() -> None:
    """Un corps en blocs est recollé jusqu'au premier bloc illisible."""
    assert recoller_blocs(b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n") == b"abcde"
    assert recoller_blocs(b"3\r\nabc\r\nzz") == b"abc"
    assert recoller_blocs(b"pas de blocs") == b"pas de blocs"


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=400),
        st.builds(
            lambda debut, suite: debut + suite,
            st.sampled_from(
                [CDA_N1.encode()[:90], xdm()[:80], b"MSH|", b"eyJ", b"POST / HTTP/1.1\r\n", DMP.encode()[:150]]
            ),
            st.binary(max_size=200),
        ),
    )
)
def test_jamais_d_exception(octets: bytes) -> None:
    """N'importe quels octets ont un type."""
    assert isinstance(reconnaitre(octets).type, T)
