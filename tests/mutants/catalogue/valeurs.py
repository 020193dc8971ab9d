"""Mutants : codes, dates du corps, ordre des dates."""

from __future__ import annotations

from lxml import etree

from steps.verifications.cda.cles import cle_loinc
from tests.mutants.catalogue.modele import A, R, angle_mort, defaut
from tests.mutants.gestes import attribut, inserer

LOINC = "2.16.840.1.113883.6.1"
_TRE_A05 = "1.2.250.1.213.1.1.4.12"
ANALYSE = f"//h:observation/h:code[@codeSystem='{LOINC}'][@code]"
DATE = "//h:observation/h:effectiveTime[@value]"
NAISSANCE = "h:recordTarget/h:patientRole/h:patient/h:birthTime"
INTERPRETABLE = "//h:observation[h:value][not(h:value/following-sibling::*)]"
_ESPACE = "{urn:hl7-org:v3}"


def _autre_cle(code: str) -> str:
    return f"{code[:-1]}{(int(code[-1]) + 3) % 10}"


def _periode_inversee(document: etree._Element) -> bool:
    """Fait d'une date une période qui finit avant de commencer."""
    date = document.find(f".//{_ESPACE}observation/{_ESPACE}effectiveTime[@value]")
    if date is None:
        return False
    del date.attrib["value"]
    etree.SubElement(date, f"{_ESPACE}low", value="20260302")
    etree.SubElement(date, f"{_ESPACE}high", value="20260301")
    return True


def _texte_vide(document: etree._Element) -> bool:
    """Vide le récit de la première section qui en a un."""
    texte = document.find(f".//{_ESPACE}section/{_ESPACE}text")
    if texte is None:
        return False
    for enfant in list(texte):
        texte.remove(enfant)
    texte.text = "\n"
    return True


VALEURS = (
    angle_mort("type à clé fausse", "CDA-COD-01", attribut(f"h:code[@codeSystem='{LOINC}']", "code", _autre_cle)),
    defaut(
        "type hors de JDV_J07",
        "CDA-COD-03",
        attribut(f"h:code[@codeSystem='{LOINC}']", "code", f"99998-{cle_loinc('99998')}"),
        A,
    ),
    defaut(
        "type français inventé",
        "CDA-COD-03",
        lambda d: (
            attribut("h:code", "code", "CR-MAISON")(d)
            and attribut("h:code", "codeSystem", _TRE_A05)(d)
            and attribut("h:code", "codeSystemName", None)(d)
        ),
        A,
    ),
    angle_mort("analyse à clé fausse", "CDA-COD-01", attribut(ANALYSE, "code", "2951-3"), ou=("N3",)),
    angle_mort("analyse à code inventé", "CDA-COD-01", attribut(ANALYSE, "code", "SODIUM"), ou=("N3",)),
    angle_mort("analyse à code local X", "CDA-COD-01", attribut(ANALYSE, "code", "X1234-5"), A, ou=("N3",)),
    angle_mort("réponse LOINC à clé fausse", "CDA-COD-01", attribut(ANALYSE, "code", "LA6626-2"), A, ou=("N3",)),
    angle_mort("LOINC sous un autre OID", "CDA-COD-02", attribut(ANALYSE, "codeSystem", "1.2.3.4"), A, ou=("N3",)),
    angle_mort("LOINC dit SNOMED CT", "CDA-COD-02", attribut(ANALYSE, "codeSystemName", "SNOMED_CT"), ou=("N3",)),
    angle_mort(
        "SNOMED CT à clé fausse",
        "CDA-COD-05",
        inserer(ANALYSE, "<translation code='80891008' codeSystem='2.16.840.1.113883.6.96'/>", -1),
        ou=("N3",),
    ),
    defaut(
        "interprétation inventée",
        "CDA-COD-04",
        inserer(INTERPRETABLE, "<interpretationCode code='ZZZ' codeSystem='2.16.840.1.113883.5.83'/>", -1),
        ou=("N3",),
    ),
    defaut(
        "interprétation inventée sans système",
        "CDA-COD-04",
        inserer(INTERPRETABLE, "<interpretationCode code='ZZZ'/>", -1),
        A,
        ou=("N3",),
    ),
    angle_mort("30 février", "CDA-COR-14", attribut(DATE, "value", "20260230083000+0100"), ou=("N3",)),
    angle_mort("mois 13", "CDA-COR-14", attribut(DATE, "value", "202613"), ou=("N3",)),
    angle_mort("heure 25", "CDA-COR-14", attribut(DATE, "value", "20260227253000+0100"), ou=("N3",)),
    angle_mort("fuseau de 99 heures", "CDA-COR-14", attribut(DATE, "value", "20260227083000+9900"), ou=("N3",)),
    angle_mort("jour et mois intervertis", "CDA-COR-14", attribut(DATE, "value", "20262702"), A, ou=("N3",)),
    angle_mort("jour inconnu à zéro", "CDA-COR-14", attribut(DATE, "value", "20260200"), A, ou=("N3",)),
    angle_mort("période du corps à l'envers", "CDA-COR-15", _periode_inversee, A, ou=("N3",)),
    angle_mort("né après le document", "CDA-PAT-08", attribut(NAISSANCE, "value", "20991231"), A),
    defaut("récit vide", "CDA-COR-07", _texte_vide, R, "CDA-COR-08", "CDA-COR-09", ou=("N3",)),
)
