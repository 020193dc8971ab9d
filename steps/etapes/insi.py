"""Étapes du téléservice INSi : récupération par traits ou par carte, vérification, alertes, traces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pytest_bdd import then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from simulators.socle.echange import Echange
from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes import vocabulaire
from steps.etapes.commun import relire, retenir
from steps.etapes.identite import traits_du_contrat, traits_rendus
from steps.logiciel.protocole import ReponseAction
from steps.patients import PatientEssai
from steps.releves import retirer
from steps.verifications import affichage, appels_insi, donnees_en_attente, modifications_identite
from steps.verifications import identite as regles
from steps.verifications.homologation import R_HOMOLOGATION, mode_observe, modes_observes
from steps.verifications.insi import ContexteInsi, PatientConnu, verifier_requetes_insi
from steps.verifications.insi.appels import Mode

RECHERCHES = ("rechercherInsAvecTraitsIdentite", "rechercherInsAvecCarteVitale")


# ----------------------------------------------------------------------- agir
def appeler(essai: Essai, patient: PatientEssai, role: str, modalite: str, **options: Any) -> None:
    """Lance une récupération ; garde la réponse et relit la fiche si elle a pu changer."""
    parametres: dict[str, Any] = {"patient_id": patient.patient_id, "modalite": modalite, **options}
    if modalite == "carte_vitale":
        reference = patient.reference
        parametres["carte_vitale"] = {
            "nir_assure": reference.matricule,
            "nir_individu": reference.matricule,
            "nom_naissance": patient.saisie["nom_naissance"],
            "date_naissance": patient.saisie["date_naissance"],
            "rang_naissance": "1",
        }
    essai.releves[f"avant {patient.nom}"] = dict(patient.identite)
    essai.releves[f"statut avant {patient.nom}"] = patient.statut
    essai.jouer("appeler_insi", role, **parametres)
    retenir(patient, essai.derniere.donnees.get("patient"))


@when(
    motif(
        r"(?P<qui>.+?) (?:essaie de récupérer|récupère) l'INS du patient « (?P<nom>[^»]+) » par (?P<moyen>ses traits|sa carte Vitale)$"
    )
)
def recuperer(essai: Essai, qui: str, nom: str, moyen: str) -> None:
    modalite = "traits" if moyen == "ses traits" else "carte_vitale"
    appeler(essai, essai.patient(nom), vocabulaire.role(qui), modalite)


@when(
    motif(
        r"le professionnel récupère l'INS du patient « (?P<nom>[^»]+) » par ses traits avec (?P<cle>le certificat de la structure|sa carte)$"
    )
)
def recuperer_avec(essai: Essai, nom: str, cle: str) -> None:
    authentification = "carte" if cle == "sa carte" else "certificat"
    appeler(essai, essai.patient(nom), "biologiste_1", "traits", authentification=authentification)


@when(parse("le professionnel vérifie l'INS du patient « {nom} »"))
def verifier(essai: Essai, nom: str) -> None:
    patient = essai.patient(nom)
    essai.jouer("verifier_ins", "biologiste_1", patient_id=patient.patient_id)


# ------------------------------------------------------------------- constater
@then(parse("les écarts entre la saisie du patient « {nom} » et la réponse d'INSi sont montrés"))
def ecarts_montres(essai: Essai, nom: str) -> None:
    """Les écarts attendus sont recalculés de la saisie et de la réponse d'INSi."""
    patient = essai.patient(nom)
    rendus = traits_rendus(patient)
    attendus = {
        champ: (patient.saisie[champ], rendus[champ])
        for champ in ("nom_naissance", "date_naissance", "sexe", "code_lieu_naissance")
        if patient.saisie.get(champ) and patient.saisie[champ] != rendus[champ]
    }
    essai.bilan.constater(appels_insi.ecarts_montres(list(essai.derniere.donnees.get("ecarts", [])), attendus))


@then(parse("la date de naissance du patient « {nom} » est affichée au format JJ/MM/AAAA"))
def date_affichee(essai: Essai, nom: str) -> None:
    patient = essai.patient(nom)
    reponse = essai.preparer("lire_patient", "biologiste_1", patient_id=patient.patient_id)
    annee, mois, jour = patient.reference.date_naissance.split("-")
    valeur = next(
        (str(c.get("valeur", "")) for c in reponse.donnees.get("champs", []) if c.get("champ") == "date_naissance"), ""
    )
    essai.bilan.constater(affichage.date_lisible(valeur, f"{jour}/{mois}/{annee}"))


@then("l'utilisateur est alerté d'une incohérence sur le prénom")
def alerte_prenom(essai: Essai) -> None:
    _juger_alerte(essai, attendue=True)


@then("l'utilisateur n'est alerté d'aucune incohérence sur le prénom")
def pas_d_alerte_prenom(essai: Essai) -> None:
    _juger_alerte(essai, attendue=False)


def _juger_alerte(essai: Essai, *, attendue: bool) -> None:
    reponse = essai.derniere
    alertes = [str(alerte) for alerte in reponse.donnees.get("alertes", [])]
    comparaisons = [str(ecart["retourne"]) for ecart in reponse.donnees.get("ecarts", []) if ecart.get("retourne")]
    essai.bilan.constater(
        appels_insi.alerte_prenom(alertes, reponse.messages, attendue=attendue, comparaisons=comparaisons)
    )


@then(parse("le premier prénom du patient « {nom} » reste celui qui a été saisi"))
def premier_prenom_garde(essai: Essai, nom: str) -> None:
    patient = relire(essai, essai.patient(nom))
    champ = "premier_prenom_naissance"
    essai.bilan.constater(
        modifications_identite.identite_inchangee(
            {champ: patient.saisie[champ]}, {champ: patient.identite.get(champ)}, "par la réponse d'INSi"
        )
    )


@then(parse("l'INS du patient « {nom} » n'est pas rapatriée et l'utilisateur en est averti"))
def ins_non_rapatriee(essai: Essai, nom: str) -> None:
    """INSi a bien répondu 00 (sinon rien n'est prouvé), et la fiche relue n'a pas changé."""
    patient = essai.patient(nom)
    essai.bilan.exiger(appels_insi.appel_insi_observe(numeros_de(essai.echanges("insi")), f"pour « {nom} »"))
    codes = [echange.notes.get("code_retour", "") for echange in essai.echanges("insi")]
    if "00" not in codes:
        raise NonConcluant(
            f"INSi n'a pas trouvé « {nom} » avec les traits envoyés (réponses {codes}) : rien n'était à rapatrier"
        )
    reponse = essai.derniere
    relire(essai, patient)
    avant, apres = traits_du_contrat(retirer(essai, f"avant {nom}", dict)), traits_du_contrat(patient.identite)
    essai.bilan.constater(
        modifications_identite.identite_inchangee(avant, apres, "après une réponse inexploitable d'INSi")
    )
    statut = retirer(essai, f"statut avant {nom}", str)
    essai.bilan.constater(regles.statut_attendu(patient.statut, statut, "après une réponse inexploitable d'INSi"))
    ordinaires = retirer(essai, "messages d'une récupération", list)
    essai.bilan.constater(appels_insi.blocage_explique(_messages(reponse), ordinaires))


@then(parse("l'INS du patient « {nom} » est rapatriée"))
def ins_rapatriee(essai: Essai, nom: str) -> None:
    """Contrôle positif ; ses messages sont ceux d'une récupération ordinaire."""
    patient = essai.patient(nom)
    essai.releves["messages d'une récupération"] = _messages(essai.derniere)
    essai.bilan.constater(regles.traits_d_insi(relire(essai, patient).identite, traits_rendus(patient)))


def _messages(reponse: ReponseAction) -> list[str]:
    return [*reponse.messages, *(str(alerte) for alerte in reponse.donnees.get("alertes", []))]


@then(parse("aucun appel à INSi n'est parti pour l'identité « {attribut} »"))
def aucun_appel(essai: Essai, attribut: str) -> None:
    numeros = numeros_de(essai.echanges("insi"))
    essai.bilan.constater(appels_insi.aucun_appel_insi(numeros, attribut, essai.derniere.resultat))


@then("un appel à INSi est parti pour l'identité sans attribut")
def appel_parti(essai: Essai) -> None:
    essai.bilan.constater(
        appels_insi.appel_insi_observe(numeros_de(essai.echanges("insi")), "pour l'identité sans attribut")
    )


def numeros_de(echanges: Sequence[Echange]) -> list[int]:
    return [echange.numero for echange in echanges]


# ------------------------------------------------------------------------ traces
def lire_traces(essai: Essai, categorie: str, patient: PatientEssai | None = None) -> list[Mapping[str, Any]]:
    """Le journal de traces du logiciel, filtré sur le patient s'il est donné.

    Une ligne qui ne nomme pas le patient est à lui : le logiciel a filtré.
    """
    parametres = {"patient_id": patient.patient_id} if patient else {}
    reponse = essai.preparer("lire_traces", "administrateur", categorie=categorie, **parametres)
    traces = list(reponse.donnees.get("traces", []))
    if patient is None:
        return traces
    return [{**trace, "patient_id": trace.get("patient_id") or patient.patient_id} for trace in traces]


# ------------------------------------------------------------------ vérification
@then(parse("INSi a reçu la vérification de l'INS du patient « {nom} »"))
def verification_recue(essai: Essai, nom: str) -> None:
    """Sans cet appel, ce que devient l'identité ne viendrait pas du retour d'INSi."""
    matricule = essai.patient(nom).reference.matricule.encode()
    vus = [
        echange
        for echange in essai.echanges("insi", "verifierInsAvecTraitsIdentite")
        if matricule in echange.requete.corps.octets
    ]
    essai.bilan.exiger(appels_insi.appel_insi_observe(numeros_de(vus), f"pour vérifier « {nom} »"))


@then(parse("l'identité du patient « {nom} » a été rétrogradée sans matricule INS"))
def retrogradee(essai: Essai, nom: str) -> None:
    """Le scénario du REM fixe le statut « provisoire », là où la règle 49 dit seulement de rétrograder."""
    patient = relire(essai, essai.patient(nom))
    essai.bilan.constater(regles.statut_attendu(patient.statut, "PROV", "après une vérification KO"))
    essai.bilan.constater(regles.sans_matricule(patient.identite, "après une vérification KO"))


@then(parse("l'identité du patient « {nom} » est dans la liste de travail"))
def en_liste_de_travail(essai: Essai, nom: str) -> None:
    reponse = essai.preparer("lire_liste_travail", "biologiste_1")
    elements = list(reponse.donnees.get("elements", []))
    essai.bilan.constater(donnees_en_attente.dans_la_liste(elements, "patient_id", essai.patient(nom).patient_id))


# ----------------------------------------------------------------- guide d'intégration
@then("les demandes reçues par INSi suivent le guide d'intégration")
def demandes_conformes(essai: Essai) -> None:
    """Toutes les demandes du scénario, une à une puis dans leur suite."""
    contexte = ContexteInsi(
        idam=essai.logiciel.idam or None,
        patients=tuple(
            PatientConnu(
                nom_naissance=patient.saisie["nom_naissance"],
                prenoms=tuple(
                    patient.saisie.get("prenoms_naissance", patient.saisie["premier_prenom_naissance"]).split()
                ),
                sexe=patient.saisie["sexe"],
                date_naissance=patient.saisie["date_naissance"],
                lieu_naissance=patient.saisie.get("code_lieu_naissance"),
            )
            for patient in essai.patients.values()
        ),
    )
    essai.bilan.constater(verifier_requetes_insi(essai.echanges("insi", tout=True), contexte))


@then(motif(r"INSi n'a été appelé que par (?P<mode>certificat|carte)$"))
def un_mode(essai: Essai, mode: str) -> None:
    essai.bilan.constater(mode_observe(essai.echanges("insi", tout=True), Mode(mode)))


@then("INSi a reçu un appel par certificat et un appel par carte")
def deux_modes(essai: Essai) -> None:
    essai.bilan.constater(modes_observes(essai.echanges("insi", tout=True)))


@then(motif(r"l'autorisation du CNDA reste à apporter pour (?P<quoi>.+)$"))
def autorisation_a_apporter(essai: Essai, quoi: str) -> None:
    essai.bilan.constater(R_HOMOLOGATION.a_regarder(f"joindre l'autorisation du CNDA qui couvre {quoi}"))
