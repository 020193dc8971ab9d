"""En-tête d'un CDA R2 : les quelques faits que le DMP rapproche des métadonnées. Le corps n'est pas lu."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from lxml import etree

from simulators.dmp.ebrim import Auteur, Code
from simulators.dmp.vihf import Ins
from simulators.dmp.xml import NS, ErreurXml, refuser_dtd_du_fichier

_HL7 = NS["hl7"]
_OID_INS = frozenset(f"1.2.250.1.213.1.4.{suffixe}" for suffixe in (8, 9, 10, 11))
OID_PS = "1.2.250.1.71.4.2.1"
OID_STRUCTURE = "1.2.250.1.71.4.2.2"


@dataclass(frozen=True)
class EnteteCda:
    """Ce qui est lu de l'en-tête ; chaîne vide ou None si absent."""

    unique_id: str = ""
    code: Code | None = None
    titre: str = ""
    date: str = ""
    confidentialite: Code | None = None
    langue: str = ""
    ins: Ins | None = None
    identifiants_patient: tuple[tuple[str, str], ...] = ()
    nom: str = ""
    prenoms: str = ""
    sexe: str = ""
    naissance: str = ""
    auteurs: tuple[Auteur, ...] = ()
    responsable: str = ""
    debut_acte: str = ""
    fin_acte: str = ""
    cadre_exercice: Code | None = None
    lieu: Code | None = None
    remplace: str = ""


def lire_entete(fichier: BinaryIO) -> EnteteCda:
    """Lit l'en-tête jusqu'au premier `component` ; lève `ErreurXml` si ce n'est pas un CDA lisible."""
    refuser_dtd_du_fichier(fichier)
    fichier.seek(0)
    lecture = etree.iterparse(
        fichier,
        events=("start",),
        tag=(f"{{{_HL7}}}component", f"{{{_HL7}}}ClinicalDocument"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    racine: etree._Element | None = None
    try:
        for _, element in lecture:
            if element.tag == f"{{{_HL7}}}ClinicalDocument":
                racine = element
            elif element.getparent() is racine:
                break
    except etree.XMLSyntaxError as erreur:
        raise ErreurXml(f"CDA mal formé : {erreur}") from erreur
    if racine is None:
        raise ErreurXml("racine ClinicalDocument absente")
    return _lire(racine)


def _lire(racine: etree._Element) -> EnteteCda:
    patient = racine.find("hl7:recordTarget/hl7:patientRole", NS)
    identifiants = (
        tuple((e.get("root", ""), e.get("extension", "")) for e in patient.findall("hl7:id", NS))
        if patient is not None
        else ()
    )
    ins = next((Ins(valeur, racine_oid) for racine_oid, valeur in identifiants if racine_oid in _OID_INS), None)
    acte = "hl7:documentationOf/hl7:serviceEvent"
    lieu = "hl7:componentOf/hl7:encompassingEncounter/hl7:location/hl7:healthCareFacility/hl7:code"
    return EnteteCda(
        unique_id=_identifiant(racine.find("hl7:id", NS)),
        code=_code(racine.find("hl7:code", NS)),
        titre=_texte(racine, "hl7:title"),
        date=_valeur(racine, "hl7:effectiveTime"),
        confidentialite=_code(racine.find("hl7:confidentialityCode", NS)),
        langue=_attribut(racine, "hl7:languageCode", "code"),
        ins=ins,
        identifiants_patient=identifiants,
        nom=_texte(racine, "hl7:recordTarget/hl7:patientRole/hl7:patient/hl7:name/hl7:family"),
        prenoms=_texte(racine, "hl7:recordTarget/hl7:patientRole/hl7:patient/hl7:name/hl7:given"),
        sexe=_attribut(racine, "hl7:recordTarget/hl7:patientRole/hl7:patient/hl7:administrativeGenderCode", "code"),
        naissance=_valeur(racine, "hl7:recordTarget/hl7:patientRole/hl7:patient/hl7:birthTime"),
        auteurs=tuple(_auteur(e) for e in racine.findall("hl7:author/hl7:assignedAuthor", NS)),
        responsable=_personne(racine.find("hl7:legalAuthenticator/hl7:assignedEntity", NS)),
        debut_acte=_valeur(racine, f"{acte}/hl7:effectiveTime/hl7:low") or _valeur(racine, f"{acte}/hl7:effectiveTime"),
        fin_acte=_valeur(racine, f"{acte}/hl7:effectiveTime/hl7:high"),
        cadre_exercice=_code(
            racine.find(
                f"{acte}/hl7:performer/hl7:assignedEntity/hl7:representedOrganization/hl7:standardIndustryClassCode", NS
            )
        ),
        lieu=_code(racine.find(lieu, NS)),
        remplace=_identifiant(racine.find("hl7:relatedDocument[@typeCode='RPLC']/hl7:parentDocument/hl7:id", NS)),
    )


def _identifiant(element: etree._Element | None) -> str:
    if element is None:
        return ""
    extension = element.get("extension", "")
    return f"{element.get('root', '')}^{extension}" if extension else element.get("root", "")


def _code(element: etree._Element | None) -> Code | None:
    if element is None or not element.get("code"):
        return None
    return Code(element.get("code", ""), element.get("codeSystem", ""), element.get("displayName", ""))


def _texte(racine: etree._Element, chemin: str) -> str:
    element = racine.find(chemin, NS)
    return "".join(map(str, element.itertext())).strip() if element is not None else ""


def _attribut(racine: etree._Element, chemin: str, nom: str) -> str:
    element = racine.find(chemin, NS)
    return element.get(nom, "") if element is not None else ""


def _valeur(racine: etree._Element, chemin: str) -> str:
    return _attribut(racine, chemin, "value")


def _auteur(element: etree._Element) -> Auteur:
    specialite = _code(element.find("hl7:code", NS))
    structure = element.find("hl7:representedOrganization", NS)
    institutions: tuple[str, ...] = ()
    if structure is not None:
        identifiant = structure.find(f"hl7:id[@root='{OID_STRUCTURE}']", NS)
        numero = identifiant.get("extension", "") if identifiant is not None else ""
        nom = _texte(structure, "hl7:name")
        institutions = (f"{nom}^^^^^&{OID_STRUCTURE}&ISO^IDNST^^^{numero}",)
    return Auteur(
        personne=_personne(element),
        institutions=institutions,
        specialites=(f"{specialite.code}^{specialite.libelle}^{specialite.systeme}",) if specialite else (),
    )


def _personne(element: etree._Element | None) -> str:
    if element is None:
        return ""
    identifiant = element.find(f"hl7:id[@root='{OID_PS}']", NS)
    if identifiant is None:
        return ""
    nom = next((e for e in element.iterfind("*/hl7:name", NS)), None)
    famille = _texte(nom, "hl7:family") if nom is not None else ""
    prenom = _texte(nom, "hl7:given") if nom is not None else ""
    return f"{identifiant.get('extension', '')}^{famille}^{prenom}^^^^^^&{OID_PS}&ISO^D^^^IDNPS"
