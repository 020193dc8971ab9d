"""Sections et entrées d'un compte rendu de biologie : leurs modèles, leur code, leur statut."""

from __future__ import annotations

from lxml import etree

from simulators.logiciel_temoin.base import Document
from simulators.logiciel_temoin.cda_ecriture import code, e
from simulators.logiciel_temoin.cda_lecture import Code
from simulators.logiciel_temoin.labo import Labo


def section(nouvelle: etree._Element, ihe: str, ans: str, quoi: Code, titre: str) -> None:
    """Modèles, code et titre d'une section."""
    e(nouvelle, "templateId", root=ihe)
    e(nouvelle, "templateId", root=ans)
    code(nouvelle, "code", quoi)
    e(nouvelle, "title", titre)


def sous_chapitre(chapitre: etree._Element, quoi: Code, titre: str) -> etree._Element:
    """Une section FR-CR-BIO-Sous-Chapitre de ce chapitre."""
    sous = e(e(chapitre, "component"), "section")
    section(sous, "1.3.6.1.4.1.19376.1.3.3.2.2", "1.2.250.1.213.1.1.2.71", quoi, titre)
    return sous


def entree(labo: Labo, dans: etree._Element, document: Document, quoi: Code) -> etree._Element:
    """L'acte d'une entrée FR-Resultats-examens-de-biologie-medicale ; son statut est celui du compte rendu."""
    entry = e(dans, "entry", typeCode="DRIV")
    e(entry, "templateId", root="1.3.6.1.4.1.19376.1.3.1")
    e(entry, "templateId", root="1.2.250.1.213.1.1.3.21")
    acte = e(entry, "act", classCode="ACT", moodCode="EVN")
    code(acte, "code", quoi)
    partiel = document.statut_cr == "partiel" and not labo.defaut("cda_partiel_complet")
    e(acte, "statusCode", code="active" if partiel else "completed")
    return acte
