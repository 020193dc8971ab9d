"""Étapes des patients qu'INSi connaît autrement : prénoms, lieu, date incomplète, homonymes, historique."""

from __future__ import annotations

from dataclasses import replace

from pytest_bdd import given
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from steps.essai import Essai
from steps.etapes import vocabulaire
from steps.etapes.commun import Table, presenter


# ------------------------------------------------------------------ présenter
@given(parse("un patient « {nom} » connu d'INSi avec un ancien matricule"))
def patient_avec_historique(essai: Essai, nom: str) -> None:
    presenter(essai, nom, connu=True, anciens=1, anciens_dates=True)


@given(parse("un patient « {nom} » qu'INSi rend avec d'autres prénoms que le prénom saisi"))
def patient_prenoms_differents(essai: Essai, nom: str) -> None:
    """Le téléservice trouve le patient par le prénom saisi, mais le rend avec une autre liste de prénoms."""
    patient = presenter(essai, nom, connu=False)
    essai.banc.insi.etat.inscrire(patient.reference, traits_retournes={"prenoms": "OMBELINE CONSTANCE"})


@given(parse("un patient « {nom} » qu'INSi rend avec un autre lieu de naissance que le lieu saisi"))
def patient_lieu_different(essai: Essai, nom: str, datatable: Table | None = None) -> None:
    """INSi le trouve avec ou sans le lieu saisi, et rend le code d'une autre commune."""
    patient = presenter(essai, nom, connu=False, imposes=vocabulaire.valeurs(datatable))
    autre = next(code for code in ("35238", "44109") if code != patient.reference.lieu_naissance)
    essai.banc.insi.etat.inscrire(patient.reference, traits_retournes={"lieu_naissance": autre})
    patient.reference = replace(patient.reference, lieu_naissance=autre)


@given(parse("un patient « {nom} » qu'INSi rend avec la date de naissance « {date} »"))
def patient_date_incomplete(essai: Essai, nom: str, date: str) -> None:
    patient = presenter(essai, nom, connu=False)
    essai.banc.insi.etat.inscrire(patient.reference, traits_retournes={"date_naissance": date})


@given(
    motif(
        r"un patient « (?P<nom>[^»]+) » qu'INSi rend avec (?P<trait>le nom de naissance|les prénoms de naissance|le sexe) vides?$"
    )
)
def patient_trait_vide(essai: Essai, nom: str, trait: str) -> None:
    patient = presenter(essai, nom, connu=False)
    cle = {"le nom de naissance": "nom_naissance", "les prénoms de naissance": "prenoms", "le sexe": "sexe"}[trait]
    essai.banc.insi.etat.inscrire(patient.reference, traits_retournes={cle: ""})


@given(parse("deux homonymes d'un patient « {nom} » connus d'INSi"))
def homonymes(essai: Essai, nom: str) -> None:
    """Deux personnes de mêmes traits et de matricules différents, nées au même endroit : INSi répond 02."""
    patient = presenter(essai, nom, connu=True)
    reference = patient.reference
    double = presenter(
        essai,
        f"{nom} bis",
        connu=True,
        nom_naissance=reference.nom_naissance,
        prenoms=reference.prenoms,
        sexe=reference.sexe,
        date_naissance=reference.date_naissance,
        lieu_naissance=reference.lieu_naissance,
    )
    del essai.patients[double.nom]


@given(parse("un patient « {nom} » que son premier prénom ne suffit pas à trouver dans INSi"))
def patient_deuxieme_prenom(essai: Essai, nom: str) -> None:
    """INSi le connaît sous son deuxième prénom : le logiciel doit essayer les prénoms suivants, un à un."""
    patient = presenter(
        essai,
        nom,
        connu=True,
        prenoms=("FANETTE", "ODILE", "JUSTINE"),
        inscription={"prenoms_de_recherche": ("ODILE",)},
    )
    patient.saisie["prenoms_naissance"] = "FANETTE ODILE JUSTINE"


@given(parse("le patient « {nom} » qu'INSi ne reconnaît plus"))
def patient_plus_reconnu(essai: Essai, nom: str) -> None:
    """La vérification de son INS répond désormais KO."""
    essai.banc.insi.etat.inscrire(essai.patient(nom).reference, retour_verification=False)
