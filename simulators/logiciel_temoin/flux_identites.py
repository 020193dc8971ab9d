"""Réception d'identités par flux : même domaine, autre domaine, contrat de confiance, vérification, retrait."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulators.logiciel_temoin import identites, verification
from simulators.logiciel_temoin.base import ElementTravail
from simulators.logiciel_temoin.erreurs import Echec
from simulators.logiciel_temoin.hl7v2 import IdentiteRecue
from simulators.logiciel_temoin.identite import MATRICULE, PROV, QUAL, RECUP, TRAITS_STRICTS, VALI, Patient
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.utilisateurs import Utilisateur

COMPLEMENTAIRES = ("nom_utilise", "prenom_utilise", "telephone")
RAPPROCHEMENT = ("nom_naissance", "premier_prenom_naissance", "date_naissance", "sexe")


@dataclass
class Reception:
    """Ce qu'une réception a donné : la fiche (None si rien n'a été rangé) et ce qui a été montré."""

    patient: Patient | None
    messages: list[str] = field(default_factory=list)
    verification: str | None = None


def recevoir_identite(labo: Labo, utilisateur: Utilisateur, recue: IdentiteRecue, domaine: str) -> Reception:
    """Crée ou met à jour la fiche de l'usager reçu."""
    nom = recue.identite["nom_naissance"] or ""
    if len(nom) > 30 and labo.defaut("flux_nom_tronque"):
        recue.identite["nom_naissance"] = nom[:30]
    connu = rapprocher(labo, recue, domaine)
    if connu is not None and _retrait_demande(connu, recue):
        return _retirer(labo, utilisateur, connu, recue)
    if domaine == labo.environnement.structure.oid_domaine:
        return _meme_domaine(labo, utilisateur, recue, connu, domaine)
    return _autre_domaine(labo, utilisateur, recue, connu, domaine)


def rapprocher(labo: Labo, recue: IdentiteRecue, domaine: str) -> Patient | None:
    """La fiche déjà connue : par identifiant local, par matricule, puis par traits stricts."""
    patients = list(reversed(list(labo.base.patients.values())))
    identifiants = {(oid or domaine, numero) for oid, numero in recue.identifiants}
    chez_nous = labo.environnement.structure.oid_domaine
    for patient in patients:
        if identifiants & (patient.identifiants_externes | {(chez_nous, patient.patient_id)}):
            return patient
    matricules = {recue.matricule, *(m for m, _ in recue.anciens)} - {None}
    for patient in patients:
        if patient.matricule and patient.matricule in matricules:
            return patient
    attendu = [recue.identite[champ] or "" for champ in RAPPROCHEMENT]
    for patient in patients:
        if all(attendu) and [patient.trait(champ) for champ in RAPPROCHEMENT] == attendu:
            return patient
    return None


def _retrait_demande(patient: Patient, recue: IdentiteRecue) -> bool:
    retire = any(matricule == patient.matricule for matricule, _ in recue.anciens)
    return (
        bool(patient.matricule) and not recue.matricule and (recue.ins_efface or (retire and recue.evenement == "A47"))
    )


def _retirer(labo: Labo, utilisateur: Utilisateur, patient: Patient, recue: IdentiteRecue) -> Reception:
    if labo.defaut("retrait_ins_recu_ignore"):
        return Reception(patient, ["Message reçu."])
    with labo.base.verrou:
        identites.retirer_ins(labo, utilisateur, patient)
        cible = VALI if patient.statut == QUAL and (recue.validee or not recue.fiabilite) else PROV
        identites.changer_statut(labo, utilisateur, patient, cible)
        _completer(labo, utilisateur, patient, recue, TRAITS_STRICTS + COMPLEMENTAIRES)
    return Reception(patient, [f"Matricule INS retiré à la demande de l'émetteur ; statut {patient.statut}."])


def _meme_domaine(
    labo: Labo, utilisateur: Utilisateur, recue: IdentiteRecue, connu: Patient | None, domaine: str
) -> Reception:
    patient = _ranger_meme_domaine(labo, utilisateur, recue, connu, domaine)
    return Reception(patient, [f"Identité reçue de notre domaine ; statut {patient.statut}."])


def _ranger_meme_domaine(
    labo: Labo, utilisateur: Utilisateur, recue: IdentiteRecue, connu: Patient | None, domaine: str
) -> Patient:
    """L'INS n'est prise que d'une identité validée par le référentiel de notre domaine."""
    qualifiee = recue.validee and bool(recue.matricule)
    if labo.defaut("flux_ins_non_valide_integree") and recue.matricule:
        qualifiee = True
    if labo.defaut("flux_ins_qualifiee_ignoree"):
        qualifiee = False
    statut = QUAL if qualifiee else (VALI if recue.validee else PROV)
    ins = {c: recue.identite[c] for c in MATRICULE} if qualifiee else dict.fromkeys(MATRICULE)
    return _ranger(labo, utilisateur, recue, connu, statut, ins, domaine)


def _autre_domaine(
    labo: Labo, utilisateur: Utilisateur, recue: IdentiteRecue, connu: Patient | None, domaine: str
) -> Reception:
    sans_ins: dict[str, str | None] = dict.fromkeys(MATRICULE)
    if not recue.matricule or not recue.validee:
        if connu is not None:
            _completer(labo, utilisateur, connu, recue, COMPLEMENTAIRES)
            return Reception(connu, ["Usager déjà connu : ses coordonnées sont mises à jour."])
        patient = _ranger(labo, utilisateur, recue, None, PROV, sans_ins, domaine)
        return Reception(patient, ["Identité reçue d'un autre domaine, sans INS : créée au statut provisoire."])
    if connu is not None and connu.statut in (QUAL, RECUP) and connu.matricule == recue.matricule:
        if labo.defaut("verification_meme_si_connue"):
            verifier_reception(labo, utilisateur, connu.patient_id, recue)
        _completer(labo, utilisateur, connu, recue, COMPLEMENTAIRES)
        return Reception(connu, ["INS déjà connue ici : pas de nouvelle vérification."])
    retour = verifier_reception(labo, utilisateur, connu.patient_id if connu else None, recue)
    if retour != "OK":
        return _sans_confirmation(labo, utilisateur, recue, connu, domaine, retour)
    ins = {c: recue.identite[c] for c in MATRICULE}
    statut = statut_apres_verification(labo, connu, domaine)
    patient = _ranger(labo, utilisateur, recue, connu, statut, ins, domaine)
    return Reception(patient, [f"INS vérifiée par INSi ; statut {patient.statut}."], retour)


def ranger_verifiee(
    labo: Labo, utilisateur: Utilisateur, recue: IdentiteRecue, connu: Patient | None, domaine: str
) -> Patient:
    """Range l'identité d'un document reçu, une fois son INS vérifiée (ou reçue de notre domaine)."""
    if domaine == labo.environnement.structure.oid_domaine:
        return _ranger_meme_domaine(labo, utilisateur, recue, connu, domaine)
    ins = {c: recue.identite[c] for c in MATRICULE}
    statut = statut_apres_verification(labo, connu, domaine)
    return _ranger(labo, utilisateur, recue, connu, statut, ins, domaine)


def statut_apres_verification(labo: Labo, connu: Patient | None, domaine: str) -> str:
    """Qualifiée sous contrat de confiance ou si nous avions validé l'identité ; récupérée sinon."""
    contrat = domaine in labo.reglages.lire("contrats_confiance") and not labo.defaut("contrat_confiance_ignore")
    if contrat or labo.defaut("qualification_transitive"):
        return QUAL
    return QUAL if connu is not None and connu.statut in (VALI, QUAL) else RECUP


def verifier_reception(
    labo: Labo, utilisateur: Utilisateur, patient_id: str | None, recue: IdentiteRecue
) -> str | None:
    """Vérification automatique ; None si INSi n'a pas répondu."""
    if labo.defaut("verification_reception_absente"):
        return "OK"
    try:
        return verification.interroger(labo, utilisateur, patient_id, recue.identite, automatique=True)
    except Echec:
        return "OK" if labo.defaut("verification_echec_prise_pour_ok") else None


def _sans_confirmation(
    labo: Labo, utilisateur: Utilisateur, recue: IdentiteRecue, connu: Patient | None, domaine: str, retour: str | None
) -> Reception:
    motif = (
        "Vérification INSi KO sur une identité reçue" if retour else "Vérification INSi à reprendre : pas de réponse"
    )
    if connu is not None and not labo.defaut("ko_identite_connue_mise_a_jour"):
        patient, suite = connu, "La fiche connue n'est pas mise à jour."
    else:
        garde = labo.defaut("ko_identite_creee_avec_ins") or connu is not None
        ins = {c: recue.identite[c] if garde else None for c in MATRICULE}
        patient = _ranger(labo, utilisateur, recue, connu, connu.statut if connu else PROV, ins, domaine)
        suite = "L'identité est créée sans matricule INS."
    labo.base.mettre_en_liste(ElementTravail(motif, patient.patient_id, None, recue.matricule))
    return Reception(patient, [f"{motif}.", suite], retour)


def _ranger(
    labo: Labo,
    utilisateur: Utilisateur,
    recue: IdentiteRecue,
    connu: Patient | None,
    statut: str,
    ins: dict[str, str | None],
    domaine: str,
) -> Patient:
    with labo.base.verrou:
        if connu is None:
            patient = identites.enregistrer(labo, utilisateur, {**recue.identite, **ins}, statut)
        else:
            patient = connu
            _completer(labo, utilisateur, patient, recue, TRAITS_STRICTS + COMPLEMENTAIRES)
            for champ, valeur in ins.items():
                if patient.identite.get(champ) != valeur:
                    avant = patient.trait(champ)
                    identites.tracer_modification(labo, utilisateur, patient, champ, avant, valeur or "")
                    patient.identite[champ] = valeur
            identites.changer_statut(labo, utilisateur, patient, statut)
        patient.identifiants_externes |= {(oid or domaine, numero) for oid, numero in recue.identifiants}
    return patient


def _completer(
    labo: Labo, utilisateur: Utilisateur, patient: Patient, recue: IdentiteRecue, champs: tuple[str, ...]
) -> None:
    for champ in champs:
        valeur = recue.identite[champ] or ""
        if valeur and valeur != patient.trait(champ):
            identites.tracer_modification(labo, utilisateur, patient, champ, patient.trait(champ), valeur)
            patient.identite[champ] = valeur
