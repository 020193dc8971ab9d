"""Ce qu'un compte rendu dit de plus : information du patient, automatisme, accréditation, destinataires."""

from __future__ import annotations

import itertools
from dataclasses import replace

from lxml import etree

from simulators.logiciel_temoin import messagerie_correspondants
from simulators.logiciel_temoin.base import Analyse, Document
from simulators.logiciel_temoin.cda_ecriture import code, e
from simulators.logiciel_temoin.cda_entete import LOINC
from simulators.logiciel_temoin.cda_lecture import Code
from simulators.logiciel_temoin.complements import Complements, Tiers
from simulators.logiciel_temoin.identite import Patient
from simulators.logiciel_temoin.labo import Labo

RGPD = "rgpd"
AUTOMATIQUE = "validation_automatique"
ACCREDITATION = "accreditation"
NUMERO = "accreditation_numero"
MARQUE = "marque"
LEGENDE = "legende"
_RGPD_D_USINE = "Vos données sont traitées par le laboratoire pour votre prise en charge."
_AUTOMATIQUE_D_USINE = "Résultats validés par un processus automatique, sans revue ultérieure par un biologiste."
_COMMENTAIRE = Code("55112-7", LOINC, "Commentaire")
_MODELES_COMMENTAIRE = ("2.16.840.1.113883.10.12.201", "1.3.6.1.4.1.19376.1.4.1.2.16", "1.2.250.1.213.1.1.2.73")


# --------------------------------------------------------------- à la validation
def figer(labo: Labo, patient: Patient, document: Document) -> None:
    """Garde avec le document les textes réglés et les destinataires du moment."""
    complements = document.complements
    complements.mentions |= _mentions(labo, document)
    complements.destinataires = _destinataires(labo, patient, complements)
    complements.demandeur = _demandeur(labo, complements.demandeur)


def _mentions(labo: Labo, document: Document) -> dict[str, str]:
    return {**_rgpd(labo, document), **_automatisme(labo, document), **_accreditation(labo, document)}


def _rgpd(labo: Labo, document: Document) -> dict[str, str]:
    texte = str(labo.reglages.lire("mentions_rgpd"))
    oubliee = labo.defaut("mentions_rgpd_absentes") or (
        document.type_local == "LETTRE-LIAISON" and labo.defaut("mentions_rgpd_lettre_oubliee")
    )
    if texte and labo.defaut("mentions_rgpd_figees"):
        texte = _RGPD_D_USINE
    return {} if oubliee or not texte else {RGPD: texte}


def _automatisme(labo: Labo, document: Document) -> dict[str, str]:
    automatiques = [a for a in document.analyses if a.validation_automatique]
    if labo.defaut("mention_automatique_tous_examens") and len(automatiques) < len(document.analyses):
        automatiques = []
    due = bool(automatiques) or (bool(document.analyses) and labo.defaut("mention_automatique_toujours"))
    if not due or labo.defaut("mention_automatique_absente"):
        return {}
    if labo.defaut("mention_automatique_figee"):
        return {AUTOMATIQUE: _AUTOMATIQUE_D_USINE}
    return {AUTOMATIQUE: str(labo.reglages.lire("mention_validation_automatique"))}


def _accreditation(labo: Labo, document: Document) -> dict[str, str]:
    reglee = labo.reglages.lire("accreditation")
    accredite = any(a.accreditee for a in document.analyses) or (
        bool(document.analyses) and labo.defaut("cofrac_toujours")
    )
    if not reglee or not accredite or labo.defaut("cofrac_absent"):
        return {}
    numero = "8-0000" if labo.defaut("cofrac_numero_constant") else reglee["numero"]
    portee = "" if labo.defaut("cofrac_portee_absente") else f" {reglee['portee']}"
    return {
        NUMERO: numero,
        ACCREDITATION: f"Accréditation Cofrac n° {numero}.{portee}",
        MARQUE: reglee["marque"],
        LEGENDE: f"Seuls les résultats précédés du signe {reglee['marque']} sont couverts par l'accréditation.",
    }


def _destinataires(labo: Labo, patient: Patient, complements: Complements) -> tuple[Tiers, ...]:
    """Ceux que le biologiste a nommés, puis les correspondants du dossier, sans doublon."""
    if complements.destinataires_arretes:
        return complements.destinataires
    choisis = list(complements.destinataires)
    if labo.defaut("destinataires_services_oublies"):
        choisis = [tiers for tiers in choisis if tiers.prenom or tiers.rpps]
    dossiers = [patient.patient_id]
    if labo.defaut("destinataires_de_tous_les_dossiers"):
        dossiers = list(labo.base.patients)
    if not labo.defaut("destinataires_correspondants_oublies"):
        for c in itertools.chain(*(messagerie_correspondants.lister(labo, labo.base.patient(d)) for d in dossiers)):
            tiers = Tiers(c.nom, c.prenom, c.rpps or "", c.adresse_mss or "")
            if not any(_memes(tiers, choisi) for choisi in choisis):
                choisis.append(tiers)
    if labo.defaut("destinataires_rpps_constant"):
        premier = next((tiers.rpps for tiers in choisis if tiers.rpps), "")
        choisis = [replace(tiers, rpps=premier) if tiers.rpps else tiers for tiers in choisis]
    return tuple(choisis[:1] if labo.defaut("destinataires_premier_seul") else choisis)


def _demandeur(labo: Labo, demandeur: Tiers | None) -> Tiers | None:
    if demandeur is None or labo.defaut("demandeur_absent"):
        return None
    if labo.defaut("demandeur_sans_mss"):
        return replace(demandeur, adresse_mss="")
    if labo.defaut("demandeur_mss_constante"):
        premiere = labo.identifiants_fixes.setdefault("adresse du demandeur", demandeur.adresse_mss)
        return replace(demandeur, adresse_mss=premiere)
    return demandeur


def _memes(un: Tiers, autre: Tiers) -> bool:
    if un.rpps and autre.rpps:
        return un.rpps == autre.rpps
    return (un.nom, un.prenom) == (autre.nom, autre.prenom)


# --------------------------------------------------------------------- le texte
def marque(document: Document, analyse: Analyse, labo: Labo) -> str:
    """Le signe qui précède un examen accrédité, suivi d'une espace ; vide pour les autres."""
    signe = document.complements.mentions.get(MARQUE, "")
    if not signe or labo.defaut("cofrac_marque_absente"):
        return ""
    return f"{signe} " if analyse.accreditee or labo.defaut("cofrac_marque_partout") else ""


def en_toutes_lettres(tiers: Tiers) -> str:
    """« Prénom NOM (adresse MSSanté) »."""
    nom = f"{tiers.prenom} {tiers.nom}".strip()
    return f"{nom} ({tiers.adresse_mss})" if tiers.adresse_mss else nom


def lignes(labo: Labo, document: Document, *, dans_le_cda: bool = False) -> list[str]:
    """Ce qui suit les résultats, dans le PDF comme dans le CDA : légende, automatisme, demandeur, destinataires."""
    mentions, complements = document.complements.mentions, document.complements
    suite = [] if labo.defaut("cofrac_legende_absente") else [mentions.get(LEGENDE, "")]
    suite.append(mentions.get(AUTOMATIQUE, ""))
    if complements.demandeur:
        suite.append(f"Demandeur : {en_toutes_lettres(complements.demandeur)}")
    if complements.destinataires and not (dans_le_cda and labo.defaut("destinataires_pdf_seul")):
        suite.append(f"Destinataires : {' ; '.join(map(en_toutes_lettres, complements.destinataires))}")
    return [ligne for ligne in suite if ligne]


# ----------------------------------------------------------------------- le CDA
def sections_avant(labo: Labo, structure: etree._Element, document: Document) -> None:
    """L'accréditation, sous l'en-tête qui nomme le laboratoire."""
    section_libre(labo, structure, "Accréditation", [document.complements.mentions.get(ACCREDITATION, "")])


def sections_apres(labo: Labo, structure: etree._Element, document: Document) -> None:
    """Les mentions qui suivent les résultats, puis l'information du patient."""
    suite = [
        ligne
        for ligne in lignes(labo, document, dans_le_cda=True)
        if not (ligne == document.complements.mentions.get(AUTOMATIQUE) and labo.defaut("mention_automatique_pdf_seul"))
    ]
    section_libre(labo, structure, "Mentions", suite)
    if not labo.defaut("mentions_rgpd_pdf_seul"):
        section_libre(labo, structure, "Information du patient", [document.complements.mentions.get(RGPD, "")])


def section_libre(labo: Labo, structure: etree._Element, titre: str, textes: list[str]) -> None:
    """Section FR-Commentaire-non-code ; rien s'il n'y a rien à dire."""
    if not any(textes):
        return
    section = e(e(structure, "component"), "section")
    for modele in _MODELES_COMMENTAIRE:
        e(section, "templateId", root=modele)
    e(section, "id", root=labo.oid_unique())
    code(section, "code", _COMMENTAIRE)
    e(section, "title", titre)
    bloc = e(section, "text")
    for texte in filter(None, textes):
        e(bloc, "paragraph", texte)
