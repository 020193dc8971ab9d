"""Microbiologie d'un compte rendu : le prélèvement, chaque germe isolé et son antibiogramme."""

from __future__ import annotations

from lxml import etree

from simulators.logiciel_temoin.base import Document
from simulators.logiciel_temoin.cda_ecriture import code, e
from simulators.logiciel_temoin.cda_lecture import Code
from simulators.logiciel_temoin.cda_sections import entree
from simulators.logiciel_temoin.complements import Antibiotique, Germe
from simulators.logiciel_temoin.horloge import en_ts
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.soap import XSI

_LOINC = "2.16.840.1.113883.6.1"
_ANTIBIOGRAMME = Code("18769-0", _LOINC, "Antibiogramme")
_INTERPRETATIONS = "2.16.840.1.113883.5.83"
SENSIBILITES = {"S": "Sensible", "I": "Intermédiaire", "R": "Résistant"}
_CMI = "mg/L"


def ajouter(labo: Labo, section: etree._Element, document: Document, quoi: Code, mention: str) -> None:
    """Récit et entrée des germes du compte rendu."""
    germes = document.complements.germes
    if labo.defaut("micro_premier_germe_seul"):
        germes = germes[:1]
    bloc = e(section, "text")
    if mention:
        e(bloc, "paragraph", mention)
    for rang, germe in enumerate(germes, 1):
        _recit(labo, bloc, germe, rang)
    acte = entree(labo, section, document, quoi)
    for rang, germe in enumerate(germes, 1):
        _prelevement(labo, e(acte, "entryRelationship", typeCode="COMP"), document, rang)
        _isolat(labo, e(acte, "entryRelationship", typeCode="COMP"), document, germe, rang)


def lignes(labo: Labo, document: Document) -> list[str]:
    """Les germes, pour une édition."""
    suite: list[str] = []
    for germe in document.complements.germes:
        suite += ["", f"Prélèvement : {germe.prelevement}", f"Germe isolé : {germe.libelle}", "Antibiogramme :"]
        for antibiotique in _montres(labo, germe):
            cmi = f" (CMI {antibiotique.cmi} {_CMI})" if antibiotique.cmi else ""
            suite.append(f"{antibiotique.libelle} : {antibiotique.resultat}{cmi}")
    return suite


def _montres(labo: Labo, germe: Germe) -> tuple[Antibiotique, ...]:
    return germe.antibiogramme[:1] if labo.defaut("micro_pdf_premier_antibiotique") else germe.antibiogramme


def _recit(labo: Labo, bloc: etree._Element, germe: Germe, rang: int) -> None:
    e(e(bloc, "paragraph", "Prélèvement : "), "content", germe.prelevement, ID=f"prelevement-{rang:02d}")
    table = e(bloc, "table")
    titre = e(e(table, "thead"), "tr")
    e(e(titre, "th", "Isolat : "), "content", germe.libelle, ID=f"isolat-{rang:02d}")
    e(titre, "th", "CMI")
    e(titre, "th", "Interprétation")
    corps = e(table, "tbody")
    ligne = e(corps, "tr")
    e(e(ligne, "td"), "content", "Antibiogramme", ID=f"antibiogramme-{rang:02d}")
    e(ligne, "td")
    e(ligne, "td")
    for numero, antibiotique in enumerate(germe.antibiogramme, 1):
        ligne = e(corps, "tr")
        e(e(ligne, "td"), "content", antibiotique.libelle, ID=f"antibiotique-{rang:02d}-{numero:02d}")
        e(ligne, "td", f"{antibiotique.cmi} {_CMI}" if antibiotique.cmi else None)
        e(ligne, "td", None if labo.defaut("micro_recit_sans_interpretation") else antibiotique.resultat)


def _prelevement(labo: Labo, relation: etree._Element, document: Document, rang: int) -> None:
    """Entrée FR-Prelevement."""
    geste = e(relation, "procedure", classCode="PROC", moodCode="EVN")
    e(geste, "templateId", root="1.3.6.1.4.1.19376.1.3.1.2")
    e(geste, "templateId", root="1.2.250.1.213.1.1.3.77")
    e(e(geste, "effectiveTime"), "high", value=en_ts(document.date_acte))
    role = e(e(geste, "participant", typeCode="PRD"), "participantRole", classCode="SPEC")
    e(role, "id", root=labo.oid_unique())
    nature = e(e(role, "playingEntity"), "code", nullFlavor="OTH")
    e(e(nature, "originalText"), "reference", value=f"#prelevement-{rang:02d}")


def _isolat(labo: Labo, relation: etree._Element, document: Document, germe: Germe, rang: int) -> None:
    """Entrée FR-Isolat-microbiologique."""
    isolat = e(relation, "organizer", classCode="CLUSTER", moodCode="EVN")
    e(isolat, "templateId", root="1.3.6.1.4.1.19376.1.3.1.5")
    e(isolat, "templateId", root="1.2.250.1.213.1.1.3.79")
    e(isolat, "statusCode", code="completed")
    e(isolat, "effectiveTime", value=en_ts(document.date_acte))
    role = e(e(isolat, "specimen", typeCode="SPC"), "specimenRole", classCode="SPEC")
    e(role, "id", root=labo.oid_unique())
    entite = e(role, "specimenPlayingEntity", classCode="MIC")
    nomme = germe
    if labo.defaut("micro_germe_constant"):
        nomme = document.complements.germes[0]
    quoi = code(entite, "code", Code(nomme.code, f"{labo.environnement.structure.oid_domaine}.5", nomme.libelle))
    e(e(quoi, "originalText"), "reference", value=f"#isolat-{rang:02d}")
    if germe.antibiogramme and not labo.defaut("micro_antibiogramme_absent"):
        _antibiogramme(labo, e(isolat, "component"), document, germe, rang)


def _antibiogramme(labo: Labo, composant: etree._Element, document: Document, germe: Germe, rang: int) -> None:
    """Entrée FR-Batterie-examens-de-biologie-medicale."""
    batterie = e(composant, "organizer", classCode="BATTERY", moodCode="EVN")
    e(batterie, "templateId", root="1.3.6.1.4.1.19376.1.3.1.4")
    e(batterie, "templateId", root="1.2.250.1.213.1.1.3.78")
    quoi = code(batterie, "code", _ANTIBIOGRAMME)
    e(e(quoi, "originalText"), "reference", value=f"#antibiogramme-{rang:02d}")
    e(batterie, "statusCode", code="completed")
    for numero, antibiotique in enumerate(germe.antibiogramme, 1):
        observation = e(e(batterie, "component"), "observation", classCode="OBS", moodCode="EVN")
        _sensibilite(labo, observation, document, antibiotique, f"#antibiotique-{rang:02d}-{numero:02d}")


def _sensibilite(
    labo: Labo, observation: etree._Element, document: Document, antibiotique: Antibiotique, repere: str
) -> None:
    e(observation, "templateId", root="1.3.6.1.4.1.19376.1.3.1.6")
    e(observation, "templateId", root="1.2.250.1.213.1.1.3.80")
    if antibiotique.code:
        quoi = code(observation, "code", Code(antibiotique.code, _LOINC, antibiotique.libelle))
    else:
        quoi = e(observation, "code", nullFlavor="UNK")
    e(e(quoi, "originalText"), "reference", value=repere)
    e(observation, "statusCode", code="completed")
    e(observation, "effectiveTime", value=en_ts(document.date_acte))
    if antibiotique.cmi and not labo.defaut("micro_cmi_perdue"):
        valeur = e(observation, "value", value=antibiotique.cmi.replace(",", "."), unit=_CMI)
        valeur.set(f"{{{XSI}}}type", "PQ")
    lettre = "S" if labo.defaut("micro_toujours_sensible") else antibiotique.resultat
    code(observation, "interpretationCode", Code(lettre, _INTERPRETATIONS, SENSIBILITES.get(lettre, lettre)))
