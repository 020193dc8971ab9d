"""Mutants : structure."""

from __future__ import annotations

from tests.mutants.catalogue.modele import E, Mutant, defaut
from tests.mutants.gestes import apres, attribut, doubler, inserer, renommer, retirer, texte

PATIENT = "h:recordTarget/h:patientRole/h:patient"
ACTE = "h:documentationOf[1]/h:serviceEvent"
CONTENU = "//h:nonXMLBody/h:text | //h:observationMedia/h:value[@mediaType='application/pdf']"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"


STRUCTURE = (
    defaut("title avant code", "CDA-STR-01", apres("h:title", "h:id")),
    defaut("custodian après legalAuthenticator", "CDA-STR-01", apres("h:custodian", "h:legalAuthenticator")),
    defaut("élément inconnu de hl7", "CDA-STR-01", inserer("h:recordTarget/h:patientRole", "<matricule/>", -1)),
    defaut(
        "faute de casse", "CDA-STR-01", renommer(f"{PATIENT}/h:birthTime", "{urn:hl7-org:v3}birthtime"), E, "CDA-PAT-04"
    ),
    Mutant(
        "sans espace de noms",
        "CDA-STR-01",
        aussi=frozenset({"CDA-PAT-04"}),
        octets=lambda d: d.replace(b"<birthplace>", b'<birthplace xmlns="">'),
    ),
    defaut("texte égaré", "CDA-STR-01", texte("h:author", "auteur")),
    defaut("HTML dans le récit", "CDA-STR-01", inserer("//h:section[h:text]/h:text", "<p>HTML</p>"), ou=("N3",)),
    defaut("ligne hors du tableau", "CDA-STR-01", inserer("//h:text/h:table", "<tr><td/></tr>"), ou=("N3",)),
    defaut("low et center", "CDA-STR-01", inserer(f"{ACTE}/h:effectiveTime[h:low]", "<center/>", 1)),
    defaut("author sans time", "CDA-ACT-01", retirer("h:author/h:time")),
    defaut("author sans assignedAuthor", "CDA-ACT-01", retirer("h:author/h:assignedAuthor")),
    defaut("deux patientRole", "CDA-STR-02", doubler("h:recordTarget/h:patientRole")),
    defaut("observation sans code", "CDA-STR-02", retirer("//h:observation/h:code"), ou=("N3",)),
    defaut("organizer sans statut", "CDA-STR-02", retirer("//h:organizer/h:statusCode"), ou=("N3",)),
    defaut("observation sans classCode", "CDA-STR-03", attribut("//h:observation", "classCode", None), ou=("N3",)),
    defaut("attribut inconnu", "CDA-STR-03", attribut("h:custodian", "role", "x")),
    defaut("value sur un code", "CDA-STR-03", attribut("h:languageCode", "displayName", "français")),
    defaut("OID à zéro de tête", "CDA-STR-04", attribut("h:setId", "root", "1.2.250.01.3")),
    defaut(
        "date mal écrite",
        "CDA-STR-04",
        attribut("//h:observation/h:effectiveTime[@value]", "value", "2026-11-19"),
        ou=("N3",),
    ),
    defaut("booléen en chiffre", "CDA-STR-04", attribut("//h:observation", "negationInd", "0"), ou=("N3",)),
    defaut("virgule décimale", "CDA-STR-04", attribut("//h:observation/h:value[@value]", "value", "4,1"), ou=("N3",)),
    defaut("classCode fixé", "CDA-STR-04", attribut("h:custodian", "typeCode", "AUT")),
    defaut("code avec une espace", "CDA-STR-04", attribut("//h:section/h:code", "code", "18719 5"), ou=("N3",)),
    defaut("codage inconnu", "CDA-COR-02", attribut(CONTENU, "representation", "HEX")),
    defaut(
        "nullFlavor inconnu",
        "CDA-STR-04",
        attribut("//h:observation/h:effectiveTime", "nullFlavor", "RIEN"),
        ou=("N3",),
    ),
    defaut("value sans xsi:type", "CDA-STR-05", attribut("//h:observation/h:value", XSI_TYPE, None), ou=("N3",)),
    defaut("xsi:type inconnu", "CDA-STR-05", attribut("//h:observation/h:value", XSI_TYPE, "Nombre"), ou=("N3",)),
    defaut(
        "xsi:type d'un préfixe non déclaré",
        "CDA-STR-05",
        attribut("//h:observation/h:value", XSI_TYPE, "v3:PQ"),
        ou=("N3",),
    ),
    defaut(
        "élément d'un éditeur", "CDA-STR-06", inserer("h:recordTarget/h:patientRole", "<x xmlns='urn:editeur'/>", -1)
    ),
    defaut("extension mal placée", "CDA-STR-01", inserer("h:custodian", "<statusCode xmlns='urn:hl7-org:sdtc'/>", -1)),
)
