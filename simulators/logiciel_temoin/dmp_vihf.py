"""Le VIHF : qui demande, pour quel patient, dans quel mode ; signé par le cachet de la structure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from lxml import etree

from simulators.logiciel_temoin.certificats import signer_assertion
from simulators.logiciel_temoin.environnement import Professionnel
from simulators.logiciel_temoin.horloge import maintenant
from simulators.logiciel_temoin.identite import Patient
from simulators.logiciel_temoin.insi_client import FORMAT_SUJET
from simulators.logiciel_temoin.labo import NOM, NOM_LPS, VERSION, Labo
from simulators.logiciel_temoin.soap import SAML, XSI, ajouter, par_defaut
from simulators.logiciel_temoin.utilisateurs import Utilisateur

HL7 = "urn:hl7-org:v3"
INDIRECTE, RENFORCEE = "INDIRECTE", "INDIRECTE_RENFORCEE"
_CLASSES = "urn:oasis:names:tc:SAML:2.0:ac:classes:"
_PROFESSIONS = "1.2.250.1.71.1.2.7"
_SECONDS_ROLES = {
    "10": ("1.2.250.1.71.4.2.5", "Biologie médicale"),
    "21": ("1.2.250.1.71.4.2.6", "Section du tableau de l'Ordre"),
}
"""Nomenclature du second rôle d'un médecin (spécialité) et d'un pharmacien (section)."""
_AUTOMATES = "1.2.250.1.213.1.1.4.6"


@dataclass(frozen=True)
class Demandeur:
    """Au nom de qui le message part."""

    mode: str
    professionnel: Professionnel
    automate: bool


def demandeur_alimentation(labo: Labo, utilisateur: Utilisateur) -> Demandeur:
    """Alimentation : mode indirect ; un compte sans identité professionnelle agit comme automate."""
    mode = RENFORCEE if labo.defaut("vihf_air_alimentation") else INDIRECTE
    professionnel = utilisateur.professionnel
    if professionnel is None:
        return Demandeur(mode, labo.environnement.responsable, True)
    return Demandeur(mode, professionnel, False)


def demandeur_consultation(labo: Labo, utilisateur: Utilisateur) -> Demandeur:
    """Consultation : indirecte renforcée, au nom du professionnel connecté et de lui seul."""
    professionnel = utilisateur.exiger_professionnel()
    if labo.defaut("vihf_identifiant_premier_ps"):
        professionnel = labo.environnement.responsable
    mode = INDIRECTE if labo.defaut("vihf_mode_indirecte_consultation") else RENFORCEE
    return Demandeur(mode, professionnel, False)


def cx_ins(matricule: str, oid: str) -> str:
    return f"{matricule}^^^&{oid}&ISO^NH"


def cx_patient(patient: Patient) -> str:
    return cx_ins(patient.matricule or "", patient.oid or "")


def construire(labo: Labo, demandeur: Demandeur, patient_cx: str, transaction: str = "") -> etree._Element:
    """Assertion signée."""
    environnement = labo.environnement
    nom_certificat = "org_auth_cli" if labo.defaut("vihf_signe_auth_cli") else "org_sign"
    certificat = environnement.certificats[nom_certificat]
    if labo.defaut("vihf_autorite_inconnue"):
        certificat = certificat.autosigne()
    instant = maintenant() - (timedelta(days=1) if labo.defaut("vihf_perime") else timedelta())
    emission = instant.strftime("%Y-%m-%dT%H:%M:%SZ")
    assertion = etree.Element(f"{{{SAML}}}Assertion", nsmap={"saml": SAML})
    assertion.set("ID", "_" + labo.identifiant("vihf_id"))
    assertion.set("Version", "2.0")
    assertion.set("IssueInstant", emission)
    ajouter(assertion, SAML, "Issuer", certificat.sujet, Format=FORMAT_SUJET)
    ajouter(ajouter(assertion, SAML, "Subject"), SAML, "NameID", _identifiant(labo, demandeur))
    authentification = ajouter(assertion, SAML, "AuthnStatement", AuthnInstant=emission)
    contexte = ajouter(authentification, SAML, "AuthnContext")
    ajouter(contexte, SAML, "AuthnContextClassRef", _CLASSES + ("unspecified" if demandeur.automate else "Password"))
    if demandeur.mode == RENFORCEE:
        ajouter(contexte, SAML, "AuthnContextDecl", "CONF_EXI_PGSSIS")
    _attributs(labo, ajouter(assertion, SAML, "AttributeStatement"), demandeur, _patient(labo, patient_cx))
    labo.defauts.muter_xml("vihf", assertion, transaction)
    return assertion if labo.defaut("vihf_non_signe") else signer_assertion(assertion, certificat)


def _identifiant(labo: Labo, demandeur: Demandeur) -> str:
    if labo.defaut("vihf_identifiant_generique"):
        return f"3{labo.environnement.structure.finess}/LABO"
    return demandeur.professionnel.identifiant_national


def _patient(labo: Labo, patient_cx: str) -> str:
    if labo.defaut("vihf_ins_d_un_autre"):
        return labo.identifiants_fixes.setdefault("vihf_ins", patient_cx)
    return patient_cx


def _attributs(labo: Labo, declaration: etree._Element, demandeur: Demandeur, patient_cx: str) -> None:
    structure, ps = labo.environnement.structure, demandeur.professionnel
    sujet = f"{NOM} {NOM_LPS}" if demandeur.automate else f"{ps.nom} {ps.prenom}"
    _texte(declaration, "Identifiant_Structure", structure.identifiant_national)
    _texte(declaration, "Secteur_Activite", f"{structure.secteur_activite}^1.2.250.1.71.4.2.4")
    _texte(declaration, "urn:oasis:names:tc:xspa:1.0:subject:subject-id", sujet)
    roles = ajouter(declaration, SAML, "Attribute", Name="urn:oasis:names:tc:xacml:2.0:subject:role")
    if demandeur.automate:
        _code(roles, "Role", "AUTOMATE", _AUTOMATES, "Automate")
    else:
        _code(roles, "Role", ps.profession, _PROFESSIONS, "Médecin" if ps.profession == "10" else "Professionnel")
        if ps.profession in _SECONDS_ROLES:
            _code(roles, "Role", ps.specialite, *_SECONDS_ROLES[ps.profession])
    _texte(declaration, "VIHF_Version", "3.0")
    _texte(declaration, "Authentification_mode", demandeur.mode)
    _texte(declaration, "urn:oasis:names:tc:xacml:2.0:resource:resource-id", patient_cx)
    _texte(declaration, "Ressource_URN", "urn:dmp")
    usage = ajouter(declaration, SAML, "Attribute", Name="urn:oasis:names:tc:xspa:1.0:subject:purposeofuse")
    _code(usage, "PurposeOfUse", "normal", "1.2.250.1.213.1.1.4.248", "Accès normal", "mode acces VIHF 2.0")
    _texte(declaration, "LPS_ID", labo.instance)
    _texte(declaration, "LPS_Nom", "LGL" if labo.defaut("vihf_lps_nom_different") else NOM)
    _texte(declaration, "LPS_Version", VERSION)
    if not labo.defaut("vihf_homologation_absente"):
        _texte(declaration, "LPS_ID_HOMOLOGATION_DMP", labo.environnement.numero_homologation_dmp)


def _texte(declaration: etree._Element, nom: str, valeur: str) -> None:
    ajouter(ajouter(declaration, SAML, "Attribute", Name=nom), SAML, "AttributeValue", valeur)


def _code(
    attribut: etree._Element, balise: str, code: str, systeme: str, libelle: str, nom_systeme: str | None = None
) -> None:
    valeur = ajouter(attribut, SAML, "AttributeValue")
    element = etree.SubElement(valeur, f"{{{HL7}}}{balise}", nsmap=par_defaut(HL7, xsi=XSI))
    element.set(f"{{{XSI}}}type", "CE")
    element.set("code", code)
    element.set("codeSystem", systeme)
    if nom_systeme:
        element.set("codeSystemName", nom_systeme)
    element.set("displayName", libelle)
