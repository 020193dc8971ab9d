"""Défauts des messages envoyés au DMP : enveloppe, VIHF, fiches, lot, signature du lot."""

from __future__ import annotations

from simulators.logiciel_temoin import xds_schemas as s
from simulators.logiciel_temoin.mutations import Mutation, Valeur

# Ces défauts ne touchent que les messages d'une transaction : un message refusé ne doit pas tout arrêter.
_LECTURE, _ENVOI = ("TD3.2",), ("TD2.1",)
_LISTE = "//RegistryObjectList[.//*[@nodeRepresentation='urn:ihe:lab:xd-lab:2008']]"
_FICHE = f"{_LISTE}/ExtrinsicObject[@id='doc1']"
_SIGNATURE = f"{_LISTE}/ExtrinsicObject[@id='signature1']"
_LOT = f"{_LISTE}/RegistryPackage"


def _enveloppe(description: str, cible: str, geste: str, valeur: Valeur = "") -> Mutation:
    return Mutation(description, "dmp_message", cible, geste, valeur, _LECTURE)


def _vihf(description: str, cible: str, geste: str, valeur: Valeur = "") -> Mutation:
    return Mutation(description, "vihf", cible, geste, valeur, _LECTURE)


def _attribut(description: str, nom: str, valeur: str) -> Mutation:
    return _vihf(description, f"//Attribute[@Name='{nom}']/AttributeValue", "remplacer", valeur)


def _lot(description: str, cible: str, geste: str, valeur: Valeur = "") -> Mutation:
    return Mutation(description, "dmp_message", cible, geste, valeur, _ENVOI)


def _code(description: str, schema: str, code: str) -> Mutation:
    return _lot(
        description, f"{_FICHE}/Classification[@classificationScheme='{schema}']/@nodeRepresentation", "remplacer", code
    )


def _case(description: str, nom: str, valeur: Valeur) -> Mutation:
    return _lot(description, f"{_FICHE}//Slot[@name='{nom}']//Value", "remplacer", valeur)


ENVELOPPE: dict[str, Mutation] = {
    "dmp_sans_to": _enveloppe("La demande d'un document part sans wsa:To.", "//Header/To", "retirer"),
    "dmp_action_fausse": _enveloppe("wsa:Action n'annonce pas le contenu.", "//Header/Action", "remplacer", "{}s"),
    "dmp_message_id_sans_uuid": _enveloppe(
        "MessageID n'est pas un URN d'UUID.", "//Header/MessageID", "remplacer", "urn:labo:1"
    ),
    "dmp_assertion_double": _enveloppe(
        "L'en-tête Security porte deux fois l'assertion.", "//Security/Assertion", "doubler"
    ),
    "dmp_soap11": Mutation(
        "La demande d'un document est en SOAP 1.1.",
        "dmp_octets",
        "http://www.w3.org/2003/05/soap-envelope",
        "remplacer",
        "http://schemas.xmlsoap.org/soap/envelope/",
        _LECTURE,
    ),
    "dmp_xml_mal_forme": Mutation(
        "La demande d'un document n'est pas du XML bien formé.", "dmp_octets", r"</\w+:Body>", "remplacer", "", _LECTURE
    ),
    "dmp_corps_double": _enveloppe("L'enveloppe porte deux corps.", "//Body", "doubler"),
    "lecture_sans_entrepot": _enveloppe(
        "La lecture d'un document ne dit pas dans quel entrepôt.", "//DocumentRequest/RepositoryUniqueId", "retirer"
    ),
    "existence_autre_patient": Mutation(
        "Le test d'existence vise un autre patient que le VIHF.",
        "dmp_message",
        "//patientIdentifier/value/@extension",
        "remplacer",
        "100019999900149",
        ("TD0.2",),
    ),
    "autorisation_action_libre": Mutation(
        "La demande d'autorisation n'emploie pas le mot du service.",
        "dmp_message",
        "//action",
        "remplacer",
        "Ajouter",
        ("TD0.3",),
    ),
    "recherche_etat_nu": Mutation(
        "La recherche écrit l'état demandé sans liste ni apostrophes.",
        "dmp_message",
        "//Slot[@name='$XDSDocumentEntryStatus']//Value",
        "remplacer",
        s.ACTIF,
        ("TD3.1",),
    ),
    "dmp_requete_inconnue": Mutation(
        "La recherche désigne sa requête enregistrée par son nom.",
        "dmp_message",
        "//AdhocQuery/@id",
        "remplacer",
        "FindDocuments",
        ("TD3.1",),
    ),
    "recherche_archives_seules": Mutation(
        "La recherche ne demande que les documents archivés.",
        "dmp_message",
        "//Slot[@name='$XDSDocumentEntryStatus']//Value",
        "remplacer",
        f"('{s.ARCHIVE}')",
        ("TD3.1",),
    ),
    "suppression_etat_faux": Mutation(
        "La suppression annonce un document déjà remplacé.",
        "dmp_message",
        "//Association/Slot[@name='OriginalStatus']//Value",
        "remplacer",
        s.REMPLACE,
        ("TD3.3c",),
    ),
    "vihf_altere": _enveloppe(
        "Le VIHF est changé après sa signature.",
        "//Assertion//Attribute[@Name='LPS_Version']/AttributeValue",
        "remplacer",
        "9.9.9",
    ),
}

VIHF: dict[str, Mutation] = {
    "vihf_emetteur_libre": _vihf("Issuer n'est pas le sujet du certificat.", "//Issuer", "remplacer", "CN=LABO TEMOIN"),
    "vihf_heure_sans_fuseau": _vihf(
        "IssueInstant n'a pas de fuseau.", "/Assertion/@IssueInstant", "remplacer", lambda heure: heure.rstrip("Z")
    ),
    "vihf_audience": _vihf(
        "Le VIHF porte une AudienceRestriction.",
        "/Assertion",
        "ajouter",
        '<saml:Conditions xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"><saml:AudienceRestriction>'
        "<saml:Audience>urn:dmp</saml:Audience></saml:AudienceRestriction></saml:Conditions>",
    ),
    "vihf_hors_schema": _vihf(
        "Le sujet du VIHF porte un élément que SAML ne prévoit pas.",
        "/Assertion/Subject",
        "ajouter",
        '<saml:Note xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"/>',
    ),
    "vihf_usage_double": _vihf(
        "Le mode d'accès du VIHF est écrit deux fois dans la même valeur.", "//PurposeOfUse", "doubler"
    ),
    "vihf_saml_1": _vihf("L'assertion est déclarée en SAML 1.1.", "/Assertion/@Version", "remplacer", "1.1"),
    "vihf_sans_lps_id": _vihf("LPS_ID manque au VIHF.", "//Attribute[@Name='LPS_ID']", "retirer"),
    "vihf_sans_structure": _vihf(
        "Identifiant_Structure manque au VIHF.", "//Attribute[@Name='Identifiant_Structure']", "retirer"
    ),
    "vihf_version_2": _attribut("VIHF_Version vaut 2.0.", "VIHF_Version", "2.0"),
    "vihf_mode_inconnu": _attribut("Authentification_mode est inconnu.", "Authentification_mode", "DIRECT"),
    "vihf_sans_specialite": _vihf(
        "Le rôle d'un médecin ne porte pas sa spécialité.",
        "//Attribute[@Name='urn:oasis:names:tc:xacml:2.0:subject:role']/AttributeValue[position()>1]",
        "retirer",
    ),
    "vihf_usage_inconnu": _vihf(
        "PurposeOfUse est hors de sa nomenclature.", "//PurposeOfUse/@code", "remplacer", "recherche"
    ),
    "vihf_structure_sans_type": _attribut(
        "Identifiant_Structure n'est pas un Struct_IdNat.", "Identifiant_Structure", "LABO"
    ),
    "vihf_structure_d_une_autre": _attribut(
        "Identifiant_Structure désigne une autre structure.", "Identifiant_Structure", "1990000076"
    ),
    "vihf_secteur_inconnu": _attribut("Secteur_Activite est inconnu.", "Secteur_Activite", "ZZ99^1.2.250.1.71.4.2.4"),
    "vihf_name_id_libre": _vihf("NameID n'est pas un identifiant national.", "//Subject/NameID", "remplacer", "LABO"),
    "vihf_ins_sans_cle": _attribut(
        "resource-id porte l'INS sans sa clé.",
        "urn:oasis:names:tc:xacml:2.0:resource:resource-id",
        "1000199999001^^^&1.2.250.1.213.1.4.10&ISO^NH",
    ),
    "vihf_oid_ins_c": _vihf(
        "resource-id porte l'INS sous l'OID de l'INS-C.",
        "//Attribute[@Name='urn:oasis:names:tc:xacml:2.0:resource:resource-id']/AttributeValue",
        "remplacer",
        lambda cx: cx.replace("1.2.250.1.213.1.4.10", "1.2.250.1.213.1.4.2"),
    ),
    "vihf_urn_fausse": _attribut("Ressource_URN ne désigne pas le DMP.", "Ressource_URN", "urn:mes"),
    "vihf_contexte_libre": _vihf(
        "Le contexte d'authentification n'est pas une classe SAML.", "//AuthnContextClassRef", "remplacer", "Password"
    ),
}

FICHES: dict[str, Mutation] = {
    "xds_patient_double": _lot(
        "La fiche porte deux fois patientId.",
        f"{_FICHE}/ExternalIdentifier[@identificationScheme='{s.PATIENT_ID}']",
        "doubler",
    ),
    "xds_type_objet_faux": _lot(
        "La fiche est celle d'un document à la demande.",
        f"{_FICHE}/@objectType",
        "remplacer",
        "urn:uuid:34268e47-fdf5-41a6-ba33-82133c465248",
    ),
    "xds_sans_auteur": _lot(
        "La fiche n'a pas d'auteur.", f"{_FICHE}/Classification[@classificationScheme='{s.AUTEUR}']", "retirer"
    ),
    "xds_auteur_sans_type": _case("authorPerson n'a que le nom.", "authorPerson", "BIOLOGUE"),
    "xds_structure_incomplete": _case("authorInstitution n'a que le nom.", "authorInstitution", "LABORATOIRE"),
    "xds_specialite_libre": _case("authorSpecialty est un texte libre.", "authorSpecialty", "Biologie"),
    "xds_classe_inconnue": _code("classCode est hors nomenclature.", s.CLASSE, "99"),
    "xds_type_inconnu": _lot(
        "typeCode est donné dans une nomenclature locale.",
        f"{_FICHE}/Classification[@classificationScheme='{s.TYPE}']/Slot[@name='codingScheme']//Value",
        "remplacer",
        "1.2.250.1.213.99.1.5",
    ),
    "xds_visibilite_inconnue": _code("confidentialityCode est inconnu.", s.CONFIDENTIALITE, "SECRET"),
    "xds_format_inconnu": _lot(
        "formatCode est donné dans une nomenclature locale.",
        f"{_FICHE}/Classification[@classificationScheme='{s.FORMAT}']/Slot[@name='codingScheme']//Value",
        "remplacer",
        "1.2.250.1.213.99.1.6",
    ),
    "xds_etablissement_autre": _code("healthcareFacilityTypeCode n'est pas celui du CDA.", s.ETABLISSEMENT, "SA07"),
    "xds_etablissement_inconnu": _code("healthcareFacilityTypeCode est inconnu.", s.ETABLISSEMENT, "LABO"),
    "xds_cadre_autre": _code("practiceSettingCode n'est pas celui du CDA.", s.CADRE, "ETABLISSEMENT"),
    "xds_cadre_inconnu": _code("practiceSettingCode est hors nomenclature.", s.CADRE, "LABO"),
    "xds_confidentialite_autre": _code("confidentialityCode n'est pas celui du CDA.", s.CONFIDENTIALITE, "R"),
    "xds_type_autre": _code("typeCode n'est pas celui du CDA.", s.TYPE, "34133-9"),
    "xds_patient_sans_cle": _lot(
        "patientId porte l'INS sans sa clé.",
        f"{_FICHE}/ExternalIdentifier[@identificationScheme='{s.PATIENT_ID}']/@value",
        "remplacer",
        lambda cx: cx[:13] + cx[15:],
    ),
    "xds_unique_id_uuid": _lot(
        "uniqueId est un URN d'UUID.",
        f"{_FICHE}/ExternalIdentifier[@identificationScheme='{s.UNIQUE_ID}']/@value",
        "remplacer",
        "urn:uuid:6f1c9a52-3c1e-4f0c-9d59-0b8a6d1c2f10",
    ),
    "xds_creation_avec_fuseau": _case("creationTime porte un fuseau.", "creationTime", "{}+0100"),
    "xds_langue_libre": _case("languageCode n'est pas un code de langue.", "languageCode", "français"),
    "xds_responsable_libre": _case("legalAuthenticator n'a que le nom.", "legalAuthenticator", "BIOLOGUE"),
    "xds_responsable_autre": _case(
        "legalAuthenticator n'est pas le responsable du CDA.",
        "legalAuthenticator",
        "899900000900^AUTRE^ALEX^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS",
    ),
    "xds_source_patient_libre": _case("sourcePatientId n'est pas un CX.", "sourcePatientId", "P1"),
    "xds_structure_autre": _case(
        "authorInstitution désigne une autre structure.",
        "authorInstitution",
        "AUTRE LABO^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1990000076",
    ),
}

LOT: dict[str, Mutation] = {
    "lot_sans_auteur": _lot(
        "Le lot n'a pas d'auteur.", f"{_LOT}/Classification[@classificationScheme='{s.LOT_AUTEUR}']", "retirer"
    ),
    "lot_contenu_inconnu": _lot(
        "contentTypeCode est donné dans une nomenclature locale.",
        f"{_LOT}/Classification[@classificationScheme='{s.LOT_CONTENU}']/Slot[@name='codingScheme']//Value",
        "remplacer",
        "1.2.250.1.213.99.1.7",
    ),
    "lot_sans_heure": _lot("Le lot n'a pas d'heure d'envoi.", f"{_LOT}/Slot[@name='submissionTime']", "retirer"),
    "lot_lien_inconnu": _lot(
        "Un lien du lot est d'un type inconnu.",
        f"{_LISTE}/Association[@id='as8']/@associationType",
        "remplacer",
        "urn:labo:lien",
    ),
    "lot_document_reference": _lot(
        "Le document est rattaché au lot comme référence.",
        f"{_LISTE}/Association[@id='as1']/Slot//Value",
        "remplacer",
        "Reference",
    ),
    "lot_patient_autre": _lot(
        "Le patient du lot n'est pas celui du VIHF.",
        f"{_LOT}/ExternalIdentifier[@identificationScheme='{s.LOT_PATIENT_ID}']/@value",
        "remplacer",
        "100019999900149^^^&1.2.250.1.213.1.4.10&ISO^NH",
    ),
    "lot_double": _lot("Le lot porte deux fois son identifiant de source.", f"{_LOT}/Slot", "doubler"),
    "lot_avec_classeur": _lot(
        "Le lot porte un classeur.",
        _LISTE,
        "ajouter",
        '<rim:RegistryPackage xmlns:rim="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0" id="classeur1">'
        '<rim:Classification id="cl-classeur1" classifiedObject="classeur1" '
        'classificationNode="urn:uuid:d9d542f3-6cc4-48b6-8870-ea235fbc94c2"/></rim:RegistryPackage>',
    ),
    "lot_document_absent": _lot(
        "Une fiche du lot n'a pas son document.",
        "//ProvideAndRegisterDocumentSetRequest"
        "[.//*[@nodeRepresentation='urn:ihe:lab:xd-lab:2008']]/Document[@id='doc1']",
        "retirer",
    ),
    "signature_code_faux": _lot(
        "La fiche de la signature est classée comme un compte rendu.",
        f"{_SIGNATURE}/Classification[@classificationScheme='{s.CLASSE}']/@nodeRepresentation",
        "remplacer",
        "11",
    ),
    "signature_type_faux": _lot(
        "La fiche de la signature a le type d'un compte rendu.",
        f"{_SIGNATURE}/Classification[@classificationScheme='{s.TYPE}']/@nodeRepresentation",
        "remplacer",
        "11502-2",
    ),
    "signature_sans_lien": _lot("La signature n'est pas liée au lot.", f"{_LISTE}/Association[@id='as8']", "retirer"),
    "signature_sans_document": Mutation(
        "Le manifeste ne désigne pas les documents du lot.",
        "lot_manifeste",
        "//Manifest/Reference[position()>1]",
        "retirer",
    ),
}

DMP: dict[str, Mutation] = {**ENVELOPPE, **VIHF, **FICHES, **LOT}
