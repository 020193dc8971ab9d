"""Ce qu'un compte rendu dit des examens exécutés par un autre laboratoire : son nom, ses coordonnées, son PDF."""

from __future__ import annotations

from lxml import etree

from simulators.logiciel_temoin.base import Analyse, Document
from simulators.logiciel_temoin.cda_documents_attaches import attacher
from simulators.logiciel_temoin.cda_ecriture import code, e
from simulators.logiciel_temoin.cda_lecture import OID_STRUCTURE, Code
from simulators.logiciel_temoin.complements import Tiers
from simulators.logiciel_temoin.horloge import en_ts
from simulators.logiciel_temoin.labo import Labo

_SECONDE_INTENTION = Code("101792-0", "2.16.840.1.113883.6.1", "Résultats de laboratoire scannés")
_CADRE = Code("AMBULATOIRE", "1.2.250.1.213.1.1.4.9", "Ambulatoire")
TITRE_PDF = "Compte rendu du laboratoire sous-traitant (PDF)"


def est_sous_traitee(document: Document, analyse: Analyse) -> bool:
    """Vrai si le compte rendu nomme le laboratoire qui a exécuté cette analyse."""
    return analyse.sous_traitee and document.complements.sous_traitant is not None


def en_toutes_lettres(labo: Labo, tiers: Tiers) -> str:
    """« Nom, adresse, code postal ville, tél. … »."""
    if labo.defaut("sous_traitant_sans_coordonnees"):
        return tiers.nom
    lieu = f"{tiers.code_postal} {tiers.ville}".strip()
    telephone = f"tél. {tiers.telephone}" if tiers.telephone else ""
    return ", ".join(filter(None, (tiers.nom, tiers.adresse, lieu, telephone)))


def annoncer(labo: Labo, bloc: etree._Element, document: Document) -> None:
    """Le récit dit qui a exécuté les analyses qui suivent."""
    tiers = document.complements.sous_traitant
    if tiers is not None:
        e(bloc, "paragraph", f"Analyses exécutées par : {en_toutes_lettres(labo, tiers)}")


def executant(labo: Labo, acte: etree._Element, document: Document) -> None:
    """Élément FR-Laboratoire-executant."""
    tiers = document.complements.sous_traitant
    if tiers is None or labo.defaut("sous_traitant_sans_performer"):
        return
    executant = e(acte, "performer", typeCode="PRF")
    e(executant, "templateId", root="1.3.6.1.4.1.19376.1.3.3.1.7")
    e(executant, "templateId", root="1.2.250.1.213.1.1.3.23")
    e(executant, "time", value=en_ts(document.date_acte))
    entite = e(executant, "assignedEntity")
    e(entite, "id", nullFlavor="UNK")
    e(entite, "addr", nullFlavor="UNK")
    e(entite, "telecom", nullFlavor="UNK")
    organisation = e(entite, "representedOrganization")
    propre = labo.environnement.structure
    if labo.defaut("sous_traitant_constant"):
        e(organisation, "id", root=OID_STRUCTURE, extension=propre.identifiant_national)
        e(organisation, "name", propre.nom)
    else:
        if tiers.finess:
            e(organisation, "id", root=OID_STRUCTURE, extension=f"1{tiers.finess}")
        else:
            e(organisation, "id", nullFlavor="UNK")
        e(organisation, "name", tiers.nom)
    _coordonnees(labo, organisation, tiers)
    code(organisation, "standardIndustryClassCode", _CADRE)


def _coordonnees(labo: Labo, organisation: etree._Element, tiers: Tiers) -> None:
    if labo.defaut("sous_traitant_sans_coordonnees") or not tiers.telephone:
        e(organisation, "telecom", nullFlavor="UNK")
    else:
        e(organisation, "telecom", value=f"tel:{tiers.telephone.replace(' ', '')}", use="WP")
    lignes = [ligne for ligne in (tiers.adresse, f"{tiers.code_postal} {tiers.ville}".strip()) if ligne]
    if labo.defaut("sous_traitant_sans_coordonnees") or not lignes:
        e(organisation, "addr", nullFlavor="UNK")
        return
    adresse = e(organisation, "addr")
    for ligne in lignes:
        e(adresse, "streetAddressLine", ligne)


def ajouter_pdf(labo: Labo, structure: etree._Element, document: Document) -> None:
    """Section FR-Resultats-de-laboratoire-de-biologie-de-seconde-intention : le PDF reçu, dans le document."""
    complements = document.complements
    if not complements.pdf_sous_traitant or labo.defaut("pdf_sous_traitant_oublie"):
        return
    section = e(e(structure, "component"), "section")
    e(section, "templateId", root="1.2.250.1.213.1.1.2.60")
    e(section, "id", root=labo.oid_unique())
    code(section, "code", _SECONDE_INTENTION)
    e(section, "title", TITRE_PDF)
    if labo.defaut("pdf_sous_traitant_lien"):
        lien = e(e(e(section, "text"), "paragraph"), "linkHtml", TITRE_PDF)
        lien.set("href", "https://resultats.laboratoire.invalid/compte-rendu.pdf")
        return
    attacher(labo, section, complements.pdf_sous_traitant, "pdf-sous-traitant", TITRE_PDF, None)
    tiers = complements.sous_traitant
    if tiers is not None:
        recit = section.find("{urn:hl7-org:v3}text")
        if recit is not None:
            e(recit, "paragraph", f"Laboratoire sous-traitant : {en_toutes_lettres(labo, tiers)}")
