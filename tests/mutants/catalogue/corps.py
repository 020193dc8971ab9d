"""Mutants : corps, contenus encapsulés, récit."""

from __future__ import annotations

from lxml import etree

from tests.mutants.catalogue.modele import E, R, angle_mort, defaut
from tests.mutants.documents import pdf_a1
from tests.mutants.gestes import attribut, contenu, retirer, texte

CONTENU = "//h:nonXMLBody/h:text | //h:observationMedia/h:value[@mediaType='application/pdf']"
SECTION = "//h:section[h:code]"

CR_BIO_2024 = "self::*[h:templateId[@root='1.2.250.1.213.1.1.1.55'][@extension='2024.01']]"


def repere_en_double(document: etree._Element) -> bool:
    """Donne au deuxième repère le nom du premier."""
    reperes = list(document.iterfind(".//{urn:hl7-org:v3}content[@ID]"))
    if len(reperes) < 2:
        return False
    reperes[1].set("ID", reperes[0].get("ID", ""))
    return True


CORPS = (
    defaut("sans corps", "CDA-COR-01", retirer("h:component"), E, "CDA-ENT-18"),
    defaut("N1 sans mediaType", "CDA-COR-02", attribut("//h:nonXMLBody/h:text", "mediaType", None), ou=("N1",)),
    defaut(
        "N1 en image",
        "CDA-COR-02",
        attribut("//h:nonXMLBody/h:text", "mediaType", "image/jpeg"),
        E,
        "CDA-COR-11",
        ou=("N1",),
    ),
    defaut("sans representation", "CDA-COR-02", attribut(CONTENU, "representation", None)),
    defaut("base64 à caractère étranger", "CDA-COR-03", texte(CONTENU, lambda t: "#" + t)),
    angle_mort("base64 tronqué", "CDA-COR-03", texte(CONTENU, lambda t: "".join(t.split())[:401])),
    defaut("contenu vide", "CDA-COR-03", texte(CONTENU, "")),
    angle_mort("PDF tronqué", "CDA-COR-04", contenu(pdf_a1()[:600], CONTENU), E),
    angle_mort("texte annoncé PDF", "CDA-COR-04", contenu(b"Bonjour", CONTENU)),
    angle_mort("image annoncée PDF", "CDA-COR-04", contenu(b"\xff\xd8\xff\xe0\0\x10JFIF", CONTENU)),
    angle_mort("PDF annoncé texte", "CDA-COR-11", attribut(CONTENU, "mediaType", "text/plain"), E, "CDA-COR-05"),
    defaut(
        "binaire annoncé texte",
        "CDA-COR-11",
        lambda d: (
            attribut(CONTENU, "mediaType", "text/plain")(d)
            and contenu(b"\0\1\2\3", "//h:nonXMLBody/h:text | //h:observationMedia/h:value[@mediaType='text/plain']")(d)
        ),
        E,
        "CDA-COR-05",
    ),
    angle_mort("PDF chiffré", "CDA-COR-12", contenu(pdf_a1(ajout=b"/Encrypt 9 0 R"), CONTENU)),
    angle_mort("PDF sans PDF/A", "CDA-COR-13", contenu(pdf_a1().replace(b"pdfaid:part", b"pdfxxx:part"), CONTENU), R),
    angle_mort("PDF/A-3", "CDA-COR-13", contenu(pdf_a1(partie="3"), CONTENU), R),
    defaut(
        "CR-BIO sans copie PDF",
        "CDA-COR-05",
        retirer(f"{CR_BIO_2024}//h:component[h:section[.//h:observationMedia]]"),
        ou=("N3",),
    ),
    defaut("section sans code", "CDA-COR-06", retirer(f"{SECTION}/h:code"), ou=("N3",)),
    defaut("section sans titre", "CDA-COR-07", retirer("//h:section/h:title"), R, ou=("N3",)),
    defaut("repère en double", "CDA-COR-08", repere_en_double, E, "CDA-COR-09", ou=("N3",)),
    defaut(
        "renvoi sans cible",
        "CDA-COR-08",
        attribut("//h:renderMultiMedia", "referencedObject", "nulle-part"),
        ou=("N3",),
    ),
    defaut(
        "référence sans cible",
        "CDA-COR-09",
        attribut("//h:originalText/h:reference", "value", "#nulle-part"),
        R,
        ou=("N3",),
    ),
    defaut("statut inconnu", "CDA-COR-10", attribut("//h:organizer/h:statusCode", "code", "termine"), ou=("N3",)),
)
