"""Fiche XDS d'un document : tirée de l'en-tête du CDA, et de lui seul."""

from __future__ import annotations

import hashlib

from lxml import etree

from simulators.logiciel_temoin import xds_schemas as s
from simulators.logiciel_temoin.cda_lecture import OID_PS, OID_STRUCTURE, Code, EnteteCda, Intervenant
from simulators.logiciel_temoin.dmp_vihf import cx_ins
from simulators.logiciel_temoin.horloge import PARIS, en_dtm, lire_ts, maintenant
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.soap import ajouter

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def fiche(
    labo: Labo, identifiant: str, entete: EnteteCda, octets: bytes, visibilites: tuple[Code, ...] = ()
) -> etree._Element:
    """`ExtrinsicObject` du document ; `visibilites` : les codes de masquage et de visibilité choisis."""
    objet = etree.Element(f"{{{s.RIM}}}ExtrinsicObject", nsmap={"rim": s.RIM})
    objet.set("id", identifiant)
    objet.set("mimeType", "text/xml")
    objet.set("objectType", s.DOCUMENT)
    _slots(labo, objet, entete, octets)
    titre = "Compte rendu" if labo.defaut("xds_titre_constant") else entete.titre
    if not labo.defaut("xds_titre_absent"):
        nommer(objet, titre)
    ajouter(objet, s.RIM, "VersionInfo", versionName="1")
    _classer(labo, objet, identifiant, entete, visibilites)
    if labo.defaut("xds_patient_id_different"):
        patient = cx_ins("100019999900149", "1.2.250.1.213.1.4.10")
    else:
        patient = cx_ins(*(entete.ins or ("", "")))
    externe(objet, s.PATIENT_ID, patient, "XDSDocumentEntry.patientId")
    unique = labo.oid_unique() if labo.defaut("xds_unique_id_different") else entete.unique_id
    externe(objet, s.UNIQUE_ID, unique, "XDSDocumentEntry.uniqueId")
    return objet


def _slots(labo: Labo, objet: etree._Element, entete: EnteteCda, octets: bytes) -> None:
    creation = dtm(entete.creation)
    if labo.defaut("xds_creation_heure_locale"):
        creation = lire_ts(entete.creation).astimezone(PARIS).strftime("%Y%m%d%H%M%S")
    slot(objet, "creationTime", creation)
    debut = en_dtm(maintenant()) if labo.defaut("xds_service_maintenant") else dtm(entete.service_debut)
    for nom, valeur in (("serviceStartTime", debut), ("serviceStopTime", dtm(entete.service_fin))):
        if valeur:
            slot(objet, nom, valeur)
    slot(objet, "languageCode", entete.langue)
    if entete.responsable and not labo.defaut("xds_sans_legal_authenticator"):
        slot(objet, "legalAuthenticator", xcn(entete.responsable))
    local = entete.identifiant_local
    slot(objet, "sourcePatientId", f"{local[0]}^^^&{local[1]}&ISO^PI" if local else cx_ins(*(entete.ins or ("", ""))))
    slot(objet, "sourcePatientInfo", *_traits(entete))
    condensat = hashlib.sha1(octets, usedforsecurity=False).hexdigest()
    slot(objet, "hash", "0" * 40 if labo.defaut("xds_hash_faux") else condensat)
    slot(objet, "size", str(len(octets) + (1 if labo.defaut("xds_taille_fausse") else 0)))


def _traits(entete: EnteteCda) -> list[str]:
    t = {champ: valeur or "" for champ, valeur in entete.identite.items()}
    valeurs = [f"PID-5|{t['nom_naissance']}^{t['premier_prenom_naissance']}^^^^^L"]
    if t["nom_utilise"]:
        valeurs.append(f"PID-5|{t['nom_utilise']}^{t['prenom_utilise']}^^^^^D")
    valeurs.append(f"PID-7|{t['date_naissance'].replace('-', '')}")
    valeurs.append(f"PID-8|{ {'I': 'U'}.get(t['sexe'], t['sexe']) }")
    return valeurs


def _classer(
    labo: Labo, objet: etree._Element, identifiant: str, entete: EnteteCda, visibilites: tuple[Code, ...]
) -> None:
    auteurs = list(entete.auteurs)
    if labo.defaut("xds_auteur_constant") and auteurs:
        ps = labo.environnement.responsable
        auteurs[0] = Intervenant(
            ps.identifiant_national,
            ps.nom,
            ps.prenom,
            auteurs[0].specialite,
            auteurs[0].structure_nom,
            auteurs[0].structure_id,
        )
    for intervenant in auteurs:
        auteur(objet, s.AUTEUR, identifiant, intervenant)
    type_document = entete.type_document
    if labo.defaut("xds_type_code_constant"):
        type_document = Code("11502-2", "2.16.840.1.113883.6.1", "CR d'examens biologiques")
    classe, libelle = s.CLASSES_PAR_TYPE.get(type_document.code, s.CLASSE_PAR_DEFAUT)
    classer(objet, s.CLASSE, identifiant, Code(classe, s.OID_CLASSES, libelle))
    classer(objet, s.TYPE, identifiant, type_document)
    classer(objet, s.FORMAT, identifiant, _format(labo, entete))
    classer(objet, s.ETABLISSEMENT, identifiant, entete.etablissement)
    classer(objet, s.CADRE, identifiant, entete.cadre_exercice)
    if not (visibilites and labo.defaut("confidentialite_sans_niveau")):
        classer(objet, s.CONFIDENTIALITE, identifiant, entete.confidentialite)
    for visibilite in visibilites:
        classer(objet, s.CONFIDENTIALITE, identifiant, visibilite)
    if labo.defaut("xds_confidentialite_double"):
        classer(objet, s.CONFIDENTIALITE, identifiant, Code("R", s.OID_CONFIDENTIALITE, "Restreint"))
    for evenement in entete.evenements:
        classer(objet, s.EVENEMENT, identifiant, evenement)


def _format(labo: Labo, entete: EnteteCda) -> Code:
    pdf = Code("urn:ihe:iti:xds-sd:pdf:2008", s.OID_FORMATS, "Document à corps non structuré en PDF")
    if entete.media_type == "text/plain":
        return Code("urn:ihe:iti:xds-sd:text:2008", s.OID_FORMATS, "Document à corps non structuré en texte")
    if entete.media_type or labo.defaut("xds_format_n1_pour_n3"):
        return pdf
    return Code("urn:ihe:lab:xd-lab:2008", s.OID_FORMATS, "CR d'examens de biologie médicale")


def dtm(ts: str) -> str:
    """TS du CDA en DTM UTC ; une date sans heure reste une date."""
    chiffres = ts.split("+")[0].split("-")[0].split(".")[0]
    if len(chiffres) <= 8:
        return chiffres
    return en_dtm(lire_ts(ts))[: max(len(chiffres), 10)]


def slot(objet: etree._Element, nom: str, *valeurs: str) -> None:
    liste = ajouter(ajouter(objet, s.RIM, "Slot", name=nom), s.RIM, "ValueList")
    for valeur in valeurs:
        ajouter(liste, s.RIM, "Value", valeur)


def nommer(objet: etree._Element, nom: str) -> None:
    texte = ajouter(ajouter(objet, s.RIM, "Name"), s.RIM, "LocalizedString", value=nom, charset="UTF8")
    texte.set(XML_LANG, "FR")


def _classement(objet: etree._Element, schema: str, identifiant: str, representation: str) -> etree._Element:
    return ajouter(
        objet,
        s.RIM,
        "Classification",
        id=f"cl-{identifiant}-{len(objet)}",
        classificationScheme=schema,
        classifiedObject=identifiant,
        nodeRepresentation=representation,
    )


def classer(objet: etree._Element, schema: str, identifiant: str, code: Code) -> None:
    classement = _classement(objet, schema, identifiant, code.code)
    slot(classement, "codingScheme", code.systeme)
    nommer(classement, code.libelle or code.code)


def auteur(objet: etree._Element, schema: str, identifiant: str, intervenant: Intervenant) -> None:
    classement = _classement(objet, schema, identifiant, "")
    if intervenant.structure_id:
        slot(classement, "authorInstitution", xon(intervenant))
    slot(classement, "authorPerson", xcn(intervenant))
    if intervenant.specialite:
        code = intervenant.specialite
        slot(classement, "authorSpecialty", f"{code.code}^{code.libelle}^{code.systeme}")


def externe(objet: etree._Element, schema: str, valeur: str, nom: str) -> None:
    element = ajouter(
        objet,
        s.RIM,
        "ExternalIdentifier",
        id=f"ei-{objet.get('id')}-{len(objet)}",
        registryObject=str(objet.get("id")),
        identificationScheme=schema,
        value=valeur,
    )
    nommer(element, nom)


def xcn(intervenant: Intervenant) -> str:
    """Personne (IDNPS), professionnel sans identifiant national (EI) ou personne morale (IDNST)."""
    nature = "IDNST" if intervenant.racine == OID_STRUCTURE else "EI" if "/" in intervenant.identifiant else "IDNPS"
    prenom = "" if intervenant.personne_morale else intervenant.prenom
    nom = intervenant.prenom if intervenant.personne_morale else intervenant.nom
    racine = intervenant.racine or OID_PS
    return f"{intervenant.identifiant}^{nom}^{prenom}^^^^^^&{racine}&ISO^D^^^{nature}"


def xon(intervenant: Intervenant) -> str:
    return f"{intervenant.structure_nom}^^^^^&{OID_STRUCTURE}&ISO^IDNST^^^{intervenant.structure_id}"
