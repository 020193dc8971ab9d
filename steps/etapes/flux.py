"""Étapes des flux d'identités : messages et documents envoyés au logiciel par un autre domaine."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from pytest_bdd import when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from simulators.socle.acteurs import STRUCTURE
from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes import vocabulaire
from steps.etapes.commun import Table, presenter, regler, relire
from steps.flux.documents import AuteurDocument, EnvoiDocument, StructureEmettrice, resultat_de_biologie
from steps.flux.identite import IdentiteUsager, comparable
from steps.flux.messages import (
    Emetteur,
    EnvoiHl7,
    message_creation,
    message_modification,
    message_retrait_ins,
)
from steps.logiciel.protocole import ReponseAction
from steps.patients import PatientEssai

DOMAINE_PARTENAIRE = "1.2.250.1.213.99.7"
DOMAINE_ETRANGER = "1.2.250.1.213.99.8"
_NOM_UTILISE_RECU = "BELLEGARDE"
_ATTENTE_S = 5.0
_MSH_10 = 20
"""Longueur de MSH-10 en HL7 v2.5."""


def _emetteur(essai: Essai, d_ou: str) -> Emetteur:
    """Émetteur fictif du message : un autre domaine, le domaine partenaire, ou celui du logiciel."""
    propre = STRUCTURE.oid_domaine
    domaines = {
        "d'un autre domaine": ("GAM VOISINE", "HOPITAL VOISIN", DOMAINE_ETRANGER),
        "du domaine partenaire": ("GAM PARTENAIRE", "CLINIQUE PARTENAIRE", DOMAINE_PARTENAIRE),
        "de son propre domaine": ("GAM", STRUCTURE.nom, propre),
    }
    application, structure, domaine = domaines[d_ou]
    return Emetteur(application=application, structure=structure, domaine=domaine)


def envoi_hl7(essai: Essai) -> EnvoiHl7:
    rang = int(essai.releves.get("messages envoyés", 0)) + 1
    essai.releves["messages envoyés"] = rang
    numero = essai.retenu.numero.replace("/", "-")
    # Un logiciel peut écarter un numéro déjà reçu dans une campagne précédente.
    marque = hashlib.sha256(essai.graine.encode()).hexdigest()[:4] if essai.graine else ""
    if len(f"{marque}{numero}-{rang}") > _MSH_10:
        numero = hashlib.sha256(numero.encode()).hexdigest()[:8]
    return EnvoiHl7(identifiant=f"{marque}{numero}-{rang}", instant=datetime.now(UTC).astimezone())


def attente(essai: Essai) -> float:
    """Temps laissé à un logiciel qui traite les messages après en avoir accusé réception ; le témoin fait tout avant."""
    return 0.0 if essai.logiciel.temoin else _ATTENTE_S


def identifiant_emetteur(patient: PatientEssai) -> str:
    """L'IPP du patient chez l'émetteur : stable pour un même patient."""
    return f"EXT{patient.reference.matricule[-6:]}{patient.reference.cle}"


def _recevoir(essai: Essai, patient: PatientEssai, emetteur: Emetteur, contenu: str) -> ReponseAction:
    reponse = essai.jouer("recevoir_message", "agent_accueil", contenu=contenu, emetteur=emetteur.pour_contrat())
    # La fiche déjà désignée reste celle que l'on juge, même si le logiciel range le message ailleurs.
    if reponse.donnees.get("patient_id") and not patient.patient_id:
        patient.patient_id = str(reponse.donnees["patient_id"])
    return reponse


# ------------------------------------------------------------------------ recevoir
@when("le logiciel reçoit par un flux d'identités un patient nommé")
def recevoir_patients_nommes(essai: Essai, datatable: Table) -> None:
    """Un message de création par nom, venu du domaine du logiciel, sans INS."""
    emetteur = _emetteur(essai, "de son propre domaine")
    issues: list[tuple[str, ReponseAction, Any]] = []
    for rang, ligne in enumerate(vocabulaire.table(datatable)):
        nom = ligne["nom de naissance"]
        patient = presenter(essai, f"flux {rang}", connu=False, nom_naissance=nom)
        identite = _sans_ins(IdentiteUsager.depuis_reference(patient.reference))
        contenu = message_creation(identite, identifiant_emetteur(patient), emetteur, envoi_hl7(essai), statut="PROV")
        reponse = _recevoir(essai, patient, emetteur, contenu)
        garde = _nom_garde(essai, patient) if reponse.fait else None
        issues.append((nom, reponse, garde))
    essai.releves["noms"] = issues


def _nom_garde(essai: Essai, patient: PatientEssai) -> Any:
    """Le nom de la fiche créée par le flux ; à défaut de son identifiant, elle est cherchée par date et prénom."""
    if not patient.patient_id:
        prenom = comparable(patient.saisie["premier_prenom_naissance"])
        reponse = essai.preparer(
            "rechercher_patients", "biologiste_1", date_naissance=patient.reference.date_naissance, prenom=prenom
        )
        trouves = [str(trouve["patient_id"]) for trouve in reponse.donnees.get("patients", [])]
        if len(trouves) != 1:
            raise NonConcluant(f"{len(trouves)} fiche(s) pour le message reçu : recevoir_message devrait la désigner")
        patient.patient_id = trouves[0]
    return relire(essai, patient).identite.get("nom_naissance")


def _sans_ins(identite: IdentiteUsager) -> IdentiteUsager:
    return IdentiteUsager(
        nom_naissance=identite.nom_naissance,
        premier_prenom_naissance=identite.premier_prenom_naissance,
        prenoms_naissance=identite.prenoms_naissance,
        date_naissance=identite.date_naissance,
        sexe=identite.sexe,
        code_lieu_naissance=identite.code_lieu_naissance,
    )


_D_OU = r"(?P<d_ou>d'un autre domaine|du domaine partenaire|de son propre domaine)"


@when(
    motif(
        rf"le logiciel reçoit {_D_OU} l'identité (?P<validee>non validée )?du patient « (?P<nom>[^»]+) » avec son INS$"
    )
)
def recevoir_identite(essai: Essai, d_ou: str, validee: str | None, nom: str) -> None:
    patient, emetteur = essai.patient(nom), _emetteur(essai, d_ou)
    identite = IdentiteUsager.depuis_reference(patient.reference)
    contenu = message_creation(
        identite, identifiant_emetteur(patient), emetteur, envoi_hl7(essai), statut="PROV" if validee else "VALI"
    )
    _recevoir(essai, patient, emetteur, contenu)


@when(motif(rf"le logiciel reçoit {_D_OU} une mise à jour de l'identité du patient « (?P<nom>[^»]+) » avec son INS$"))
def recevoir_mise_a_jour(essai: Essai, d_ou: str, nom: str) -> None:
    patient, emetteur = essai.patient(nom), _emetteur(essai, d_ou)
    essai.releves[f"avant {nom}"] = dict(relire(essai, patient).identite)
    essai.releves[f"statut avant {nom}"] = patient.statut
    # Le nom utilisé change aussi : une mise à jour partielle, sans l'INS, se verrait.
    identite = replace(IdentiteUsager.depuis_reference(patient.reference), nom_utilise=_NOM_UTILISE_RECU)
    contenu = message_modification(identite, identifiant_emetteur(patient), emetteur, envoi_hl7(essai))
    _recevoir(essai, patient, emetteur, contenu)


@when(motif(rf"le logiciel reçoit {_D_OU} le retrait de l'INS du patient « (?P<nom>[^»]+) »$"))
def recevoir_retrait(essai: Essai, d_ou: str, nom: str) -> None:
    patient, emetteur = essai.patient(nom), _emetteur(essai, d_ou)
    contenu = message_retrait_ins(
        IdentiteUsager.depuis_reference(patient.reference), identifiant_emetteur(patient), emetteur, envoi_hl7(essai)
    )
    _recevoir(essai, patient, emetteur, contenu)


@when(parse("le logiciel reçoit d'un autre domaine un document du patient « {nom} » portant son INS"))
def recevoir_document(essai: Essai, nom: str) -> None:
    patient, emetteur = essai.patient(nom), _emetteur(essai, "d'un autre domaine")
    envoi = envoi_hl7(essai)
    rang = int(essai.releves["messages envoyés"])
    document = resultat_de_biologie(
        IdentiteUsager.depuis_reference(patient.reference),
        AuteurDocument(identifiant="899900000777", nom="DISTANT", prenom="CAMILLE"),
        StructureEmettrice(identifiant="1990000777", nom=emetteur.structure, domaine=emetteur.domaine),
        EnvoiDocument(
            oid=f"{emetteur.domaine}.2.{patient.reference.matricule}.{rang}",
            oid_lot=f"{emetteur.domaine}.3.{patient.reference.matricule}",
            instant=envoi.instant,
            patient_id=identifiant_emetteur(patient),
        ),
    )
    essai.jouer(
        "recevoir_document",
        "biologiste_1",
        contenu_base64=base64.b64encode(document).decode(),
        emetteur=emetteur.pour_contrat(),
    )


@when("l'administrateur enregistre un contrat de confiance avec le domaine partenaire")
def contrat_de_confiance(essai: Essai) -> None:
    regler(essai, "contrats_confiance", [DOMAINE_PARTENAIRE])
