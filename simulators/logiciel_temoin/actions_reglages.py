"""Actions de paramétrage : changer et relever un réglage, une habilitation, l'état d'un patient."""

from __future__ import annotations

from simulators.logiciel_temoin import identites
from simulators.logiciel_temoin.erreurs import Enveloppe, Refus, fait
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.parametres import Parametres
from simulators.logiciel_temoin.registre import action
from simulators.logiciel_temoin.utilisateurs import Utilisateur

_NON_MODIFIABLES = {
    "delai_inactivite": "inactivite_non_reglable",
    "justificatifs": "justificatifs_non_parametrables",
    "adresse_retour_mss": "mss_retour_non_reglable",
    "mentions_rgpd": "mentions_rgpd_non_reglables",
    "mention_validation_automatique": "mention_automatique_non_reglable",
    "integration_automatique_mss": "recus_auto_non_reglable",
}
"""Réglages qu'un défaut refuse de changer."""

_NON_ENREGISTRES = {
    "vitesse_alimentation_dmp": "vitesse_non_enregistree",
    "frequence_annuaire": "frequence_annuaire_non_enregistree",
    "mentions_rgpd": "mentions_rgpd_non_enregistrees",
    "renouvellement_dispositifs": "renouvellement_non_enregistre",
    "delai_facteur_unique": "delai_facteur_unique_non_enregistre",
    "delai_inactivite_usagers": "usager_inactivite_non_enregistree",
}
"""Réglages qu'un défaut dit enregistrés sans les garder."""


@action("configurer")
def configurer(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    parametre, valeur = p.texte("parametre"), p.brut("valeur")
    if parametre == "habilitations":
        if not utilisateur.administrateur:
            raise Refus("Seul le responsable de traitement règle les habilitations.")
        return fait("Habilitations réglées.", valeur=_habiliter(labo, valeur))
    if parametre == "etat_patient":
        return fait("État du patient enregistré.", valeur=_etat_patient(labo, utilisateur, valeur))
    if parametre not in labo.reglages:
        raise Refus(f"Réglage inconnu : {parametre}.")
    if parametre in _NON_MODIFIABLES and labo.defaut(_NON_MODIFIABLES[parametre]):
        raise Refus(f"Ce réglage n'est pas modifiable : {parametre}.")
    if (parametre in _NON_ENREGISTRES and labo.defaut(_NON_ENREGISTRES[parametre])) or (
        parametre == "double_facteur_usagers" and valeur is True and labo.defaut("usager_deux_facteurs_non_imposables")
    ):
        return fait("Réglage enregistré.", valeur=valeur)
    return fait("Réglage enregistré.", valeur=labo.reglages.ecrire(parametre, valeur))


def _habiliter(labo: Labo, valeur: object) -> object:
    if not isinstance(valeur, dict) or "utilisateur" not in valeur:
        raise Refus("Habilitation attendue : utilisateur, acces_ins, acces_insi.")
    if labo.defaut("habilitation_sans_effet"):
        return valeur
    return labo.annuaire.habiliter(str(valeur["utilisateur"]), valeur.get("acces_ins"), valeur.get("acces_insi"))


def _etat_patient(labo: Labo, utilisateur: Utilisateur, valeur: object) -> object:
    if not isinstance(valeur, dict):
        raise Refus("État attendu : patient_id, decede, opposition_alimentation.")
    patient = labo.base.patient(str(valeur.get("patient_id")))
    for champ in ("decede", "opposition_alimentation"):
        if champ in valeur and getattr(patient, champ) != bool(valeur[champ]):
            avant = str(getattr(patient, champ))
            identites.tracer_modification(labo, utilisateur, patient, champ, avant, str(bool(valeur[champ])))
            setattr(patient, champ, bool(valeur[champ]))
    return {
        "patient_id": patient.patient_id,
        "decede": patient.decede,
        "opposition_alimentation": patient.opposition_alimentation,
    }


@action("lire_configuration")
def lire_configuration(labo: Labo, _utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    parametre = p.texte("parametre")
    if parametre == "habilitations":
        return fait(valeur=labo.annuaire.habilitations())
    if parametre == "etat_patient":
        return fait(
            valeur=[
                {"patient_id": i.patient_id, "decede": i.decede, "opposition_alimentation": i.opposition_alimentation}
                for i in list(labo.base.patients.values())
            ]
        )
    if parametre not in labo.reglages:
        raise Refus(f"Réglage inconnu : {parametre}.")
    valeur = labo.reglages.lire(parametre)
    if parametre == "justificatifs" and labo.defaut("justificatifs_niveau_perdu"):
        valeur = [{**justificatif, "haut_niveau_confiance": True} for justificatif in valeur]
    return fait(valeur=valeur)
