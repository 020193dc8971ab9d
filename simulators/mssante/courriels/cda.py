"""CDA R2 des documents joints : lettre ou compte rendu non structuré (N1), compte rendu de biologie structuré (N3)."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from simulators.mssante.courriels.modele import LOINC, RACINE_OID, Emetteur, TypeDocument, horodatage
from simulators.mssante.courriels.resultats import INTERPRETATION, RESULTATS, UCUM, ResultatBio
from simulators.socle.identites import IdentiteTest

_HL7 = "urn:hl7-org:v3"
_LAB = "urn:oid:1.3.6.1.4.1.19376.1.3.2"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_PS, _STRUCTURES = "1.2.250.1.71.4.2.1", "1.2.250.1.71.4.2.2"
_PROFESSIONS, _SECTEURS, _CADRES = "1.2.250.1.213.1.1.4.5", "1.2.250.1.71.4.2.4", "1.2.250.1.213.1.1.4.9"
_MODELES = {
    "N1": (("1.3.6.1.4.1.19376.1.2.20", ""),),
    "N3": (("1.3.6.1.4.1.19376.1.3.3", ""), ("1.2.250.1.213.1.1.1.55", "2024.01")),
}
_SEXES = {"M": ("M", "Masculin"), "F": ("F", "Féminin")}
_CHAPITRE = ("18719-5", "Biochimie")


@dataclass(frozen=True, slots=True)
class ContenuCda:
    """Ce qu'il faut pour écrire un CDA. `qualifiee` faux : sans INS, par le seul identifiant local du patient.

    `commentaire` : commentaire général d'un compte rendu structuré. `sortie` : type de sortie (code, libellé) de la
    prise en charge, dont le responsable est alors dit.
    """

    type: TypeDocument
    patient: IdentiteTest
    emetteur: Emetteur
    oid: str
    oid_serie: str
    instant: datetime
    acte: datetime
    pdf: bytes
    version: int = 1
    remplace: str = ""
    qualifiee: bool = True
    resultats: tuple[ResultatBio, ...] = RESULTATS
    commentaire: str = ""
    sortie: tuple[str, str] | None = None


def identifiant_local(patient: IdentiteTest) -> str:
    """Identifiant du patient chez l'émetteur, sans rapport avec son INS."""
    return f"IPP{sum(map(ord, patient.nom_naissance + patient.prenoms[0])):06d}"


def construire(contenu: ContenuCda) -> bytes:
    """Les octets du document, en UTF-8."""
    c = contenu
    racine = etree.Element(f"{{{_HL7}}}ClinicalDocument", nsmap={None: _HL7, "lab": _LAB, "xsi": _XSI})  # type: ignore[dict-item]
    _e(racine, "realmCode", code="FR")
    _e(racine, "typeId", root="2.16.840.1.113883.1.3", extension="POCD_HD000040")
    for oid, version in (("2.16.840.1.113883.2.8.2.1", ""), ("1.2.250.1.213.1.1.1.1", ""), *_MODELES[c.type.niveau]):
        _e(racine, "templateId", root=oid, extension=version)
    _e(racine, "id", root=c.oid)
    _code(racine, "code", (c.type.code, c.type.libelle), LOINC)
    _e(racine, "title", c.type.titre)
    _e(racine, "effectiveTime", value=horodatage(c.instant))
    _code(racine, "confidentialityCode", ("N", "Normal"), "2.16.840.1.113883.5.25")
    _e(racine, "languageCode", code="fr-FR")
    _e(racine, "setId", root=c.oid_serie)
    _e(racine, "versionNumber", value=str(c.version))
    _patient(racine, c)
    auteur = _e(racine, "author")
    _e(auteur, "time", value=horodatage(c.instant))
    _professionnel(_e(auteur, "assignedAuthor"), c.emetteur)
    gardien = _e(_e(racine, "custodian"), "assignedCustodian")
    _structure(gardien, "representedCustodianOrganization", c.emetteur)
    signataire = _e(racine, "legalAuthenticator")
    _e(signataire, "time", value=horodatage(c.instant))
    _e(signataire, "signatureCode", code="S")
    _professionnel(_e(signataire, "assignedEntity"), c.emetteur)
    _acte(racine, c)
    if c.remplace:
        parent = _e(_e(racine, "relatedDocument", typeCode="RPLC"), "parentDocument")
        _e(parent, "id", root=c.remplace)
        _e(parent, "versionNumber", value=str(c.version - 1))
    _venue(racine, c)
    corps = _e(racine, "component")
    if c.type.niveau == "N1":
        texte = base64.b64encode(c.pdf).decode()
        _e(_e(corps, "nonXMLBody"), "text", texte, mediaType="application/pdf", representation="B64")
    else:
        _corps_structure(_e(corps, "structuredBody"), c)
    return etree.tostring(racine, xml_declaration=True, encoding="UTF-8")


def _patient(racine: etree._Element, c: ContenuCda) -> None:
    p = c.patient
    role = _e(_e(racine, "recordTarget"), "patientRole")
    if c.qualifiee:
        _e(role, "id", root=p.oid, extension=p.matricule_ins)
    _e(role, "id", root=f"{RACINE_OID}.1", extension=identifiant_local(p))
    _e(role, "addr", nullFlavor="NAV")
    _e(role, "telecom", nullFlavor="NAV")
    personne = _e(role, "patient", classCode="PSN")
    nom = _e(personne, "name")
    _e(nom, "family", p.nom_naissance, qualifier="BR")
    _e(nom, "given", " ".join(p.prenoms))
    _e(nom, "given", p.prenoms[0], qualifier="BR")
    sexe = _SEXES.get(p.sexe, ("UN", "Indéterminé"))
    _code(personne, "administrativeGenderCode", sexe, "2.16.840.1.113883.5.1")
    _e(personne, "birthTime", value=p.date_naissance.replace("-00", "").replace("-", ""))
    lieu = _e(_e(_e(personne, "birthplace"), "place"), "addr")
    _e(lieu, "county", p.lieu_naissance or "99999")


def _professionnel(parent: etree._Element, emetteur: Emetteur, *, cadre: bool = False) -> None:
    _e(parent, "id", root=_PS, extension=emetteur.identifiant)
    _code(parent, "code", emetteur.profession, _PROFESSIONS)
    _e(parent, "addr", nullFlavor="NAV")
    _e(parent, "telecom", nullFlavor="NAV")
    nom = _e(_e(parent, "assignedPerson"), "name")
    _e(nom, "given", emetteur.prenom)
    _e(nom, "family", emetteur.nom)
    organisation = _structure(parent, "representedOrganization", emetteur)
    if cadre:
        _code(organisation, "standardIndustryClassCode", ("AMBULATOIRE", "Ambulatoire"), _CADRES)


def _structure(parent: etree._Element, balise: str, emetteur: Emetteur) -> etree._Element:
    organisation = _e(parent, balise)
    _e(organisation, "id", root=_STRUCTURES, extension=emetteur.identifiant_structure)
    _e(organisation, "name", emetteur.structure)
    _e(organisation, "telecom", nullFlavor="NAV")
    _e(organisation, "addr", nullFlavor="NAV")
    return organisation


def _acte(racine: etree._Element, c: ContenuCda) -> None:
    structure = c.type.niveau == "N3"
    evenement = _e(_e(racine, "documentationOf"), "serviceEvent")
    if structure:
        _code(evenement, "code", _CHAPITRE, LOINC)
        etree.SubElement(evenement, f"{{{_LAB}}}statusCode").set("code", "completed")
    _e(_e(evenement, "effectiveTime"), "low", value=horodatage(c.acte))
    executant = _e(evenement, "performer", typeCode="PRF")
    if structure:
        _e(executant, "templateId", root="1.3.6.1.4.1.19376.1.3.3.1.7")
        _e(_e(executant, "time"), "high", value=horodatage(c.acte))
    _professionnel(_e(executant, "assignedEntity"), c.emetteur, cadre=True)


def _venue(racine: etree._Element, c: ContenuCda) -> None:
    venue = _e(_e(racine, "componentOf"), "encompassingEncounter")
    _code(venue, "code", ("AMB", "Ambulatoire"), "2.16.840.1.113883.5.4")
    _e(_e(venue, "effectiveTime"), "low", value=horodatage(c.acte))
    if c.sortie:
        _code(venue, "dischargeDispositionCode", c.sortie, "2.16.840.1.113883.12.112")
        _professionnel(_e(_e(venue, "responsibleParty"), "assignedEntity"), c.emetteur)
    lieu = _e(_e(venue, "location"), "healthCareFacility")
    _code(lieu, "code", c.emetteur.secteur, _SECTEURS)
    site = _e(lieu, "location")
    _e(site, "name", c.emetteur.structure)
    _e(site, "addr", nullFlavor="NAV")


def _corps_structure(corps: etree._Element, c: ContenuCda) -> None:
    chapitre = _e(_e(corps, "component"), "section")
    _section(chapitre, "1.3.6.1.4.1.19376.1.3.3.2.1", "1.2.250.1.213.1.1.2.70")
    _e(chapitre, "title", _CHAPITRE[1].upper())
    section = _e(_e(chapitre, "component"), "section")
    _section(section, "1.3.6.1.4.1.19376.1.3.3.2.2", "1.2.250.1.213.1.1.2.71")
    recit = _e(section, "text")
    tableau = _e(recit, "table")
    titres = _e(_e(tableau, "thead"), "tr")
    for titre in ("Analyse", "Résultat"):
        _e(titres, "th", titre)
    lignes = _e(tableau, "tbody")
    for rang, resultat in enumerate(c.resultats, 1):
        ligne = _e(lignes, "tr")
        _e(_e(ligne, "td"), "content", resultat.libelle, ID=f"resultat-{rang}")
        valeur = _e(ligne, "td", f"{resultat.valeur} {resultat.unite}")
        if resultat.ecrit != valeur.text:
            valeur.text = resultat.ecrit.removesuffix(resultat.commentaire)
        if resultat.commentaire:
            _e(valeur, "content", resultat.commentaire, ID=f"commentaire-{rang}")
    entree = _e(section, "entry", typeCode="DRIV")
    _e(entree, "templateId", root="1.3.6.1.4.1.19376.1.3.1")
    _e(entree, "templateId", root="1.2.250.1.213.1.1.3.21")
    acte = _e(entree, "act", classCode="ACT", moodCode="EVN")
    _code(acte, "code", _CHAPITRE, LOINC)
    _e(acte, "statusCode", code="completed")
    for rang, resultat in enumerate(c.resultats, 1):
        _resultat(_e(acte, "entryRelationship", typeCode="COMP"), resultat, rang, c)
    if c.commentaire:
        _e(_e(recit, "paragraph"), "content", c.commentaire, ID="commentaire-general")
        _commentaire(_e(acte, "entryRelationship", typeCode="SUBJ"), "#commentaire-general")
    _copie(_e(_e(corps, "component"), "section"), c)


def _resultat(relation: etree._Element, resultat: ResultatBio, rang: int, c: ContenuCda) -> None:
    observation = _e(relation, "observation", classCode="OBS", moodCode="EVN")
    _e(observation, "templateId", root="1.3.6.1.4.1.19376.1.3.1.6")
    _e(observation, "templateId", root="1.2.250.1.213.1.1.3.80")
    quoi = _code(observation, "code", (resultat.code, resultat.libelle), LOINC)
    _e(_e(quoi, "originalText"), "reference", value=f"#resultat-{rang}")
    _e(observation, "statusCode", code="completed")
    _e(observation, "effectiveTime", value=horodatage(c.acte))
    valeur = _e(observation, "value", value=resultat.valeur, unit=resultat.unite)
    valeur.set(f"{{{_XSI}}}type", "PQ")
    if resultat.autre:
        _e(valeur, "translation", value=resultat.autre[0], code=resultat.autre[1], codeSystem=UCUM)
    if resultat.interpretation:
        _e(observation, "interpretationCode", code=resultat.interpretation, codeSystem=INTERPRETATION)
    if resultat.commentaire:
        _commentaire(_e(observation, "entryRelationship", typeCode="SUBJ"), f"#commentaire-{rang}")
    if any(resultat.intervalle):
        plage = _e(_e(observation, "referenceRange"), "observationRange", classCode="OBS", moodCode="EVN.CRT")
        bornes = _e(plage, "value")
        bornes.set(f"{{{_XSI}}}type", "IVL_PQ")
        for nom, borne in zip(("low", "high"), resultat.intervalle, strict=True):
            if borne:
                _e(bornes, nom, value=borne, unit=resultat.unite)
        _e(plage, "interpretationCode", code="N", codeSystem=INTERPRETATION)


def _commentaire(relation: etree._Element, repere: str) -> None:
    """Entrée FR-Commentaire-ER, qui cite un passage du récit."""
    acte = _e(relation, "act", classCode="ACT", moodCode="EVN")
    for modele in ("2.16.840.1.113883.10.20.1.40", "1.3.6.1.4.1.19376.1.5.3.1.4.2", "1.2.250.1.213.1.1.3.32"):
        _e(acte, "templateId", root=modele)
    _code(acte, "code", ("48767-8", "Commentaire"), LOINC)
    _e(_e(acte, "text"), "reference", value=repere)
    _e(acte, "statusCode", code="completed")


def _section(section: etree._Element, *modeles: str) -> None:
    for modele in modeles:
        _e(section, "templateId", root=modele)
    _code(section, "code", _CHAPITRE, LOINC)


def _copie(section: etree._Element, c: ContenuCda) -> None:
    """Section de la copie du document : le PDF, encapsulé."""
    copie = ("55108-5", "Copie du document")
    _e(section, "templateId", root="1.2.250.1.213.1.1.2.243")
    _e(section, "id", root=f"{c.oid}.1")
    _code(section, "code", copie, LOINC)
    _e(section, "title", copie[1])
    corps = _e(_e(_e(section, "text"), "table"), "tbody")
    _e(_e(_e(corps, "tr"), "td"), "content", "Copie PDF du compte rendu", ID="titre-copie")
    _e(_e(_e(corps, "tr"), "td"), "renderMultiMedia", referencedObject="copie")
    groupe = _e(_e(section, "entry"), "organizer", classCode="CLUSTER", moodCode="EVN")
    _e(groupe, "templateId", root="1.2.250.1.213.1.1.3.18")
    _e(groupe, "id", root=f"{c.oid}.2")
    _code(groupe, "code", ("55107-7", "Document attaché"), LOINC)
    _e(groupe, "statusCode", code="completed")
    nature = _e(_e(groupe, "component"), "observation", classCode="OBS", moodCode="EVN")
    for modele in ("1.3.6.1.4.1.19376.1.5.3.1.4.13", "1.2.250.1.213.1.1.3.48", "1.2.250.1.213.1.1.3.48.18"):
        _e(nature, "templateId", root=modele)
    _e(nature, "id", root=f"{c.oid}.3")
    _code(nature, "code", ("69764-9", "Type de document"), LOINC)
    _e(_e(nature, "text"), "reference", value="#titre-copie")
    _e(nature, "statusCode", code="completed")
    _e(nature, "effectiveTime", nullFlavor="NA")
    _code(nature, "value", copie, LOINC).set(f"{{{_XSI}}}type", "CD")
    media = _e(_e(groupe, "component"), "observationMedia", classCode="OBS", moodCode="EVN", ID="copie")
    texte = base64.b64encode(c.pdf).decode()
    _e(media, "value", texte, mediaType="application/pdf", representation="B64")


def _e(parent: etree._Element, nom: str, texte: str = "", **attributs: str) -> etree._Element:
    """Ajoute un élément HL7 v3 ; un attribut vide est omis."""
    garder = {cle: valeur for cle, valeur in attributs.items() if valeur}
    element = etree.SubElement(parent, f"{{{_HL7}}}{nom}", garder)
    if texte:
        element.text = texte
    return element


def _code(parent: etree._Element, nom: str, valeur: tuple[str, str], systeme: str) -> etree._Element:
    return _e(parent, nom, code=valeur[0], displayName=valeur[1], codeSystem=systeme)
