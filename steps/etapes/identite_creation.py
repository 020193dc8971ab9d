"""Étapes de la création d'une fiche : noms, dates de naissance, trait obligatoire absent, fiche minimale."""

from __future__ import annotations

from typing import Any

from pytest_bdd import then, when
from pytest_bdd.parsers import parse

from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes import vocabulaire
from steps.etapes.commun import (
    Table,
    amener_au_statut,
    presenter,
    relire,
)
from steps.logiciel.protocole import ReponseAction
from steps.patients import traits_saisis
from steps.releves import retirer
from steps.verifications import creation_identite
from steps.verifications import identite as regles


# ------------------------------------------------------------------- création
@when(parse("l'agent d'accueil crée la fiche du patient « {nom} » et l'amène à l'{libelle}"))
def creer_et_amener(essai: Essai, nom: str, libelle: str) -> None:
    """Fiche créée avec les traits du patient, puis statut voulu ; une création refusée est un manquement."""
    patient = essai.patient(nom)
    reponse = essai.jouer("creer_patient", "agent_accueil", identite=dict(patient.saisie))
    essai.bilan.exiger(regles.champs_enregistrables(reponse.resultat, reponse.en_phrase(), patient.saisie))
    patient.patient_id = str(reponse.donnees.get("patient_id", ""))
    if not patient.patient_id:
        raise NonConcluant("creer_patient n'a pas rendu patient_id ; attendu l'identifiant de la fiche créée")
    amener_au_statut(essai, patient, vocabulaire.statut(libelle))


@when("l'agent d'accueil crée la fiche de patients nommés")
@when("l'agent d'accueil essaie de créer la fiche de patients nommés")
def creer_patients_nommes(essai: Essai, datatable: Table) -> None:
    """Une création par nom du tableau ; garde ce que le logiciel a fait de chacun."""
    issues: list[tuple[str, ReponseAction, Any]] = []
    for rang, ligne in enumerate(vocabulaire.table(datatable)):
        nom = ligne["nom de naissance"]
        patient = presenter(essai, f"nom {rang} {nom}", connu=False)
        patient.saisie["nom_naissance"] = nom
        reponse = essai.jouer("creer_patient", "agent_accueil", identite=dict(patient.saisie))
        garde = None
        if reponse.fait:
            patient.patient_id = str(reponse.donnees.get("patient_id", ""))
            garde = relire(essai, patient).identite.get("nom_naissance")
        issues.append((nom, reponse, garde))
    essai.releves["noms"] = issues


@then("chacun de ces noms est gardé tel quel dans la fiche créée")
def noms_gardes(essai: Essai) -> None:
    for nom, reponse, garde in retirer(essai, "noms", list):
        refus = "" if reponse.fait else reponse.en_phrase()
        essai.bilan.constater(regles.nom_garde_entier("nom_naissance", nom, garde, refus=refus))


@then("aucun de ces noms n'est enregistré avec une minuscule ou un accent")
def noms_refuses(essai: Essai) -> None:
    for nom, reponse, garde in retirer(essai, "noms", list):
        essai.bilan.constater(regles.caracteres_refuses("nom_naissance", nom, reponse.resultat, garde))


@when("l'agent d'accueil essaie de créer la fiche d'un patient né le")
def creer_patients_nes_le(essai: Essai, datatable: Table) -> None:
    """Une création par date du tableau, par ailleurs identique."""
    issues = []
    for rang, ligne in enumerate(vocabulaire.table(datatable)):
        patient = presenter(essai, f"date {rang}", connu=False)
        patient.saisie["date_naissance"] = ligne["date"]
        reponse = essai.jouer("creer_patient", "agent_accueil", identite=dict(patient.saisie))
        gardee = None
        if reponse.fait and ligne["possible"] == "oui":
            patient.patient_id = str(reponse.donnees.get("patient_id", ""))
            gardee = relire(essai, patient).identite.get("date_naissance")
        issues.append((ligne["date"], ligne["possible"] == "oui", reponse, gardee))
    essai.releves["dates"] = issues


@then("seules les dates possibles sont acceptées")
def dates_jugees(essai: Essai) -> None:
    for date, possible, reponse, gardee in retirer(essai, "dates", list):
        essai.bilan.constater(
            creation_identite.date_de_naissance(
                date, possible=possible, resultat=reponse.resultat, recu=reponse.en_phrase()
            )
        )
        if gardee is not None:
            essai.bilan.constater(regles.champs_enregistres({"date_naissance": gardee}, {"date_naissance": date}))


@when(parse("l'agent d'accueil essaie de créer la fiche du patient « {nom} » sans"))
def creer_sans(essai: Essai, nom: str, datatable: Table) -> None:
    """Une création par trait omis ; tous les autres traits obligatoires sont remplis."""
    patient = essai.patient(nom)
    issues = []
    for ligne in vocabulaire.table(datatable):
        champ = vocabulaire.champ(ligne["trait"])
        saisie = {cle: valeur for cle, valeur in patient.saisie.items() if cle != champ}
        issues.append((ligne["trait"], essai.jouer("creer_patient", "agent_accueil", identite=saisie)))
    essai.releves["creations"] = issues


@then("chaque création incomplète est refusée")
def creations_refusees(essai: Essai) -> None:
    for trait, reponse in retirer(essai, "creations", list):
        essai.bilan.constater(
            creation_identite.creation_sans_trait_refusee(trait, reponse.resultat, reponse.en_phrase())
        )


@when(parse("l'agent d'accueil essaie de créer la fiche du patient « {nom} » avec les seuls traits obligatoires"))
def creer_minimale(essai: Essai, nom: str) -> None:
    patient = essai.patient(nom)
    reponse = essai.jouer("creer_patient", "agent_accueil", identite=traits_saisis(patient.reference))
    patient.patient_id = str(reponse.donnees.get("patient_id", "")) if reponse.fait else ""


@then(parse("la fiche du patient « {nom} » est créée avec ces traits"))
def fiche_est_creee(essai: Essai, nom: str) -> None:
    reponse, patient = essai.derniere, essai.patient(nom)
    essai.bilan.exiger(creation_identite.creation_minimale_admise(reponse.resultat, reponse.en_phrase()))
    traits = traits_saisis(patient.reference)
    essai.bilan.constater(regles.champs_enregistres(relire(essai, patient).identite, traits))
