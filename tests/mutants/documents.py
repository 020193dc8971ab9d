"""De bons CDA, N1 et N3, sans une remarque : ce que les mutants abîment. Rien n'y vient d'un exemple officiel."""

from __future__ import annotations

import base64

from tests.verifications.cda import fabrique

RPPS = "899900000003"
STRUCTURE = "1990000002"
MATRICULE = fabrique.MATRICULE


def pdf_a1(texte: str = "Compte rendu", *, ajout: bytes = b"", partie: str = "1") -> bytes:
    """Un PDF d'une page, table de références juste, qui se déclare PDF/A-1B ; `ajout` : clés du dictionnaire de fin."""
    xmp = (
        '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        'xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">'
        f"<pdfaid:part>{partie}</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance></rdf:Description></rdf:RDF>"
        '</x:xmpmeta><?xpacket end="w"?>'
    ).encode()
    dessin = f"BT /F1 12 Tf 72 720 Td ({texte}) Tj ET".encode("latin-1")
    objets = (
        b"<</Type/Catalog/Pages 2 0 R/Metadata 5 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<<>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(dessin), dessin),
        b"<</Type/Metadata/Subtype/XML/Length %d>>stream\n%s\nendstream" % (len(xmp), xmp),
    )
    sortie, places = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for numero, objet in enumerate(objets, 1):
        places.append(len(sortie))
        sortie += b"%d 0 obj\n%s\nendobj\n" % (numero, objet)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    fin = b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (len(objets) + 1, ajout, len(sortie))
    return sortie + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objets) + 1) + table + fin


def _vrais_numeros(texte: str) -> str:
    """Les numéros de la fabrique, avec une clé de Luhn juste."""
    return texte.replace("899900000017", RPPS).replace("1990000001", STRUCTURE)


def bon(niveau: str = "N3", **morceaux: str) -> bytes:
    """Un CDA que le banc trouve conforme sans une remarque, sauf les morceaux donnés."""
    corps = fabrique.corps_n1(pdf_a1()) if niveau == "N1" else corps_n3()
    vrais = {nom: _vrais_numeros(texte) for nom, texte in fabrique.MORCEAUX.items() if nom != "modele"}
    modele = {} if niveau == "N1" else {"modele": fabrique.MORCEAUX["modele"]}
    vrais |= {"telecom": _ADRESSE + fabrique.MORCEAUX["telecom"], "corps": corps} | modele
    vrais["prologue"] = fabrique.MORCEAUX["prologue"] + "\n"
    return fabrique.cda(niveau, **(vrais | morceaux))


_ADRESSE = (
    '<addr use="H"><houseNumber>12</houseNumber><streetName>rue des Essais</streetName>'
    "<postalCode>75000</postalCode><city>PARIS</city></addr>"
)


def corps_n3() -> str:
    """Un chapitre, une section de deux résultats avec son récit, et la section de la copie PDF."""
    loinc = "codeSystem='2.16.840.1.113883.6.1'"
    resultats = "".join(
        f"<entryRelationship typeCode='COMP'><observation classCode='OBS' moodCode='EVN'><code code='{code}' {loinc} "
        f"displayName='{nom}'><originalText><reference value='#r{rang}'/></originalText></code>"
        "<statusCode code='completed'/><effectiveTime value='20261119083000+0100'/>"
        f"<value xsi:type='PQ' value='{valeur}' unit='{unite}'/></observation></entryRelationship>"
        for rang, (code, nom, valeur, unite) in enumerate(
            (("2951-2", "Sodium", "140", "mmol/L"), ("2823-3", "Potassium", "4.1", "mmol/L")), 1
        )
    )
    lignes = "".join(
        f"<tr><td><content ID='r{r}'>{n}</content></td></tr>" for r, n in ((1, "Sodium"), (2, "Potassium"))
    )
    return (
        "<component><structuredBody xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'>"
        f"<component><section><templateId root='1.2.250.1.213.1.1.2.70'/><code code='18719-5' {loinc} "
        "displayName='Biochimie'/><title>Biochimie</title><text>Voir le détail.</text><component><section>"
        f"<templateId root='1.2.250.1.213.1.1.2.71'/><code code='18719-5' {loinc} displayName='Biochimie'/>"
        "<title>Ionogramme</title><text><paragraph>Sang veineux.</paragraph><table><thead><tr><th>Analyse</th></tr>"
        f"</thead><tbody>{lignes}</tbody></table></text>"
        "<entry typeCode='DRIV'><templateId root='1.3.6.1.4.1.19376.1.3.1'/><act classCode='ACT' moodCode='EVN'>"
        f"<code code='18719-5' {loinc} displayName='Biochimie'/><statusCode code='completed'/>{resultats}</act></entry>"
        "</section></component></section></component>"
        f"<component><section><templateId root='1.2.250.1.213.1.1.2.243'/><code code='55108-5' {loinc} "
        "displayName='Copie du document'/><title>Copie du document</title><text><content ID='t'>Copie</content>"
        "<renderMultiMedia referencedObject='copie'/></text><entry><organizer classCode='CLUSTER' moodCode='EVN'>"
        "<statusCode code='completed'/><component><observationMedia classCode='OBS' moodCode='EVN' ID='copie'>"
        "<value mediaType='application/pdf' representation='B64'>"
        f"{base64.encodebytes(pdf_a1()).decode()}</value></observationMedia></component></organizer></entry></section>"
        "</component></structuredBody></component>"
    )
