"""Documents CDA R2 du laboratoire : compte rendu de biologie structuré (N3), document non structuré (N1)."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import datetime

from lxml import etree

from simulators.logiciel_temoin import cda_structure, cda_vsm, pdf
from simulators.logiciel_temoin.base import Document
from simulators.logiciel_temoin.cda_ecriture import e
from simulators.logiciel_temoin.cda_entete import Contenu, auteur_structure, entete
from simulators.logiciel_temoin.cda_lecture import Intervenant
from simulators.logiciel_temoin.identite import Patient
from simulators.logiciel_temoin.labo import Labo

MODELES_N1 = ("1.3.6.1.4.1.19376.1.2.20",)
MODELES_CR_BIO = ("1.3.6.1.4.1.19376.1.3.3", "1.2.250.1.213.1.1.1.55|2024.01")


def construire(labo: Labo, patient: Patient, document: Document) -> bytes:
    """CDA du document, à l'identité du moment."""
    structure = document.niveau == "N3"
    racine = entete(labo, patient, document, _contenu(labo, document, structure))
    corps = e(racine, "component")
    contenu_pdf = document.pdf or pdf.editer(labo, patient, _a_editer(labo, document))
    if structure and document.analyses:
        cda_structure.remplir(labo, corps, document, contenu_pdf)
    elif structure and document.volet is not None:
        cda_vsm.remplir(labo, corps, document.volet)
    elif structure:
        cda_structure.remplir_de_sections(corps, document)
    else:
        brut = e(e(corps, "nonXMLBody"), "text", base64.b64encode(contenu_pdf).decode())
        brut.set("mediaType", "application/pdf")
        brut.set("representation", "B64")
    labo.defauts.muter_xml("cda", racine, document.niveau)
    octets = etree.tostring(racine, xml_declaration=True, encoding="UTF-8")
    return labo.defauts.muter_texte("cda_octets", octets.decode(), document.niveau).encode()


def _a_editer(labo: Labo, document: Document) -> Document:
    if document.niveau == "N1" and document.analyses and labo.defaut("n1_resultats_oublies"):
        return replace(document, analyses=document.analyses[:1])
    return document


def sous_forme(labo: Labo, document: Document, niveau: str) -> Document:
    """Le même compte rendu à un autre niveau : un autre document, avec son identifiant et sa lignée."""
    unique_id, set_id = identifiants(labo, document, niveau)
    return replace(document, niveau=niveau, unique_id=unique_id, set_id=set_id)


def identifiants(labo: Labo, document: Document, niveau: str) -> tuple[str, str]:
    """(id, setId) du compte rendu à ce niveau ; tirés une fois, la lignée suit la version précédente."""
    if niveau == document.niveau or labo.defaut("n1_identifiant_du_n3"):
        return document.unique_id or "", document.set_id
    if niveau not in document.autres_formes:
        lignee = labo.oid_unique()
        if document.precedent:
            lignee = identifiants(labo, labo.base.document(document.precedent), niveau)[1]
        document.autres_formes[niveau] = (labo.oid_unique(), lignee)
    return document.autres_formes[niveau]


def _contenu(labo: Labo, document: Document, structure: bool) -> Contenu:
    parent = None
    if document.precedent and not labo.defaut("cda_sans_related_document"):
        precedent = labo.base.document(document.precedent)
        parent = (identifiants(labo, precedent, document.niveau)[0], precedent.version)
    partiel = document.statut_cr == "partiel" and not labo.defaut("cda_partiel_complet")
    return Contenu(
        modeles=_modeles(document, structure),
        parent=parent,
        auteurs=_auteurs(labo, document),
        creation=_date_document(labo, document),
        statut="active" if partiel else "completed",
    )


def _modeles(document: Document, structure: bool) -> tuple[str, ...]:
    if not structure:
        return MODELES_N1
    if document.volet is not None:
        return (cda_vsm.MODELE,)
    return MODELES_CR_BIO if document.analyses else ()


def _date_document(labo: Labo, document: Document) -> datetime:
    """Un document ancien est daté de l'acte, même reconstitué aujourd'hui."""
    if document.historique and not labo.defaut("historique_date_du_jour"):
        return document.date_acte
    return document.date_creation


def _auteurs(labo: Labo, document: Document) -> tuple[Intervenant, ...]:
    morale = auteur_structure(labo.environnement.structure)
    if document.origine == "recu":
        return (document.auteur, morale)
    if (document.auteur_hors_rpps or document.personne_morale) and not labo.defaut("historique_sans_personne_morale"):
        return (document.auteur, morale)
    return (document.auteur,)
