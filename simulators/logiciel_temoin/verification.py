"""Vérification d'une INS par INSi : à la demande d'une personne, ou d'elle-même à la réception d'un tiers."""

from __future__ import annotations

from simulators.logiciel_temoin import identites, recuperation
from simulators.logiciel_temoin import insi_messages as m
from simulators.logiciel_temoin.base import ElementTravail
from simulators.logiciel_temoin.erreurs import Echec, Refus
from simulators.logiciel_temoin.identite import Patient, translitterer
from simulators.logiciel_temoin.insi_client import ClientInsi, EchecInsi
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.utilisateurs import Utilisateur


def interroger(
    labo: Labo,
    utilisateur: Utilisateur,
    patient_id: str | None,
    identite: dict[str, str | None],
    *,
    automatique: bool,
) -> str:
    """`OK` ou `KO`, tracé ; lève `Echec` si INSi n'a pas répondu."""
    client = ClientInsi(labo)
    acces = client.acces_certificat(automatique=True) if automatique else client.acces(utilisateur, None)
    traits = m.Traits(
        translitterer(identite["nom_naissance"] or ""),
        translitterer(identite["prenoms_naissance"] or identite["premier_prenom_naissance"] or ""),
        identite["sexe"] or "",
        identite["date_naissance"] or "",
        identite["code_lieu_naissance"] or None,
    )
    matricule, oid = identite["matricule_ins"] or "", identite["oid_ins"] or ""
    detail = {
        "operation": m.VERIFICATION,
        "modalite": "automatique" if automatique else "manuelle",
        "authentification": acces.mode,
        "matricule_ins": matricule,
        "oid_ins": oid,
    }
    try:
        retour = client.verifier(acces, matricule, oid, traits)
    except EchecInsi as echec:
        labo.traces.ajouter(
            "insi", utilisateur.compte, m.VERIFICATION, patient_id, **detail, retour=None, erreur=str(echec)
        )
        raise Echec(str(echec), retour=None) from echec
    if not labo.defaut("trace_verification_absente"):
        trace = "OK" if labo.defaut("trace_verification_toujours_ok") else retour
        labo.traces.ajouter("insi", utilisateur.compte, m.VERIFICATION, patient_id, **detail, retour=trace)
    return retour


def verifier_patient(labo: Labo, utilisateur: Utilisateur, patient: Patient) -> str:
    """Vérifie l'INS d'une fiche ; sur KO, l'identité redevient provisoire et va en liste de travail."""
    recuperation.exiger_appel_possible(labo, patient)
    if not patient.matricule:
        raise Refus("Cette identité n'a pas de matricule INS à vérifier.")
    matricule = patient.matricule
    retour = interroger(labo, utilisateur, patient.patient_id, patient.identite, automatique=False)
    if retour == "KO":
        if not labo.defaut("verification_ko_ignoree"):
            identites.retrograder_provisoire(labo, utilisateur, patient)
        if not labo.defaut("verification_ko_hors_liste"):
            labo.base.mettre_en_liste(
                ElementTravail("Vérification INSi KO : identité à reprendre", patient.patient_id, None, matricule)
            )
    return retour
