"""Étapes d'une lettre reçue puis confiée au DMP."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from pytest_bdd import then, when
from pytest_bdd.parsers import parse

from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes.dmp_commun import (
    TYPES,
    attendre_envoi,
    envois_du_patient,
    expliquer,
)
from steps.flux.documents import AuteurDocument, EnvoiDocument, StructureEmettrice, lettre_de_liaison
from steps.flux.identite import IdentiteUsager
from steps.flux.messages import Emetteur
from steps.logiciel.protocole import ReponseAction
from steps.releves import retirer
from steps.verifications import dossier_dmp as regles

_DOMAINE_VOISIN = "1.2.250.1.213.99.8"


# ---------------------------------------------------------------- documents reçus
@when(parse("le logiciel reçoit une lettre de liaison du patient « {nom} »"))
def recevoir_lettre(essai: Essai, nom: str) -> None:
    """Une lettre d'un établissement voisin, reconnaissable à une ligne qui lui est propre."""
    patient = essai.patient(nom)
    reference = patient.reference
    rang = int(essai.releves.get("lettres reçues", 0)) + 1
    essai.releves["lettres reçues"] = rang
    repere = f"Dossier de sortie numéro {40 + rang}{reference.cle}"
    emetteur = Emetteur(application="DPI VOISIN", structure="HOPITAL VOISIN", domaine=_DOMAINE_VOISIN)
    contenu = lettre_de_liaison(
        IdentiteUsager.depuis_reference(reference),
        AuteurDocument(identifiant=f"89990000077{rang}", nom="DISTANT", prenom="CAMILLE"),
        StructureEmettrice(identifiant="1990000777", nom=emetteur.structure, domaine=emetteur.domaine),
        EnvoiDocument(
            oid=f"{emetteur.domaine}.4.{int(reference.matricule_ins, 36)}.{rang}",
            oid_lot=f"{emetteur.domaine}.5.{int(reference.matricule_ins, 36)}.{rang}",
            # Datée d'avant : une date d'envoi mise à la place de celle de l'acte se voit, à la seconde près ou non.
            instant=datetime.now(UTC).astimezone() - timedelta(hours=2),
            patient_id=f"EXT{reference.matricule[-6:]}",
        ),
        mention=repere,
    )
    essai.releves[f"lettre {nom}"] = repere
    reponse = essai.preparer(
        "recevoir_document",
        "biologiste_1",
        contenu_base64=base64.b64encode(contenu).decode(),
        emetteur=emetteur.pour_contrat(),
    )
    essai.releves[f"réception {nom}"] = reponse
    if reponse.donnees.get("integre") is not True:
        raise NonConcluant(f"la lettre reçue n'a pas été intégrée au dossier : {reponse.en_phrase()}")


@then(parse("la lettre de liaison est arrivée d'elle-même dans le DMP du patient « {nom} », en CDA R2 de niveau 1"))
def lettre_arrivee(essai: Essai, nom: str) -> None:
    patient = essai.patient(nom)
    reponse = retirer(essai, f"réception {nom}", ReponseAction)
    recu = reponse.donnees.get("document")
    if not isinstance(recu, Mapping) or recu.get("etat_dmp") != "echec":
        attendre_envoi(essai, patient, essai.depuis)
    envois = [
        d for s in envois_du_patient(essai, patient) if s.echange.numero > essai.depuis for d in s.documents_de_sante
    ]
    quoi = f"lettre de liaison reçue pour « {nom} »"
    if not envois:
        expliquer(essai)
    arrivee = envois[-1] if envois else None
    essai.bilan.exiger(regles.envoi_observe(regles.R_ENVOI_AUTOMATIQUE, arrivee, quoi, reponse.en_phrase()))
    essai.bilan.constater(
        regles.contenu_recu_envoye(
            envois[-1],
            type_code=TYPES["lettre de liaison"],
            matricule=patient.reference.matricule_ins,
            repere=retirer(essai, f"lettre {nom}", str),
        )
    )
