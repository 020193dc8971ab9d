"""Défauts des documents CDA produits."""

from __future__ import annotations

import base64
import re

from simulators.logiciel_temoin.mutations import Mutation, Valeur


def _cda(description: str, cible: str, geste: str, valeur: Valeur = "", niveau: str = "N3") -> Mutation:
    return Mutation(description, "cda", f"/ClinicalDocument{cible}", geste, valeur, (niveau,))


ENTETE: dict[str, Mutation] = {
    "cda_type_id_faux": _cda("typeId ne désigne pas CDA R2.", "/typeId/@extension", "remplacer", "POCD_HD000020"),
    "cda_sans_conformite_france": _cda(
        "La conformité HL7 France n'est pas déclarée.", "/templateId[@root='2.16.840.1.113883.2.8.2.1']", "retirer"
    ),
    "cda_n1_avec_modele": _cda(
        "Un document N1 déclare aussi un modèle structuré.",
        "",
        "inserer",
        '<templateId xmlns="urn:hl7-org:v3" root="1.3.6.1.4.1.19376.1.3.3"/>',
        "N1",
    ),
    "cda_n3_sans_modele": _cda(
        "Un compte rendu N3 ne déclare pas le modèle de son type.",
        "/templateId[@root='1.2.250.1.213.1.1.1.55']",
        "retirer",
    ),
    "cda_n1_autre_type": _cda("Un document reçu part sous un autre type.", "/code/@code", "remplacer", "11488-4", "N1"),
    "cda_n1_acte_du_jour": _cda(
        "L'acte d'un document N1 est daté du jour de l'envoi.",
        "/documentationOf/serviceEvent/effectiveTime/low/@value",
        "remplacer",
        "20260105080000+0100",
        "N1",
    ),
    "cda_latin1": Mutation(
        "Le CDA est déclaré en ISO-8859-1.",
        "cda_octets",
        "(?i)encoding='utf-8'",
        "remplacer",
        "encoding='ISO-8859-1'",
        ("N3",),
    ),
    "cda_realm_us": _cda("realmCode vaut US.", "/realmCode/@code", "remplacer", "US"),
    "cda_type_sans_libelle": _cda("Le type du document n'a pas de libellé.", "/code/@displayName", "retirer"),
    "cda_sans_titre": _cda("Le document n'a pas de titre.", "/title", "retirer"),
    "cda_date_impossible": _cda("effectiveTime est une date impossible.", "/effectiveTime/@value", "remplacer", "2026"),
    "cda_confidentialite_inconnue": _cda(
        "Le CDA a un confidentialityCode inconnu.", "/confidentialityCode/@code", "remplacer", "X"
    ),
    "cda_langue_fr": _cda("languageCode vaut fr.", "/languageCode/@code", "remplacer", "fr"),
    "cda_sans_set_id": _cda("Le document n'a pas de setId.", "/setId", "retirer"),
    "cda_version_zero": _cda("versionNumber vaut 0.", "/versionNumber/@value", "remplacer", "0"),
    "cda_deux_remplacements": _cda("Le document dit deux fois ce qu'il remplace.", "/relatedDocument", "doubler"),
    "cda_complement": _cda(
        "La nouvelle version se dit complément de la précédente.", "/relatedDocument/@typeCode", "remplacer", "APND"
    ),
    "cda_deux_titres": _cda("Le document a deux titres.", "/title", "doubler"),
    "cda_identifiant_libre": _cda("L'identifiant du document est libre.", "/id/@root", "remplacer", "CR-1"),
}

ACTEURS: dict[str, Mutation] = {
    "cda_auteur_sans_date": _cda("L'auteur n'est pas daté.", "/author/time", "retirer"),
    "cda_courriel_sans_schema": _cda(
        "L'adresse d'un destinataire est écrite sans mailto.",
        "/informationRecipient//telecom/@value",
        "remplacer",
        lambda adresse: adresse.removeprefix("mailto:"),
    ),
    "cda_conservation_sans_id": _cda(
        "L'organisation qui conserve n'a pas d'identifiant.",
        "/custodian/assignedCustodian/representedCustodianOrganization/id",
        "retirer",
    ),
    "cda_responsable_non_signataire": _cda(
        "Le responsable n'est pas dit signataire.", "/legalAuthenticator/signatureCode/@code", "remplacer", "X"
    ),
    "cda_acte_sans_executant": _cda(
        "L'acte principal n'a pas d'exécutant.", "/documentationOf/serviceEvent/performer", "retirer"
    ),
    "cda_cadre_inconnu": _cda(
        "L'exécutant a un cadre d'exercice inconnu.",
        "/documentationOf/serviceEvent/performer//standardIndustryClassCode/@code",
        "remplacer",
        "LABO",
    ),
    "cda_venue_sans_lieu": _cda(
        "La prise en charge ne dit pas son lieu.", "/componentOf/encompassingEncounter/location", "retirer"
    ),
    "cda_patient_sans_identifiant": _cda(
        "Le patient n'a aucun identifiant.", "/recordTarget/patientRole/id", "retirer"
    ),
    "cda_matricule_sans_cle": _cda(
        "Le matricule INS n'a pas sa clé.",
        "/recordTarget/patientRole/id[contains(@root,'1.2.250.1.213.1.4.')]/@extension",
        "remplacer",
        lambda matricule: matricule[:13],
    ),
    "cda_sans_traits": _cda(
        "Les traits de l'INS manquent : pas de nom de naissance.",
        "/recordTarget/patientRole/patient/name/family[@qualifier='BR']",
        "retirer",
    ),
    "cda_matricule_inconnu": _cda(
        "Le matricule n'est pas celui d'une identité de test.",
        "/recordTarget/patientRole/id[contains(@root,'1.2.250.1.213.1.4.')]/@extension",
        "remplacer",
        "269059999900139",
    ),
    "cda_sexe_hors_jeu": _cda(
        "Le sexe est hors du jeu de valeurs.",
        "/recordTarget/patientRole/patient/administrativeGenderCode/@code",
        "remplacer",
        "X",
    ),
}

CORPS: dict[str, Mutation] = {
    "cda_sans_corps": _cda("Le document n'a pas de corps.", "/component", "retirer"),
    "cda_n1_sans_type": _cda(
        "Le corps N1 ne dit pas son type.", "/component/nonXMLBody/text/@mediaType", "retirer", "", "N1"
    ),
    "cda_base64_faux": _cda("Le contenu encapsulé n'est pas du base64.", "//observationMedia/value", "remplacer", "#"),
    "cda_pdf_tronque": _cda(
        "Le PDF encapsulé est coupé.", "//observationMedia/value", "remplacer", lambda base64: base64[:400]
    ),
}

FORMES: dict[str, Mutation] = {
    "cda_absence_mal_motivee": _cda(
        "Une absence de l'en-tête est motivée par NI.", "/custodian//telecom/@nullFlavor", "remplacer", "NI"
    ),
    "cda_date_inexistante": _cda(
        "La fin de l'acte est un 31 février.",
        "/documentationOf/serviceEvent/performer/time/high/@value",
        "remplacer",
        "20260231",
    ),
    "cda_adresse_melee": _cda(
        "Une adresse est à la fois structurée et en lignes.",
        "/recordTarget/patientRole/patient/birthplace/place/addr",
        "ajouter",
        '<streetAddressLine xmlns="urn:hl7-org:v3">1 rue des Essais</streetAddressLine>',
    ),
    "cda_usage_inconnu": _cda(
        "Une adresse a un usage que le guide n'admet pas.",
        "/author/assignedAuthor/representedOrganization",
        "ajouter",
        '<addr xmlns="urn:hl7-org:v3" use="PST"><city>PARIS</city></addr>',
    ),
    "cda_executant_oid_faux": _cda(
        "L'exécutant est identifié sous l'OID des structures.",
        "/documentationOf/serviceEvent/performer/assignedEntity/id/@root",
        "remplacer",
        "1.2.250.1.71.4.2.2",
    ),
    "cda_element_inconnu": _cda(
        "Le document a un élément que CDA R2 ne connaît pas.",
        "/custodian",
        "ajouter",
        '<responsable xmlns="urn:hl7-org:v3"/>',
    ),
    "cda_code_sans_libelle": _cda(
        "La confidentialité n'a pas de libellé.", "/confidentialityCode/@displayName", "retirer"
    ),
    "cda_extension_maison": _cda(
        "Le document a un élément de l'éditeur.", "/custodian", "ajouter", '<suivi xmlns="urn:editeur:suivi"/>'
    ),
    "cda_oid_mal_forme": _cda("Un OID a un zéro de tête.", "//organizer/id/@root", "remplacer", "1.2.250.01.3"),
}

STRUCTURE: dict[str, Mutation] = {
    "cda_section_sans_code": _cda(
        "Une section n'a pas de code.", "/component/structuredBody/component[1]/section/code", "retirer"
    ),
    "cda_repere_perdu": _cda(
        "Le récit renvoie à une copie qui n'existe pas.",
        "//renderMultiMedia/@referencedObject",
        "remplacer",
        "nulle-part",
    ),
    "cda_statut_inconnu": _cda(
        "Le statut d'un groupe n'est pas de HL7.", "//organizer/statusCode/@code", "remplacer", "termine"
    ),
    "cda_groupe_sans_statut": _cda("Un groupe n'a pas de statut.", "//organizer/statusCode", "retirer"),
    "cda_groupe_sans_classe": _cda("Un groupe ne dit pas sa classe.", "//organizer/@classCode", "retirer"),
    "cda_valeur_sans_type": _cda(
        "Un résultat ne dit pas son type.", "//observation/value/@*[local-name()='type']", "retirer"
    ),
    "cda_type_contenu_faux": _cda(
        "La copie PDF se dit texte.", "//observationMedia/value/@mediaType", "remplacer", "text/plain"
    ),
    "cda_pdf_chiffre": _cda(
        "La copie PDF se dit chiffrée.",
        "//observationMedia/value",
        "remplacer",
        lambda texte: base64.b64encode(
            re.sub(rb"trailer\s*<<", b"trailer\n<< /Encrypt 1 0 R", base64.b64decode(texte))
        ).decode(),
    ),
}

VALEURS: dict[str, Mutation] = {
    "cda_loinc_cle_fausse": _cda(
        "La clé du code LOINC d'un groupe est fausse.", "//organizer/code/@code[.='55107-7']", "remplacer", "55107-8"
    ),
    "cda_systeme_faux": _cda(
        "Une traduction se dit de LOINC sous l'OID de la CIM-10.",
        "//organizer/code[@code='55107-7']",
        "ajouter",
        '<translation xmlns="urn:hl7-org:v3" code="55107-7" codeSystem="2.16.840.1.113883.6.3" '
        'codeSystemName="LOINC"/>',
    ),
    "cda_interpretation_inventee": _cda(
        "L'interprétation d'un antibiotique n'est pas de HL7.", "//interpretationCode/@code", "remplacer", "ZZZ"
    ),
    "cda_date_du_corps_impossible": _cda(
        "Une observation est du 31 février.", "//organizer//observation/effectiveTime/@value", "remplacer", "20260231"
    ),
}

CDA: dict[str, Mutation] = {**ENTETE, **ACTEURS, **CORPS, **FORMES, **STRUCTURE, **VALEURS}
