"""Documents de santé d'un émetteur extérieur, que le banc fait recevoir au logiciel : CDA R2 niveau 1 avec un PDF.

Ni horloge ni hasard : identifiants, instants, auteur et structure sont donnés par l'appelant.
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass, replace
from datetime import datetime

from lxml import etree
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas

from steps.flux.identite import IdentiteUsager

CDA = "urn:hl7-org:v3"
LIEU_INCONNU = "99999"
_LOINC = "2.16.840.1.113883.6.1"
_PROFESSIONS = "1.2.250.1.213.1.1.4.5"
_SEXES = {"M": ("M", "Masculin"), "F": ("F", "Féminin"), "I": ("UN", "Indifférencié")}


@dataclass(frozen=True, slots=True)
class AuteurDocument:
    """Le professionnel qui signe. `identifiant` : PS_IdNat (8 suivi du RPPS). `profession` : code et libellé."""

    identifiant: str
    nom: str
    prenom: str
    profession: tuple[str, str] = ("G15_10/SM26", "Médecin - Qualifié en Médecine Générale (SM)")


@dataclass(frozen=True, slots=True)
class StructureEmettrice:
    """L'établissement ou le cabinet. `identifiant` : Struct_IdNat ; `domaine` : OID de son domaine d'identification."""

    identifiant: str
    nom: str
    domaine: str
    telephone: str = "tel:0199009900"


@dataclass(frozen=True, slots=True)
class EnvoiDocument:
    """Un document daté et identifié. `oid` est unique par version ; `instant` porte son décalage horaire."""

    oid: str
    oid_lot: str
    instant: datetime
    patient_id: str
    version: int = 1
    remplace: str = ""
    """`oid` de la version remplacée, vide pour une première version."""

    @property
    def horodatage(self) -> str:
        """Date HL7 avec décalage, par exemple 20250912093000+0200."""
        if self.instant.tzinfo is None:
            raise ValueError("l'instant d'un document porte un décalage horaire")
        return self.instant.strftime("%Y%m%d%H%M%S%z")


@dataclass(frozen=True, slots=True)
class SectionDocument:
    """Une section d'un document structuré : code LOINC, titre, paragraphes de son récit, sous-sections."""

    code: str
    titre: str
    paragraphes: tuple[str, ...]
    sections: tuple[SectionDocument, ...] = ()


@dataclass(frozen=True, slots=True)
class _Modele:
    code: str
    libelle: str
    titre: str
    prise_en_charge: tuple[str, str]
    paragraphes: tuple[str, ...]
    sections: tuple[SectionDocument, ...] = ()
    feuille: str = ""


_LETTRE = _Modele(
    "11490-0",
    "Lettre de liaison à la sortie d'un établissement de soins",
    "Lettre de liaison à la sortie de l'établissement de santé",
    ("IMP", "Hospitalisation (établissement, y compris HAD)"),
    ("Document fictif produit par le banc d'essai.", "Sortie à domicile. Contrôle biologique dans un mois."),
)
_RESULTAT = _Modele(
    "11502-2",
    "CR d'examens biologiques",
    "Compte rendu d'examens biologiques",
    ("AMB", "Ambulatoire"),
    ("Document fictif produit par le banc d'essai.", "Glucose (sérum) : 5,1 mmol/L (4,1 à 5,9)"),
)

_CONSULTATION = _Modele("11488-4", "CR de consultation", "Compte rendu de consultation", ("AMB", "Ambulatoire"), ())


def lettre_de_liaison(
    identite: IdentiteUsager,
    auteur: AuteurDocument,
    structure: StructureEmettrice,
    envoi: EnvoiDocument,
    *,
    mention: str = "",
) -> bytes:
    """Lettre de liaison à la sortie (11490-0), CDA R2 niveau 1. L'INS y est si l'identité en porte une.

    `mention` : ligne ajoutée au corps, à laquelle on reconnaît cette lettre parmi d'autres.
    """
    modele = replace(_LETTRE, paragraphes=(*_LETTRE.paragraphes, mention)) if mention else _LETTRE
    return _document(modele, identite, auteur, structure, envoi)


def resultat_de_biologie(
    identite: IdentiteUsager, auteur: AuteurDocument, structure: StructureEmettrice, envoi: EnvoiDocument
) -> bytes:
    """Compte rendu d'examens de biologie (11502-2) d'un autre laboratoire, CDA R2 niveau 1."""
    return _document(_RESULTAT, identite, auteur, structure, envoi)


def compte_rendu_structure(
    identite: IdentiteUsager,
    auteur: AuteurDocument,
    structure: StructureEmettrice,
    envoi: EnvoiDocument,
    sections: tuple[SectionDocument, ...],
    *,
    feuille: str = "",
) -> bytes:
    """Compte rendu de consultation (11488-4), CDA R2 N3. `feuille` : nom de la feuille de style qui l'accompagne."""
    return _document(replace(_CONSULTATION, sections=sections, feuille=feuille), identite, auteur, structure, envoi)


def pdf_simple(titre: str, paragraphes: tuple[str, ...]) -> bytes:
    """Un PDF d'une page ; mêmes octets pour le même contenu."""
    tampon = io.BytesIO()
    page = canvas.Canvas(tampon, pagesize=A4, invariant=1)
    page.setTitle(titre)
    page.setFont("Helvetica-Bold", 14)
    page.drawString(60, 780, titre)
    page.setFont("Helvetica", 10)
    for rang, ligne in enumerate(paragraphes):
        page.drawString(60, 750 - 16 * rang, ligne)
    page.save()
    return tampon.getvalue()


def _document(
    modele: _Modele,
    identite: IdentiteUsager,
    auteur: AuteurDocument,
    structure: StructureEmettrice,
    envoi: EnvoiDocument,
) -> bytes:
    racine = etree.fromstring(f'<ClinicalDocument xmlns="{CDA}"/>')
    _ajouter(racine, "realmCode", code="FR")
    _ajouter(racine, "typeId", root="2.16.840.1.113883.1.3", extension="POCD_HD000040")
    modeles = ("2.16.840.1.113883.2.8.2.1", "1.2.250.1.213.1.1.1.1")
    for oid in modeles if modele.sections else (*modeles, "1.3.6.1.4.1.19376.1.2.20"):
        _ajouter(racine, "templateId", root=oid)
    _ajouter(racine, "id", root=envoi.oid)
    _ajouter(racine, "code", code=modele.code, displayName=modele.libelle, codeSystem=_LOINC, codeSystemName="LOINC")
    _ajouter(racine, "title", modele.titre)
    _ajouter(racine, "effectiveTime", value=envoi.horodatage)
    _ajouter(racine, "confidentialityCode", code="N", displayName="Normal", codeSystem="2.16.840.1.113883.5.25")
    _ajouter(racine, "languageCode", code="fr-FR")
    _ajouter(racine, "setId", root=envoi.oid_lot)
    _ajouter(racine, "versionNumber", value=str(envoi.version))
    _patient(racine, identite, structure, envoi)
    _auteur(racine, auteur, structure, envoi)
    _conservateur(racine, structure)
    _responsable(racine, auteur, structure, envoi)
    _acte(racine, modele, auteur, structure, envoi)
    if modele.sections:
        _sections(_ajouter(_ajouter(racine, "component"), "structuredBody"), modele.sections)
    else:
        _corps(racine, modele)
    if modele.feuille:
        racine.addprevious(etree.ProcessingInstruction("xml-stylesheet", f'type="text/xsl" href="{modele.feuille}"'))
    return etree.tostring(racine.getroottree(), xml_declaration=True, encoding="UTF-8")


def _patient(
    racine: etree._Element, identite: IdentiteUsager, structure: StructureEmettrice, envoi: EnvoiDocument
) -> None:
    role = _ajouter(_ajouter(racine, "recordTarget"), "patientRole")
    if identite.matricule_ins:
        _ajouter(role, "id", extension=identite.matricule_ins, root=identite.oid_ins)
    _ajouter(role, "id", extension=envoi.patient_id, root=structure.domaine)
    _ajouter(role, "addr", nullFlavor="NAV")
    _ajouter(role, "telecom", nullFlavor="NAV")
    patient = _ajouter(role, "patient", classCode="PSN")
    nom = _ajouter(patient, "name")
    _ajouter(nom, "family", identite.nom_naissance, qualifier="BR")
    _ajouter(nom, "given", identite.prenoms_naissance)
    _ajouter(nom, "given", identite.premier_prenom_naissance, qualifier="BR")
    if identite.nom_utilise:
        _ajouter(nom, "family", identite.nom_utilise, qualifier="CL")
    if identite.prenom_utilise:
        _ajouter(nom, "given", identite.prenom_utilise, qualifier="CL")
    sexe, libelle = _SEXES.get(identite.sexe, ("UN", "Indifférencié"))
    _ajouter(patient, "administrativeGenderCode", code=sexe, displayName=libelle, codeSystem="2.16.840.1.113883.5.1")
    _ajouter(patient, "birthTime", value=identite.date_naissance.replace("-", ""))
    lieu = _ajouter(_ajouter(_ajouter(patient, "birthplace"), "place"), "addr")
    _ajouter(lieu, "county", identite.code_lieu_naissance or LIEU_INCONNU)


def _auteur(
    racine: etree._Element, auteur: AuteurDocument, structure: StructureEmettrice, envoi: EnvoiDocument
) -> None:
    element = _ajouter(racine, "author")
    _ajouter(element, "time", value=envoi.horodatage)
    _personne(_ajouter(element, "assignedAuthor"), auteur, structure)


def _conservateur(racine: etree._Element, structure: StructureEmettrice) -> None:
    parent = _ajouter(_ajouter(racine, "custodian"), "assignedCustodian")
    organisation = _ajouter(parent, "representedCustodianOrganization")
    _ajouter(organisation, "id", root="1.2.250.1.71.4.2.2", extension=structure.identifiant)
    _ajouter(organisation, "name", structure.nom)
    _ajouter(organisation, "telecom", value=structure.telephone, use="WP")
    _ajouter(organisation, "addr", nullFlavor="NAV")


def _responsable(
    racine: etree._Element, auteur: AuteurDocument, structure: StructureEmettrice, envoi: EnvoiDocument
) -> None:
    element = _ajouter(racine, "legalAuthenticator")
    _ajouter(element, "time", value=envoi.horodatage)
    _ajouter(element, "signatureCode", code="S")
    _personne(_ajouter(element, "assignedEntity"), auteur, structure)


def _acte(
    racine: etree._Element,
    modele: _Modele,
    auteur: AuteurDocument,
    structure: StructureEmettrice,
    envoi: EnvoiDocument,
) -> None:
    evenement = _ajouter(_ajouter(racine, "documentationOf"), "serviceEvent")
    code, libelle = modele.prise_en_charge
    _ajouter(evenement, "code", code=code, displayName=libelle, codeSystem="2.16.840.1.113883.5.4")
    _ajouter(_ajouter(evenement, "effectiveTime"), "low", value=envoi.horodatage)
    executant = _ajouter(evenement, "performer", typeCode="PRF")
    _personne(_ajouter(executant, "assignedEntity"), auteur, structure, cadre=True)
    if envoi.remplace:
        remplacee = _ajouter(_ajouter(racine, "relatedDocument", typeCode="RPLC"), "parentDocument")
        _ajouter(remplacee, "id", root=envoi.remplace)
        _ajouter(remplacee, "setId", root=envoi.oid_lot)
    prise = _ajouter(_ajouter(racine, "componentOf"), "encompassingEncounter")
    _ajouter(_ajouter(prise, "effectiveTime"), "low", value=envoi.horodatage)
    lieu = _ajouter(_ajouter(prise, "location"), "healthCareFacility")
    _ajouter(lieu, "code", code="SA01", displayName="Etablissement public de santé", codeSystem="1.2.250.1.71.4.2.4")


def _sections(parent: etree._Element, sections: tuple[SectionDocument, ...]) -> None:
    for contenu in sections:
        section = _ajouter(_ajouter(parent, "component"), "section")
        _ajouter(section, "code", code=contenu.code, codeSystem=_LOINC)
        _ajouter(section, "title", contenu.titre)
        recit = _ajouter(section, "text")
        for paragraphe in contenu.paragraphes:
            _ajouter(recit, "paragraph", paragraphe)
        _sections(section, contenu.sections)


def _corps(racine: etree._Element, modele: _Modele) -> None:
    corps = _ajouter(_ajouter(racine, "component"), "nonXMLBody")
    contenu = base64.b64encode(pdf_simple(modele.titre, modele.paragraphes)).decode("ascii")
    _ajouter(corps, "text", contenu, mediaType="application/pdf", representation="B64")


def _personne(
    parent: etree._Element, auteur: AuteurDocument, structure: StructureEmettrice, *, cadre: bool = False
) -> None:
    _ajouter(parent, "id", root="1.2.250.1.71.4.2.1", extension=auteur.identifiant)
    code, libelle = auteur.profession
    _ajouter(parent, "code", code=code, displayName=libelle, codeSystem=_PROFESSIONS)
    _ajouter(parent, "addr", nullFlavor="NAV")
    _ajouter(parent, "telecom", value=structure.telephone, use="WP")
    nom = _ajouter(_ajouter(parent, "assignedPerson"), "name")
    _ajouter(nom, "family", auteur.nom)
    _ajouter(nom, "given", auteur.prenom)
    organisation = _ajouter(parent, "representedOrganization")
    _ajouter(organisation, "id", root="1.2.250.1.71.4.2.2", extension=structure.identifiant)
    _ajouter(organisation, "name", structure.nom)
    if cadre:
        _ajouter(
            organisation,
            "standardIndustryClassCode",
            code="ETABLISSEMENT",
            displayName="Etablissement de santé",
            codeSystem="1.2.250.1.213.1.1.4.9",
        )


def _ajouter(parent: etree._Element, balise: str, texte: str = "", **attributs: str) -> etree._Element:
    element = etree.SubElement(parent, f"{{{CDA}}}{balise}", attrib=attributs)
    if texte:
        element.text = texte
    return element
