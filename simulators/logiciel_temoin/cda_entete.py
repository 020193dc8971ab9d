"""En-tête d'un CDA R2 produit par le laboratoire (structuration minimale du CI-SIS)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from simulators.logiciel_temoin import cda_acteurs, cda_chapitres
from simulators.logiciel_temoin.base import Document
from simulators.logiciel_temoin.cda_ecriture import code, e
from simulators.logiciel_temoin.cda_lecture import HL7, OID_STRUCTURE, Code, Intervenant
from simulators.logiciel_temoin.diffusion import ins_transmissible
from simulators.logiciel_temoin.environnement import Structure
from simulators.logiciel_temoin.horloge import en_ts
from simulators.logiciel_temoin.identite import Patient
from simulators.logiciel_temoin.labo import NOM, Labo
from simulators.logiciel_temoin.soap import XSI, par_defaut

LAB = "urn:oid:1.3.6.1.4.1.19376.1.3.2"
LOINC = "2.16.840.1.113883.6.1"
PROFESSIONS = "1.2.250.1.213.1.1.4.5"
CADRES = "1.2.250.1.213.1.1.4.9"
SECTEURS = "1.2.250.1.71.4.2.4"
_SEXES = {"M": ("M", "Masculin"), "F": ("F", "Féminin")}
_LIBELLES_SPECIALITES = {"SM03": "Médecin - Biologie médicale (SM)"}


@dataclass(frozen=True)
class Contenu:
    """Ce qui distingue un document d'un autre, en plus de la fiche du document."""

    modeles: tuple[str, ...]
    parent: tuple[str, int] | None
    auteurs: tuple[Intervenant, ...]
    creation: datetime
    statut: str


def specialite(profession: str, savoir_faire: str | None) -> Code:
    libelle = _LIBELLES_SPECIALITES.get(savoir_faire or "", "Professionnel de santé")
    return Code(f"G15_{profession}" + (f"/{savoir_faire}" if savoir_faire else ""), PROFESSIONS, libelle)


def entete(labo: Labo, patient: Patient, document: Document, contenu: Contenu) -> etree._Element:
    """`ClinicalDocument` avec tout son en-tête ; le corps reste à ajouter."""
    racine = etree.Element(f"{{{HL7}}}ClinicalDocument", nsmap=par_defaut(HL7, lab=LAB, xsi=XSI))
    e(racine, "realmCode", code="FR")
    e(racine, "typeId", root="2.16.840.1.113883.1.3", extension="POCD_HD000040")
    for modele in ("2.16.840.1.113883.2.8.2.1", "1.2.250.1.213.1.1.1.1", *contenu.modeles):
        oid, _, version = modele.partition("|")
        e(racine, "templateId", root=oid, extension=version or None)
    e(racine, "id", root=document.unique_id)
    code(racine, "code", Code(document.type_code, document.type_systeme, document.type_libelle or document.titre))
    e(racine, "title", document.titre)
    e(racine, "effectiveTime", value=en_ts(contenu.creation))
    code(racine, "confidentialityCode", Code("N", "2.16.840.1.113883.5.25", "Normal"))
    e(racine, "languageCode", code="fr-FR")
    e(racine, "setId", root=document.set_id)
    e(racine, "versionNumber", value="1" if labo.defaut("cda_version_constante") else str(document.version))
    _patient(labo, racine, patient)
    for auteur in contenu.auteurs:
        bloc = e(racine, "author")
        e(bloc, "time", value=en_ts(contenu.creation))
        _auteur(bloc, auteur)
    structure = labo.environnement.structure
    garde = e(e(racine, "custodian"), "assignedCustodian")
    organisation(garde, structure, structure.nom, structure.identifiant_national, "representedCustodianOrganization")
    cda_acteurs.destinataires(labo, racine, document)
    signataire = e(racine, "legalAuthenticator")
    e(signataire, "time", value=en_ts(contenu.creation))
    e(signataire, "signatureCode", code="S")
    _entite(signataire, document.auteur, structure)
    cda_acteurs.demandeur(racine, document)
    _service(racine, document, contenu, structure)
    if contenu.parent:
        parent = e(e(racine, "relatedDocument", typeCode="RPLC"), "parentDocument")
        e(parent, "id", root=contenu.parent[0])
        e(parent, "versionNumber", value=str(contenu.parent[1]))
    _venue(labo, racine, document, structure)
    return racine


def _patient(labo: Labo, racine: etree._Element, patient: Patient) -> None:
    role = e(e(racine, "recordTarget"), "patientRole")
    avec_ins = ins_transmissible(labo, patient) or (labo.defaut("cda_ins_recup") and bool(patient.matricule))
    if avec_ins and not labo.defaut("cda_ins_absent"):
        oid = "1.2.250.1.213.1.4.2" if labo.defaut("cda_oid_faux") else patient.oid
        e(role, "id", root=oid, extension=patient.matricule)
    e(role, "id", root=labo.environnement.structure.oid_domaine, extension=patient.patient_id)
    e(role, "addr", nullFlavor="UNK")
    telephone = patient.trait("telephone").replace(" ", "")
    e(role, "telecom", value=f"tel:{telephone}") if telephone else e(role, "telecom", nullFlavor="UNK")
    personne = e(role, "patient", classCode="PSN")
    nom = e(personne, "name")
    e(nom, "family", patient.trait("nom_naissance"), qualifier="BR")
    e(nom, "given", patient.prenoms)
    e(nom, "given", patient.trait("premier_prenom_naissance"), qualifier="BR")
    for balise, champ in (("family", "nom_utilise"), ("given", "prenom_utilise")):
        if patient.trait(champ):
            e(nom, balise, patient.trait(champ), qualifier="CL")
    sexe, libelle = _SEXES.get(patient.trait("sexe"), ("UN", "Indéterminé"))
    code(personne, "administrativeGenderCode", Code(sexe, "2.16.840.1.113883.5.1", libelle))
    e(personne, "birthTime", value=patient.trait("date_naissance").replace("-", ""))
    lieu = e(e(e(personne, "birthplace"), "place"), "addr")
    connu = "" if labo.defaut("cda_lieu_naissance_perdu") else patient.trait("code_lieu_naissance")
    e(lieu, "county", connu or "99999")


def organisation(
    parent: etree._Element, structure: Structure, nom: str, identifiant: str, balise: str, cadre: Code | None = None
) -> None:
    bloc = e(parent, balise)
    e(bloc, "id", root=OID_STRUCTURE, extension=identifiant or structure.identifiant_national)
    e(bloc, "name", nom or structure.nom)
    e(bloc, "telecom", nullFlavor="NAV")
    e(bloc, "addr", nullFlavor="NAV")
    if cadre:
        code(bloc, "standardIndustryClassCode", cadre)


def _auteur(bloc: etree._Element, auteur: Intervenant) -> None:
    affecte = e(bloc, "assignedAuthor")
    e(affecte, "id", root=auteur.racine, extension=auteur.identifiant)
    if auteur.specialite:
        code(affecte, "code", auteur.specialite)
    e(affecte, "addr", nullFlavor="NAV")
    e(affecte, "telecom", nullFlavor="NAV")
    if auteur.personne_morale:
        appareil = e(affecte, "assignedAuthoringDevice")
        e(appareil, "manufacturerModelName", auteur.prenom)
        e(appareil, "softwareName", auteur.nom)
    else:
        _personne(affecte, auteur)
    if auteur.structure_id:
        structure = e(affecte, "representedOrganization")
        e(structure, "id", root=OID_STRUCTURE, extension=auteur.structure_id)
        e(structure, "name", auteur.structure_nom)
        e(structure, "telecom", nullFlavor="NAV")
        e(structure, "addr", nullFlavor="NAV")


def _personne(parent: etree._Element, intervenant: Intervenant) -> None:
    nom = e(e(parent, "assignedPerson"), "name")
    e(nom, "given", intervenant.prenom)
    e(nom, "family", intervenant.nom)


def _entite(parent: etree._Element, intervenant: Intervenant, structure: Structure, cadre: Code | None = None) -> None:
    entite = e(parent, "assignedEntity")
    e(entite, "id", root=intervenant.racine, extension=intervenant.identifiant)
    if intervenant.specialite:
        code(entite, "code", intervenant.specialite)
    e(entite, "addr", nullFlavor="NAV")
    e(entite, "telecom", nullFlavor="NAV")
    _personne(entite, intervenant)
    nom, identifiant = intervenant.structure_nom, intervenant.structure_id
    organisation(entite, structure, nom, identifiant, "representedOrganization", cadre)


def _service(racine: etree._Element, document: Document, contenu: Contenu, structure: Structure) -> None:
    evenement = e(e(racine, "documentationOf"), "serviceEvent")
    if document.analyses:
        code(evenement, "code", cda_chapitres.principal(document))
        etree.SubElement(evenement, f"{{{LAB}}}statusCode").set("code", contenu.statut)
    periode = e(evenement, "effectiveTime")
    e(periode, "low", value=en_ts(document.date_acte))
    executant = e(evenement, "performer", typeCode="PRF")
    if document.analyses:
        e(executant, "templateId", root="1.3.6.1.4.1.19376.1.3.3.1.7")
        e(e(executant, "time"), "high", value=en_ts(document.date_acte))
    _entite(executant, document.auteur, structure, Code("AMBULATOIRE", CADRES, "Ambulatoire"))


def _venue(labo: Labo, racine: etree._Element, document: Document, structure: Structure) -> None:
    venue = e(e(racine, "componentOf"), "encompassingEncounter")
    code(venue, "code", Code("AMB", "2.16.840.1.113883.5.4", "ambulatoire"))
    e(e(venue, "effectiveTime"), "low", value=en_ts(document.date_acte))
    responsable = e(venue, "responsibleParty")
    _entite(responsable, document.auteur, structure)
    if not labo.defaut("cofrac_cda_sans_numero"):
        cda_acteurs.accreditation(responsable, document.complements.mentions.get("accreditation_numero", ""))
    lieu = e(e(venue, "location"), "healthCareFacility")
    code(lieu, "code", Code(structure.secteur_activite, SECTEURS, "Laboratoire de biologie médicale"))
    site = e(lieu, "location")
    e(site, "name", structure.nom)
    e(site, "addr", nullFlavor="NAV")


def auteur_structure(structure: Structure) -> Intervenant:
    """La personne morale comme auteur : le laboratoire, par son logiciel."""
    return Intervenant(
        identifiant=structure.identifiant_national,
        nom=NOM,
        prenom=structure.nom,
        structure_nom=structure.nom,
        structure_id=structure.identifiant_national,
        racine=OID_STRUCTURE,
        personne_morale=True,
    )
