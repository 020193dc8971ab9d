"""Compte rendu de biologie N3 d'un laboratoire extérieur, chaque résultat avec son code d'interprétation."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from lxml import etree

from steps.flux.documents import (
    CDA,
    AuteurDocument,
    EnvoiDocument,
    SectionDocument,
    StructureEmettrice,
    compte_rendu_structure,
    pdf_simple,
)
from steps.flux.identite import IdentiteUsager

_LOINC = "2.16.840.1.113883.6.1"
_INTERPRETATION = "2.16.840.1.113883.5.83"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_CHIMIE = "18719-5"
_MODELES = (
    {"root": "1.3.6.1.4.1.19376.1.3.3"},
    {"root": "1.2.250.1.213.1.1.1.55", "extension": "2024.01"},
)


@dataclass(frozen=True, slots=True)
class ResultatRecu:
    """Un résultat. `interpretation` : code HL7 (N normal, HH ou LL critique haut ou bas, AA anormal critique)."""

    code: str
    libelle: str
    valeur: str
    unite: str
    interpretation: str = "N"


def compte_rendu_de_biologie(
    identite: IdentiteUsager,
    auteur: AuteurDocument,
    structure: StructureEmettrice,
    envoi: EnvoiDocument,
    resultats: tuple[ResultatRecu, ...],
    *,
    prescripteur: str = "",
) -> bytes:
    """CR-Bio (11502-2), une observation par résultat. `prescripteur` : PS_IdNat du demandeur, s'il est dit."""
    recit = tuple(f"{r.libelle} : {r.valeur} {r.unite}" for r in resultats)
    section = SectionDocument(_CHIMIE, "Biochimie", recit)
    racine = etree.fromstring(compte_rendu_structure(identite, auteur, structure, envoi, (section,)))
    code = racine.find(f"{{{CDA}}}code")
    identifiant = racine.find(f"{{{CDA}}}id")
    titre = racine.find(f"{{{CDA}}}title")
    realisation = racine.find(f"{{{CDA}}}documentationOf")
    corps = racine.find(f".//{{{CDA}}}section")
    assert (
        code is not None
        and identifiant is not None
        and titre is not None
        and realisation is not None
        and corps is not None
    )
    code.set("code", "11502-2")
    code.set("displayName", "CR d'examens biologiques")
    for modele in _MODELES:
        identifiant.addprevious(etree.Element(f"{{{CDA}}}templateId", attrib=modele))
    titre.text = "Compte rendu d'examens biologiques"
    if prescripteur:
        realisation.addprevious(_demandeur(prescripteur, envoi))
    acte = _element(_element(corps, "entry"), "act", classCode="ACT", moodCode="EVN")
    _element(acte, "templateId", root="1.3.6.1.4.1.19376.1.3.1")
    _element(acte, "code", code=_CHIMIE, displayName="Biochimie", codeSystem=_LOINC)
    _element(acte, "statusCode", code="completed")
    for resultat in resultats:
        _observation(_element(acte, "entryRelationship", typeCode="COMP"), resultat, envoi)
    _copie(racine, pdf_simple(titre.text, recit))
    return etree.tostring(racine, xml_declaration=True, encoding="UTF-8")


def _copie(racine: etree._Element, pdf: bytes) -> None:
    """La copie PDF du compte rendu, en dernière section."""
    corps = racine.find(f".//{{{CDA}}}structuredBody")
    assert corps is not None
    section = _element(_element(corps, "component"), "section")
    _element(section, "templateId", root="1.2.250.1.213.1.1.2.243")
    _element(section, "code", code="55108-5", displayName="Copie du document", codeSystem=_LOINC)
    _element(section, "title").text = "Copie du document"
    _element(_element(section, "text"), "renderMultiMedia", referencedObject="copie")
    media = _element(_element(section, "entry"), "observationMedia", classCode="OBS", moodCode="EVN", ID="copie")
    contenu = _element(media, "value", mediaType="application/pdf", representation="B64")
    contenu.text = base64.b64encode(pdf).decode("ascii")


def _demandeur(prescripteur: str, envoi: EnvoiDocument) -> etree._Element:
    participant = etree.Element(f"{{{CDA}}}participant", typeCode="REF")
    _element(participant, "templateId", root="1.3.6.1.4.1.19376.1.3.3.1.6")
    _element(_element(participant, "time"), "high", value=envoi.horodatage)
    associe = _element(participant, "associatedEntity", classCode="PROV")
    _element(associe, "id", root="1.2.250.1.71.4.2.1", extension=prescripteur)
    _element(associe, "addr", nullFlavor="NAV")
    _element(associe, "telecom", nullFlavor="NAV")
    return participant


def _observation(parent: etree._Element, resultat: ResultatRecu, envoi: EnvoiDocument) -> None:
    observation = _element(parent, "observation", classCode="OBS", moodCode="EVN")
    for modele in ("1.3.6.1.4.1.19376.1.3.1.6", "1.2.250.1.213.1.1.3.80"):
        _element(observation, "templateId", root=modele)
    _element(observation, "code", code=resultat.code, displayName=resultat.libelle, codeSystem=_LOINC)
    _element(observation, "statusCode", code="completed")
    _element(observation, "effectiveTime", value=envoi.horodatage)
    valeur = _element(observation, "value", value=resultat.valeur, unit=resultat.unite)
    valeur.set(f"{{{_XSI}}}type", "PQ")
    _element(observation, "interpretationCode", code=resultat.interpretation, codeSystem=_INTERPRETATION)


def _element(parent: etree._Element, balise: str, **attributs: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{CDA}}}{balise}", attrib=attributs)
