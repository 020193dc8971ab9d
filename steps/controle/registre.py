"""Quel module examine quel type de fichier ; rien n'est importé avant qu'un fichier ne le demande."""

from __future__ import annotations

import importlib

from steps.controle.modele import Examinateur, TypeFichier

EXAMINATEURS: dict[TypeFichier, tuple[str, str]] = {
    TypeFichier.CDA_N1: ("steps.controle.examens.cda", "examiner_cda"),
    TypeFichier.CDA_N3: ("steps.controle.examens.cda", "examiner_cda"),
    TypeFichier.PDF: ("steps.controle.examens.pdf", "examiner_pdf"),
    TypeFichier.XDM: ("steps.controle.examens.xdm", "examiner_xdm"),
    TypeFichier.METADATA: ("steps.controle.examens.xdm", "examiner_metadata"),
    TypeFichier.SOAP_INSI: ("steps.controle.examens.soap", "examiner_soap_insi"),
    TypeFichier.SOAP_DMP: ("steps.controle.examens.soap", "examiner_soap_dmp"),
    TypeFichier.SAML: ("steps.controle.examens.saml", "examiner_saml"),
    TypeFichier.JWT: ("steps.controle.examens.jwt", "examiner_jwt"),
    TypeFichier.HL7V2: ("steps.controle.examens.hl7v2", "examiner_hl7v2"),
    TypeFichier.COURRIEL: ("steps.controle.examens.courriel", "examiner_courriel"),
    TypeFichier.KOS: ("steps.controle.examens.kos", "examiner_kos"),
}

LIBELLES = {
    TypeFichier.CDA_N1: "CDA niveau 1",
    TypeFichier.CDA_N3: "CDA niveau 3",
    TypeFichier.PDF: "PDF",
    TypeFichier.XDM: "archive XDM",
    TypeFichier.METADATA: "métadonnées XDS (METADATA.XML)",
    TypeFichier.SOAP_INSI: "message SOAP INSi",
    TypeFichier.SOAP_DMP: "message SOAP DMP",
    TypeFichier.SAML: "assertion SAML",
    TypeFichier.JWT: "jeton JWT",
    TypeFichier.HL7V2: "message HL7 v2",
    TypeFichier.COURRIEL: "courriel",
    TypeFichier.KOS: "objet DICOM (KOS)",
    TypeFichier.INCONNU: "type inconnu",
}


def examinateur(type_fichier: TypeFichier) -> Examinateur:
    """L'examinateur d'un type ; lève `ImportError` ou `AttributeError` s'il manque, `KeyError` pour INCONNU."""
    module, fonction = EXAMINATEURS[type_fichier]
    trouve: Examinateur = getattr(importlib.import_module(module), fonction)
    return trouve
