"""Diffusion des identités aux partenaires : le matricule ne part que qualifié, et chaque partenaire est tracé."""

from __future__ import annotations

from simulators.logiciel_temoin.hl7v2 import Adressage, ecrire_message
from simulators.logiciel_temoin.horloge import maintenant
from simulators.logiciel_temoin.identite import QUAL, RECUP, Patient
from simulators.logiciel_temoin.labo import NOM_LPS, Labo
from simulators.logiciel_temoin.utilisateurs import Utilisateur

PARTENAIRE_HABITUEL = "SIL-PARTENAIRES"


def ins_transmissible(labo: Labo, patient: Patient) -> bool:
    """Vrai si le matricule et son OID peuvent sortir du laboratoire."""
    if patient.statut == RECUP and labo.defaut("ins_transmis_recup"):
        return bool(patient.matricule)
    return patient.statut == QUAL and bool(patient.matricule)


def adressage(labo: Labo, destinataire: str) -> Adressage:
    structure = labo.environnement.structure
    return Adressage(NOM_LPS, structure.nom, structure.oid_domaine, destinataire)


def publier(
    labo: Labo,
    utilisateur: Utilisateur,
    patient: Patient,
    evenement: str,
    *,
    destinataire: str = PARTENAIRE_HABITUEL,
    ins_retire: tuple[str, str] | None = None,
) -> str:
    """Émet un message d'identité et le garde."""
    avec_ins = ins_transmissible(labo, patient)
    message = ecrire_message(
        evenement,
        patient,
        adressage(labo, destinataire),
        labo.numero_message(),
        maintenant(),
        avec_ins=avec_ins,
        ins_retire=ins_retire,
    )
    with labo.base.verrou:
        labo.base.messages_emis.setdefault(patient.patient_id, []).append(message)
    labo.emission.envoyer(labo.defauts.muter_texte("hl7", message))
    if avec_ins:
        labo.traces.ajouter(
            "echanges_ins",
            utilisateur.compte,
            f"transmission d'identité ADT^{evenement}",
            patient.patient_id,
            partenaire=destinataire,
            nature=f"HL7 v2 ADT^{evenement}",
        )
    return message


def publier_retrogradation(
    labo: Labo, utilisateur: Utilisateur, patient: Patient, statut_anterieur: str, ins_retire: tuple[str, str] | None
) -> None:
    """Traits et statut (A31), puis retrait de l'INS (A47) quand les partenaires l'avaient reçu."""
    if labo.defaut("modification_non_propagee"):
        return
    publier(labo, utilisateur, patient, "A31")
    if statut_anterieur == QUAL and ins_retire and not labo.defaut("retrait_ins_non_propage"):
        publier(labo, utilisateur, patient, "A47", ins_retire=ins_retire)
