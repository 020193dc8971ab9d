"""Corps structuré d'un compte rendu : un chapitre par discipline, ses résultats, puis les documents attachés."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml import etree

from simulators.logiciel_temoin import cda_chapitres, cda_documents_attaches, cda_mentions, cda_microbiologie
from simulators.logiciel_temoin import cda_sous_traitance as sous_traitance
from simulators.logiciel_temoin.base import Analyse, Document
from simulators.logiciel_temoin.cda_ecriture import code, e
from simulators.logiciel_temoin.cda_lecture import Code
from simulators.logiciel_temoin.cda_sections import entree, section, sous_chapitre
from simulators.logiciel_temoin.horloge import en_ts
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.soap import XSI

LOINC = "2.16.840.1.113883.6.1"
_NOMBRE = re.compile(r"^-?\d+(\.\d+)?$")
_UNITE = re.compile(r"^\S+$")

Rangees = Sequence[tuple[int, Analyse]]


def remplir(labo: Labo, corps: etree._Element, document: Document, contenu_pdf: bytes) -> None:
    """Écrit `structuredBody` dans le composant principal du document."""
    structure = e(corps, "structuredBody")
    cda_mentions.sections_avant(labo, structure, document)
    mention = document.mention
    for chapitre, analyses in cda_chapitres.par_chapitre(document):
        if _chapitre(labo, structure, document, chapitre, analyses, mention):
            mention = ""
    for titre, texte in document.sections:
        _section_ajoutee(e(e(structure, "component"), "section"), titre, texte)
    attente = [f"{a.libelle} : en attente" for a in document.analyses if a.valeur is None]
    cda_mentions.section_libre(labo, structure, "Résultats en attente", [mention, *attente])
    cda_mentions.sections_apres(labo, structure, document)
    sous_traitance.ajouter_pdf(labo, structure, document)
    if not labo.defaut("cda_sans_copie_pdf"):
        cda_documents_attaches.copie_pdf(labo, e(e(structure, "component"), "section"), contenu_pdf)


def remplir_de_sections(corps: etree._Element, document: Document) -> None:
    """Le corps d'un document sans résultats : ses sections, en texte."""
    structure = e(corps, "structuredBody")
    for titre, texte in (*((("Version", document.mention),) if document.mention else ()), *document.sections):
        nouvelle = e(e(structure, "component"), "section")
        e(nouvelle, "title", titre)
        recit = e(nouvelle, "text")
        for ligne in texte.splitlines():
            e(recit, "paragraph", ligne)


def _chapitre(
    labo: Labo, structure: etree._Element, document: Document, quoi: Code, analyses: Rangees, mention: str
) -> bool:
    """Le chapitre et ses résultats rendus, le volet voulant au moins un résultat par section ; faux s'il n'a rien."""
    rendues = [(rang, analyse) for rang, analyse in analyses if analyse.valeur is not None]
    groupes = [
        [(rang, a) for rang, a in rendues if not sous_traitance.est_sous_traitee(document, a)],
        [(rang, a) for rang, a in rendues if sous_traitance.est_sous_traitee(document, a)],
    ]
    if groupes[1] and labo.defaut("cda_sous_traitees_omises"):
        groupes[1] = []
    germes = quoi == cda_chapitres.MICROBIOLOGIE and bool(document.complements.germes)
    if germes and labo.defaut("cda_sans_microbiologie"):
        germes = False
    if not any(groupes) and not germes:
        return False
    chapitre = e(e(structure, "component"), "section")
    section(chapitre, "1.3.6.1.4.1.19376.1.3.3.2.1", "1.2.250.1.213.1.1.2.70", quoi, quoi.libelle)
    for groupe, titre in zip(groupes, ("Résultats", "Analyses sous-traitées"), strict=True):
        if groupe:
            _groupe(labo, sous_chapitre(chapitre, quoi, titre), document, quoi, groupe, mention)
            mention = ""
    if germes:
        sous = sous_chapitre(chapitre, quoi, "Examen microbiologique")
        cda_microbiologie.ajouter(labo, sous, document, quoi, mention)
    return True


def _groupe(labo: Labo, sous: etree._Element, document: Document, quoi: Code, analyses: Rangees, mention: str) -> None:
    bloc = e(sous, "text")
    if mention:
        e(bloc, "paragraph", mention)
    exterieures = sous_traitance.est_sous_traitee(document, analyses[0][1])
    if exterieures:
        sous_traitance.annoncer(labo, bloc, document)
    _tableau(labo, bloc, document, analyses)
    acte = entree(labo, sous, document, quoi)
    if exterieures:
        sous_traitance.executant(labo, acte, document)
    if len(document.analyses) > 3 and labo.defaut("cda_dernier_resultat_oublie"):
        analyses = [(rang, analyse) for rang, analyse in analyses if rang < len(document.analyses)]
    for rang, analyse in analyses:
        _observation(labo, e(acte, "entryRelationship", typeCode="COMP"), analyse, rang, document)


def _section_ajoutee(ajoutee: etree._Element, titre: str, texte: str) -> None:
    """Section libre, hors du volet : un commentaire du biologiste."""
    code(ajoutee, "code", Code("48767-8", LOINC, "Commentaire"))
    e(ajoutee, "title", titre)
    e(e(ajoutee, "text"), "paragraph", texte)


def _tableau(labo: Labo, bloc: etree._Element, document: Document, analyses: Rangees) -> None:
    table = e(bloc, "table")
    ligne = e(e(table, "thead"), "tr")
    for titre in ("Analyse", "Résultat"):
        e(ligne, "th", titre)
    corps = e(table, "tbody")
    for rang, analyse in analyses:
        ligne = e(corps, "tr")
        libelle = e(ligne, "td", cda_mentions.marque(document, analyse, labo) or None)
        e(libelle, "content", analyse.libelle, ID=f"resultat-{rang:02d}")
        e(ligne, "td", _lisible(labo, analyse))


def _lisible(labo: Labo, analyse: Analyse) -> str:
    if labo.defaut("cda_recit_sans_valeur"):
        return "voir les données structurées"
    unite = "" if labo.defaut("cda_recit_sans_unite") else analyse.unite
    return f"{analyse.valeur} {unite}".strip()


def _observation(labo: Labo, relation: etree._Element, analyse: Analyse, rang: int, document: Document) -> None:
    observation = e(relation, "observation", classCode="OBS", moodCode="EVN")
    e(observation, "templateId", root="1.3.6.1.4.1.19376.1.3.1.6")
    e(observation, "templateId", root="1.2.250.1.213.1.1.3.80")
    quoi = code(observation, "code", Code(analyse.code, LOINC, analyse.libelle))
    e(e(quoi, "originalText"), "reference", value=f"#resultat-{rang:02d}")
    e(observation, "statusCode", code="completed")
    e(observation, "effectiveTime", value=en_ts(document.date_acte))
    unite = "1" if analyse.unite == "mg/L" and labo.defaut("cda_unite_perdue") else analyse.unite
    _valeur(observation, analyse.valeur or "", unite)


def _valeur(observation: etree._Element, valeur: str, unite: str) -> None:
    nombre = valeur.replace(",", ".")
    if _NOMBRE.match(nombre) and (not unite or _UNITE.match(unite)):
        ecrite = e(observation, "value", value=nombre, unit=unite or None)
        ecrite.set(f"{{{XSI}}}type", "PQ")
    else:
        ecrite = e(observation, "value", f"{valeur} {unite}".strip())
        ecrite.set(f"{{{XSI}}}type", "ST")
