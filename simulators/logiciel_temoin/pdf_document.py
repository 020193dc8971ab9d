"""Ce qu'un document sans analyses imprime sous ses sections : prescriptions, mention de version, destinataires."""

from __future__ import annotations

from datetime import timedelta

from simulators.logiciel_temoin import cda_mentions, pdf_page
from simulators.logiciel_temoin.base import Document
from simulators.logiciel_temoin.complements import Prescription
from simulators.logiciel_temoin.comptes_rendus_attente import EN_ATTENTE
from simulators.logiciel_temoin.horloge import PARIS
from simulators.logiciel_temoin.labo import Labo


def suite(labo: Labo, document: Document) -> list[str]:
    """Les lignes de la prescription, la mention d'une nouvelle version, puis demandeur et destinataires."""
    lignes = [ligne for p in _prescriptions(labo, document) for ligne in pdf_page.couper(_ecrite(labo, p))]
    if document.mention:
        lignes += [document.mention, ""]
    for ligne in cda_mentions.lignes(labo, document):
        lignes += pdf_page.couper(ligne)
    return lignes


def _prescriptions(labo: Labo, document: Document) -> tuple[Prescription, ...]:
    toutes = document.complements.prescriptions
    return toutes[:1] if labo.defaut("prescription_premiere_ligne_seule") else toutes


def _ecrite(labo: Labo, prescription: Prescription) -> str:
    posologie = "" if labo.defaut("prescription_sans_posologie") else prescription.posologie
    duree = "" if labo.defaut("prescription_sans_duree") else prescription.duree
    return " ; ".join(filter(None, (prescription.libelle, posologie, duree)))


def signature(labo: Labo, document: Document, instant: str) -> str:
    """« Validé par Prénom NOM (RPPS …), le … » ; un document en attente ne se dit pas validé."""
    if document.statut_cr in EN_ATTENTE:
        return f"Compte rendu {EN_ATTENTE[document.statut_cr]}"
    statut = "Signé" if labo.defaut("validation_sans_statut") else "Validé"
    auteur = document.auteur
    qui = f"{auteur.prenom} {auteur.nom}"
    if labo.defaut("validation_premier_valideur"):
        qui = str(labo.identifiants_fixes.setdefault("premier valideur", qui))
    rpps = "" if labo.defaut("validation_sans_rpps") else f" (RPPS {auteur.identifiant.removeprefix('8')})"
    if labo.defaut("validation_date_de_l_acte"):
        instant = (document.date_acte.astimezone(PARIS) - timedelta(days=3)).strftime("%d/%m/%Y à %H:%M")
    if labo.defaut("validation_sans_heure"):
        instant = instant.partition(" à ")[0]
    return f"{statut} par {qui}{rpps}, le {instant}"
