"""Appel contextuel sortant : une autre application s'ouvre sur le patient du dossier, désigné par son INS."""

from __future__ import annotations

from urllib.parse import urlencode

from simulators.logiciel_temoin.diffusion import ins_transmissible
from simulators.logiciel_temoin.erreurs import Enveloppe, Refus, fait
from simulators.logiciel_temoin.identite import Patient
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.parametres import Parametres
from simulators.logiciel_temoin.registre import action
from simulators.logiciel_temoin.utilisateurs import Utilisateur

_APPLICATION = "https://application-tierce.exemple/ouvrir"


@action("appel_contextuel_sortant", "RIS")
def appel_contextuel_sortant(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    utilisateur.exiger_ins()
    patient = labo.base.patient(p.texte("patient_id"))
    if not ins_transmissible(labo, patient):
        raise Refus("L'appel demande une INS qualifiée.")
    premier = labo.identifiants_fixes.setdefault("appel sortant", patient.patient_id)
    if labo.defaut("appel_sortant_premier_patient"):
        patient = labo.base.patient(str(premier))
    labo.traces.ajouter("echanges_ins", utilisateur.compte, "appel contextuel sortant", patient.patient_id)
    return fait("Application ouverte.", url=f"{_APPLICATION}?{urlencode(_contexte(labo, patient))}")


def _contexte(labo: Labo, patient: Patient) -> dict[str, str]:
    contexte = {
        "ins": patient.matricule or "",
        "oid": patient.oid or "",
        "nom": patient.trait("nom_naissance"),
        "prenoms": patient.prenoms,
        "sexe": patient.trait("sexe"),
        "naissance": patient.trait("date_naissance"),
        "lieu": patient.trait("code_lieu_naissance"),
    }
    if labo.defaut("appel_sortant_sans_oid"):
        del contexte["oid"]
    if labo.defaut("appel_sortant_numero_local"):
        contexte = {"ipp": patient.patient_id, "nom": contexte["nom"]}
    if labo.defaut("appel_sortant_sans_traits"):
        contexte = {cle: contexte[cle] for cle in ("ins", "oid")}
    return contexte
