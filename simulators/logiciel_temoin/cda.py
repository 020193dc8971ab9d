"""Documents CDA R2 du laboratoire : compte rendu de biologie structuré (N3), document non structuré (N1)."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from datetime import datetime

from lxml import etree

from simulators.logiciel_temoin import cda_mentions, pdf
from simulators.logiciel_temoin.base import Analyse, Document
from simulators.logiciel_temoin.cda_ecriture import code, e
from simulators.logiciel_temoin.cda_entete import CHAPITRE, LOINC, Contenu, auteur_structure, entete
from simulators.logiciel_temoin.cda_lecture import Code, Intervenant
from simulators.logiciel_temoin.horloge import en_ts
from simulators.logiciel_temoin.identite import Patient
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.soap import XSI

MODELES_N1 = ("1.3.6.1.4.1.19376.1.2.20",)
MODELES_CR_BIO = ("1.3.6.1.4.1.19376.1.3.3", "1.2.250.1.213.1.1.1.55|2024.01")
_NOMBRE = re.compile(r"^-?\d+(\.\d+)?$")
_UNITE = re.compile(r"^\S+$")


def construire(labo: Labo, patient: Patient, document: Document) -> bytes:
    """CDA du document, à l'identité du moment."""
    structure = document.niveau == "N3"
    racine = entete(labo, patient, document, _contenu(labo, document, structure))
    corps = e(racine, "component")
    contenu_pdf = document.pdf or pdf.editer(labo, patient, _a_editer(labo, document))
    if structure:
        _corps_structure(labo, corps, document, contenu_pdf)
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
        modeles=MODELES_CR_BIO if structure else MODELES_N1,
        parent=parent,
        auteurs=_auteurs(labo, document),
        creation=_date_document(labo, document),
        statut="active" if partiel else "completed",
    )


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


def _corps_structure(labo: Labo, corps: etree._Element, document: Document, contenu_pdf: bytes) -> None:
    structure = e(corps, "structuredBody")
    cda_mentions.sections_avant(labo, structure, document)
    chapitre = e(e(structure, "component"), "section")
    _section(chapitre, "1.3.6.1.4.1.19376.1.3.3.2.1", "1.2.250.1.213.1.1.2.70", CHAPITRE, "BIOCHIMIE")
    section = e(e(chapitre, "component"), "section")
    _section(section, "1.3.6.1.4.1.19376.1.3.3.2.2", "1.2.250.1.213.1.1.2.71", CHAPITRE, None)
    _texte(labo, e(section, "text"), document)
    entree = e(section, "entry", typeCode="DRIV")
    e(entree, "templateId", root="1.3.6.1.4.1.19376.1.3.1")
    e(entree, "templateId", root="1.2.250.1.213.1.1.3.21")
    acte = e(entree, "act", classCode="ACT", moodCode="EVN")
    code(acte, "code", CHAPITRE)
    partiel = document.statut_cr == "partiel" and not labo.defaut("cda_partiel_complet")
    e(acte, "statusCode", code="active" if partiel else "completed")
    for rang, analyse in enumerate(document.analyses, 1):
        _observation(e(acte, "entryRelationship", typeCode="COMP"), analyse, rang, document)
    for titre, texte in document.sections:
        _section_ajoutee(e(e(structure, "component"), "section"), titre, texte)
    cda_mentions.sections_apres(labo, structure, document)
    if not labo.defaut("cda_sans_copie_pdf"):
        _copie_pdf(labo, e(e(structure, "component"), "section"), contenu_pdf)


def _section(section: etree._Element, ihe: str, ans: str, quoi: Code, titre: str | None) -> None:
    e(section, "templateId", root=ihe)
    e(section, "templateId", root=ans)
    code(section, "code", quoi)
    if titre:
        e(section, "title", titre)


def _section_ajoutee(section: etree._Element, titre: str, texte: str) -> None:
    """Section libre, hors du volet : un commentaire du biologiste."""
    code(section, "code", Code("48767-8", LOINC, "Commentaire"))
    e(section, "title", titre)
    e(e(section, "text"), "paragraph", texte)


def _texte(labo: Labo, bloc: etree._Element, document: Document) -> None:
    if document.mention:
        e(bloc, "paragraph", document.mention)
    table = e(bloc, "table")
    ligne = e(e(table, "thead"), "tr")
    for titre in ("Analyse", "Résultat"):
        e(ligne, "th", titre)
    corps = e(table, "tbody")
    for rang, analyse in enumerate(document.analyses, 1):
        ligne = e(corps, "tr")
        libelle = e(ligne, "td", cda_mentions.marque(document, analyse, labo) or None)
        e(libelle, "content", analyse.libelle, ID=f"resultat-{rang:02d}")
        e(ligne, "td", "en attente" if analyse.valeur is None else f"{analyse.valeur} {analyse.unite}".strip())


def _observation(relation: etree._Element, analyse: Analyse, rang: int, document: Document) -> None:
    observation = e(relation, "observation", classCode="OBS", moodCode="EVN")
    e(observation, "templateId", root="1.3.6.1.4.1.19376.1.3.1.6")
    e(observation, "templateId", root="1.2.250.1.213.1.1.3.80")
    quoi = code(observation, "code", Code(analyse.code, LOINC, analyse.libelle))
    e(e(quoi, "originalText"), "reference", value=f"#resultat-{rang:02d}")
    e(observation, "statusCode", code="active" if analyse.valeur is None else "completed")
    e(observation, "effectiveTime", value=en_ts(document.date_acte))
    if analyse.valeur is None:
        return
    nombre = analyse.valeur.replace(",", ".")
    if _NOMBRE.match(nombre) and (not analyse.unite or _UNITE.match(analyse.unite)):
        valeur = e(observation, "value", value=nombre, unit=analyse.unite or None)
        valeur.set(f"{{{XSI}}}type", "PQ")
    else:
        valeur = e(observation, "value", f"{analyse.valeur} {analyse.unite}".strip())
        valeur.set(f"{{{XSI}}}type", "ST")


def _copie_pdf(labo: Labo, section: etree._Element, contenu_pdf: bytes) -> None:
    e(section, "templateId", root="1.2.250.1.213.1.1.2.243")
    e(section, "id", root=labo.oid_unique())
    copie = Code("55108-5", LOINC, "Copie du document")
    code(section, "code", copie)
    e(section, "title", "Copie du document")
    corps = e(e(e(section, "text"), "table"), "tbody")
    e(e(e(corps, "tr"), "td"), "content", "Copie PDF du compte rendu", ID="titre-copie-pdf")
    e(e(e(corps, "tr"), "td"), "renderMultiMedia", referencedObject="copie-pdf")
    organisateur = e(e(section, "entry"), "organizer", classCode="CLUSTER", moodCode="EVN")
    e(organisateur, "templateId", root="1.2.250.1.213.1.1.3.18")
    e(organisateur, "id", root=labo.oid_unique())
    code(organisateur, "code", Code("55107-7", LOINC, "Document attaché"))
    e(organisateur, "statusCode", code="completed")
    nature = e(e(organisateur, "component"), "observation", classCode="OBS", moodCode="EVN")
    for modele in ("1.3.6.1.4.1.19376.1.5.3.1.4.13", "1.2.250.1.213.1.1.3.48", "1.2.250.1.213.1.1.3.48.18"):
        e(nature, "templateId", root=modele)
    e(nature, "id", root=labo.oid_unique())
    code(nature, "code", Code("69764-9", LOINC, "Type de document"))
    e(e(nature, "text"), "reference", value="#titre-copie-pdf")
    e(nature, "statusCode", code="completed")
    e(nature, "effectiveTime", nullFlavor="NA")
    code(nature, "value", copie).set(f"{{{XSI}}}type", "CD")
    media = e(e(organisateur, "component"), "observationMedia", classCode="OBS", moodCode="EVN", ID="copie-pdf")
    valeur = e(media, "value", base64.b64encode(contenu_pdf).decode())
    valeur.set("mediaType", "application/pdf")
    valeur.set("representation", "B64")
