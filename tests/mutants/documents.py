"""De bons CDA, N1 et N3, sans une remarque : ce que les mutants abîment. Rien n'y vient d'un exemple officiel."""

from __future__ import annotations

import base64

from tests.verifications.cda import fabrique

RPPS = "899900000003"
STRUCTURE = "1990000002"
MATRICULE = fabrique.MATRICULE
SECTION_COPIE = "1.2.250.1.213.1.1.2.243"


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
    """Un CDA que le banc trouve conforme sans une remarque, et le kit officiel aussi, sauf les morceaux donnés."""
    corps = fabrique.corps_n1(pdf_a1()) if niveau == "N1" else corps_n3()
    vrais = {nom: _vrais_numeros(texte) for nom, texte in fabrique.MORCEAUX.items() if nom != "modele"}
    modele = {} if niveau == "N1" else {"modele": fabrique.MORCEAUX["modele"]}
    vrais |= {"telecom": ADRESSE + fabrique.MORCEAUX["telecom"], "corps": corps} | modele
    vrais["prologue"] = fabrique.MORCEAUX["prologue"] + "\n"
    vrais["statut"] = f"<code code='18719-5' {LOINC} displayName='Biochimie'/>{fabrique.MORCEAUX['statut']}"
    vrais["performer"] = _executant(vrais["performer"])
    vrais["componentOf"] = vrais["componentOf"].replace(
        "<location>",
        "<responsibleParty><assignedEntity>" + vrais["performer"].partition("<assignedEntity>")[2].partition("<rep")[0]
        + "</assignedEntity></responsibleParty><location>",
    )  # fmt: skip
    return fabrique.cda(niveau, **(vrais | morceaux))


LOINC = "codeSystem='2.16.840.1.113883.6.1'"
ADRESSE = (
    '<addr use="H"><houseNumber>12</houseNumber><streetName>rue des Essais</streetName>'
    "<postalCode>75000</postalCode><city>PARIS</city></addr>"
)


def _executant(performer: str) -> str:
    """L'exécutant d'un compte rendu de biologie : daté, avec son adresse et celle du laboratoire."""
    adresse = ADRESSE.replace('use="H"', 'use="WP"')
    return (
        performer.replace(
            "<assignedEntity>",
            "<templateId root='1.3.6.1.4.1.19376.1.3.3.1.7'/><time><high value='20261119093000+0100'/></time>"
            "<assignedEntity>",
        )
        .replace("<telecom", f"{adresse}<telecom", 1)
        .replace("</name><standard", f"</name><telecom value='tel:0100000000'/>{adresse}<standard")
    )


def corps_n3() -> str:
    """Un chapitre, une section de deux résultats avec son récit, et la section de la copie PDF."""
    return (
        "<component><structuredBody xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'>"
        + _section("1.3.6.1.4.1.19376.1.3.3.2.1", "1.2.250.1.213.1.1.2.70", _BIOCHIMIE, "Biochimie", _examens())
        + _section("", SECTION_COPIE, _COPIE, "Copie du document", _copie())
        + "</structuredBody></component>"
    )


_BIOCHIMIE = f"<code code='18719-5' {LOINC} displayName='Biochimie'/>"
_COPIE = f"<code code='55108-5' {LOINC} displayName='Copie du document'/>"


def _section(ihe: str, ans: str, code: str, titre: str, contenu: str) -> str:
    modele = f"<templateId root='{ihe}'/>" if ihe else ""
    return (
        f"<component><section>{modele}<templateId root='{ans}'/>"
        f"<id root='1.2.250.1.213.99.1.{len(titre)}.{len(contenu)}'/>"
        f"{code}<title>{titre}</title>{contenu}</section></component>"
    )


def _examens() -> str:
    analyses = (("2951-2", "Sodium", "140", "mmol/L"), ("2823-3", "Potassium", "4.1", "mmol/L"))
    resultats = "".join(
        "<entryRelationship typeCode='COMP'><observation classCode='OBS' moodCode='EVN'>"
        "<templateId root='1.3.6.1.4.1.19376.1.3.1.6'/><templateId root='1.2.250.1.213.1.1.3.80'/>"
        f"<code code='{code}' {LOINC} displayName='{nom}'><originalText><reference value='#r{rang}'/></originalText>"
        "</code><statusCode code='completed'/><effectiveTime value='20261119083000+0100'/>"
        f"<value xsi:type='PQ' value='{valeur}' unit='{unite}'/></observation></entryRelationship>"
        for rang, (code, nom, valeur, unite) in enumerate(analyses, 1)
    )
    lignes = "".join(
        f"<tr><td><content ID='r{rang}'>{nom} : {valeur} {unite}</content></td></tr>"
        for rang, (_, nom, valeur, unite) in enumerate(analyses, 1)
    )
    recit = (
        "<text><paragraph>Sang veineux.</paragraph><table><thead><tr><th>Analyse</th></tr></thead>"
        f"<tbody>{lignes}</tbody></table></text>"
    )
    entree = (
        "<entry typeCode='DRIV'><templateId root='1.3.6.1.4.1.19376.1.3.1'/>"
        "<templateId root='1.2.250.1.213.1.1.3.21'/><act classCode='ACT' moodCode='EVN'>"
        f"{_BIOCHIMIE}<statusCode code='completed'/>{resultats}</act></entry>"
    )
    return _section("1.3.6.1.4.1.19376.1.3.3.2.2", "1.2.250.1.213.1.1.2.71", _BIOCHIMIE, "Ionogramme", recit + entree)


def _copie() -> str:
    racine = "<id root='1.2.250.1.213.99.1.55'"
    nature = (
        "<component><observation classCode='OBS' moodCode='EVN'><templateId root='1.3.6.1.4.1.19376.1.5.3.1.4.13'/>"
        "<templateId root='1.2.250.1.213.1.1.3.48'/><templateId root='1.2.250.1.213.1.1.3.48.18'/>"
        f"{racine} extension='2'/><code code='69764-9' {LOINC} displayName='Type de document'/>"
        "<text><reference value='#t'/></text><statusCode code='completed'/><effectiveTime nullFlavor='NA'/>"
        f"<value xsi:type='CD' code='55108-5' {LOINC} displayName='Copie du document'/></observation></component>"
    )
    return (
        "<text><content ID='t'>Copie</content><renderMultiMedia referencedObject='copie'/></text><entry>"
        "<organizer classCode='CLUSTER' moodCode='EVN'><templateId root='1.2.250.1.213.1.1.3.18'/>"
        f"{racine} extension='1'/><code code='55107-7' {LOINC} displayName='Document attaché'/>"
        f"<statusCode code='completed'/>{nature}<component><observationMedia classCode='OBS' moodCode='EVN' ID='copie'>"
        "<value mediaType='application/pdf' representation='B64'>"
        f"{base64.encodebytes(pdf_a1()).decode()}</value></observationMedia></component></organizer></entry>"
    )
