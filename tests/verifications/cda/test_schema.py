"""Le schéma XSD : verdict de libxml2, refus déjà expliqués non redits, seconde lecture au seul besoin."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from reports.verdict import Verdict
from steps.verifications.cda.schema import ErreurSchema, valide_pour_le_schema
from steps.verifications.cda.structurel import PLACE

_XSD = etree.XMLSchema(
    etree.fromstring(
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:hl7-org:v3" '
        'elementFormDefault="qualified"><xs:element name="ClinicalDocument"><xs:complexType><xs:sequence>'
        '<xs:element name="id"><xs:complexType><xs:attribute name="root" use="required"/></xs:complexType></xs:element>'
        '<xs:element name="title" type="xs:string"/></xs:sequence></xs:complexType></xs:element></xs:schema>'
    )
)


def _document(contenu: str) -> etree._Element:
    return etree.fromstring(f"<ClinicalDocument xmlns='urn:hl7-org:v3'>\n{contenu}</ClinicalDocument>")


def test_valide() -> None:
    """Un document valide donne un constat respecté, et aucune seconde lecture."""

    def relire(_: etree._Element) -> Sequence[ErreurSchema]:
        raise AssertionError("rien à relire")

    [constat] = valide_pour_le_schema(_document("<id root='1.2'/><title>t</title>"), _XSD, relire)
    assert constat.verdict is Verdict.CONFORME


def test_enveloppe_et_sous_arbre() -> None:
    """Seul le sous-arbre est validé."""
    enveloppe = etree.fromstring(
        "<x><ClinicalDocument xmlns='urn:hl7-org:v3'><id root='1'/><title/></ClinicalDocument></x>"
    )
    [constat] = valide_pour_le_schema(enveloppe[0], _XSD)
    assert constat.verdict is Verdict.CONFORME


def test_refus() -> None:
    """Un refus dit où, ce que reproche libxml2 et ce qu'en dit la seconde lecture."""
    document = _document("<id/><title>t</title>")
    relus = [ErreurSchema(2, "attribut root requis", "ClinicalDocument/id")]
    [constat] = valide_pour_le_schema(document, _XSD, lambda _: relus)
    assert constat.verdict is Verdict.NON_CONFORME
    assert constat.ou == "ClinicalDocument/id (ligne 2)"
    assert "libxml2" in constat.recu
    assert "attribut root requis (xmlschema)" in constat.recu
    assert "{urn" not in constat.recu


def test_refus_deja_explique() -> None:
    """Ce que le banc dit déjà du même lieu n'est pas redit, mais le verdict du schéma reste."""
    deja = [PLACE.enfreinte("x", attendu="title", recu="x", ou="ClinicalDocument/autre (ligne 2)")]
    document = _document("<id root='1.2'/><autre/>")
    [constat] = valide_pour_le_schema(document, _XSD, lambda _: [], deja)
    assert constat.verdict is Verdict.NON_CONFORME
    assert "disent déjà" in constat.message


def test_element_absent_deja_explique() -> None:
    """Le schéma se plaint du parent, le banc de l'élément qui manque : c'est la même faute."""
    deja = [PLACE.enfreinte("x", attendu="title", recu="rien", ou="ClinicalDocument/title (ligne 2)")]
    [constat] = valide_pour_le_schema(_document("<id root='1.2'/>"), _XSD, lambda _: [], deja)
    assert "disent déjà" in constat.message


def test_faute_d_ailleurs() -> None:
    """Ce que le banc dit d'un autre lieu n'explique pas l'erreur du schéma : elle se dit en entier."""
    ailleurs = [PLACE.enfreinte("x", attendu="x", recu="y", ou="ClinicalDocument/component/structuredBody (ligne 9)")]
    constats = valide_pour_le_schema(_document("<id/><title>t</title>"), _XSD, lambda _: [], ailleurs)
    assert [(c.verdict, c.ou) for c in constats] == [(Verdict.NON_CONFORME, "ClinicalDocument/id (ligne 2)")]
