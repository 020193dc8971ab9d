"""Étapes sur les justificatifs d'identité et la validation, manuelle ou automatique."""

from __future__ import annotations

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse

from reports.verdict import Verdict
from steps.bilan import NonConcluant, ScenarioArrete
from steps.essai import Essai
from steps.etapes import vocabulaire
from steps.etapes.commun import (
    JUSTIFICATIF_FORT,
    Table,
    changer_reglage,
    creer_fiche,
    presenter,
    relire,
    retenir,
)
from steps.releves import retirer
from steps.verifications import identite as regles
from steps.verifications import parametrage


@given("la validation automatique de l'identité activée")
def validation_automatique_activee(essai: Essai) -> None:
    """Un logiciel sans automatisme le dit : le scénario porte alors sur la déclaration de l'éditeur."""
    if not changer_reglage(essai, "validation_automatique", True).fait:
        raison = "le logiciel ne propose pas de validation automatique : joindre la déclaration de l'éditeur"
        essai.bilan.echouer(Verdict.A_VERIFIER, raison)
        raise ScenarioArrete(raison)


@given(parse("un patient « {nom} » que le justificatif « {nature} » a validé de lui-même"))
def patient_valide_seul(essai: Essai, nom: str, nature: str) -> None:
    """Contrôle : l'automatisme agit ; sinon, rien ne montrerait qu'on l'a désactivé."""
    patient = presenter(essai, nom, connu=True)
    creer_fiche(essai, patient)
    essai.preparer("renseigner_justificatif", "agent_accueil", patient_id=patient.patient_id, nature=nature)
    if relire(essai, patient).statut != "VALI":
        raise NonConcluant(f"validation automatique active, le justificatif « {nature} » n'a pas validé l'identité")


@given("la validation automatique de l'identité activée, si le logiciel la propose")
def validation_automatique_possible(essai: Essai) -> None:
    essai.releves["automatisme"] = changer_reglage(essai, "validation_automatique", True).fait


@when("l'administrateur désactive la validation automatique de l'identité")
def desactiver_validation(essai: Essai) -> None:
    reponse = changer_reglage(essai, "validation_automatique", False)
    essai.bilan.exiger(parametrage.reglage_change("validation_automatique", reponse.resultat, reponse.en_phrase()))


@when(parse("l'agent d'accueil renseigne le justificatif « {nature} » du patient « {nom} »"))
def renseigner_justificatif(essai: Essai, nature: str, nom: str) -> None:
    patient = essai.patient(nom)
    essai.jouer("renseigner_justificatif", "agent_accueil", patient_id=patient.patient_id, nature=nature)
    relire(essai, patient)


@then(parse("le justificatif du patient « {nom} » est « {nature} »"))
def justificatif_relu(essai: Essai, nom: str, nature: str) -> None:
    patient = relire(essai, essai.patient(nom))
    essai.bilan.constater(parametrage.justificatif_garde(nature, patient.dernier.get("justificatif")))


@when("l'administrateur paramètre les justificatifs")
def parametrer_justificatifs(essai: Essai, datatable: Table) -> None:
    liste = [
        {
            "nature": ligne["nature"],
            "libelle": ligne["libellé"],
            "haut_niveau_confiance": ligne["haut niveau de confiance"] == "oui",
        }
        for ligne in vocabulaire.table(datatable)
    ]
    reponse = changer_reglage(essai, "justificatifs", liste)
    essai.bilan.exiger(parametrage.reglage_change("justificatifs", reponse.resultat, reponse.en_phrase()))
    essai.releves["justificatifs"] = liste


@then("les justificatifs paramétrés sont ceux relus")
def justificatifs_relus(essai: Essai) -> None:
    attendus = retirer(essai, "justificatifs", list)
    relus = essai.preparer("lire_configuration", "administrateur", parametre="justificatifs").donnees.get("valeur")
    essai.bilan.constater(parametrage.justificatifs_parametres(attendus, relus))


@when(parse("l'agent d'accueil valide l'identité du patient « {nom} » sur un passeport"))
def valider_sur_passeport(essai: Essai, nom: str) -> None:
    """Justificatif fort puis action de validation ; le statut est jugé par l'étape suivante."""
    patient = essai.patient(nom)
    essai.jouer("renseigner_justificatif", "agent_accueil", patient_id=patient.patient_id, nature=JUSTIFICATIF_FORT)
    retenir(patient, essai.derniere.donnees.get("patient"))
    if patient.statut not in ("VALI", "QUAL"):
        essai.jouer("valider_identite", "agent_accueil", patient_id=patient.patient_id)


@when(parse("l'agent d'accueil valide l'identité du patient « {nom} »"))
def valider_identite(essai: Essai, nom: str) -> None:
    patient = essai.patient(nom)
    essai.releves[f"statut avant {nom}"] = patient.statut
    essai.jouer("valider_identite", "agent_accueil", patient_id=patient.patient_id)


@then(parse("la validation manuelle du patient « {nom} » aboutit"))
def validation_manuelle(essai: Essai, nom: str) -> None:
    reponse = essai.derniere
    patient = relire(essai, essai.patient(nom))
    if essai.releves.get(f"statut avant {nom}") in ("VALI", "QUAL"):
        raise NonConcluant("l'identité était déjà validée avant l'action manuelle : l'automatisme n'est pas désactivé")
    essai.bilan.constater(parametrage.validation_manuelle(reponse.resultat, patient.statut, reponse.en_phrase()))


@then(parse("l'identité du patient « {nom} » n'a pas été validée d'elle-même"))
def pas_validee_seule(essai: Essai, nom: str) -> None:
    patient = relire(essai, essai.patient(nom))
    essai.bilan.constater(parametrage.validation_automatique(active=False, statut=patient.statut))


@then(parse("l'identité du patient « {nom} » a été validée d'elle-même, si le logiciel le propose"))
def validee_seule(essai: Essai, nom: str) -> None:
    patient = relire(essai, essai.patient(nom))
    if retirer(essai, "automatisme", bool):
        circonstance = "après un justificatif à haut niveau de confiance, validation automatique active"
        essai.bilan.constater(regles.statut_attendu(patient.statut, "VALI", circonstance))
