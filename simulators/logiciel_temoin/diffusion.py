"""Diffusion des identités aux partenaires : le matricule ne part que qualifié, et chaque partenaire est tracé."""

from __future__ import annotations

from simulators.logiciel_temoin.hl7v2 import Adressage, ecrire_message
from simulators.logiciel_temoin.horloge import maintenant
from simulators.logiciel_temoin.identite import PROV, QUAL, RECUP, VALI, Patient
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
    if avec_ins and labo.defaut("hl7_ins_absent"):
        avec_ins = False
    oid = patient.identite.get("oid_ins")
    if avec_ins and labo.defaut("hl7_oid_faux"):
        patient.identite["oid_ins"] = "1.2.250.1.213.1.4.2"
    statut = None
    if patient.statut in (VALI, QUAL) and labo.defaut("hl7_pid32_prov"):
        statut = PROV
    elif patient.statut == QUAL and labo.defaut("hl7_pid32_qual"):
        statut = QUAL
    message = ecrire_message(
        evenement,
        patient,
        adressage(labo, destinataire),
        labo.numero_message(),
        maintenant(),
        avec_ins=avec_ins,
        ins_retire=ins_retire,
        statut_transmis=statut,
    )
    patient.identite["oid_ins"] = oid
    with labo.base.verrou:
        labo.base.messages_emis.setdefault(patient.patient_id, []).append(message)
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
