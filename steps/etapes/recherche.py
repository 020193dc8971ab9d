"""Étapes de la recherche d'antériorité : par date, par nom, par prénom, par matricule INS."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from steps.essai import Essai
from steps.etapes import vocabulaire
from steps.etapes.commun import Table, creer_fiche, presenter
from steps.patients import PatientEssai
from steps.verifications import recherche as regles

_NOMS = r"(?P<{}>(?:« [^»]+ »(?:, | et )?)+)"


@given("des patients déjà connus du logiciel")
def patients_connus(essai: Essai, datatable: Table) -> None:
    """Une fiche par ligne ; « né comme » donne à plusieurs patients la même date de naissance."""
    dates: dict[str, str] = {}
    for ligne in vocabulaire.table(datatable):
        patient = presenter(essai, ligne["patient"], connu=False)
        date = dates.setdefault(ligne["né comme"], _date_libre(patient, dates.values()))
        traits = {
            vocabulaire.champ(colonne): valeur
            for colonne, valeur in ligne.items()
            if colonne not in ("patient", "né comme") and valeur
        }
        creer_fiche(essai, patient, {**traits, "date_naissance": date})


def _date_libre(patient: PatientEssai, prises: Collection[str]) -> str:
    """La date de naissance du patient, décalée d'un an tant qu'un autre la porte."""
    date = patient.reference.date_naissance
    while date in prises:
        date = f"{int(date[:4]) - 1}{date[4:]}".replace("-02-29", "-02-28")
    return date


def _chercher(essai: Essai, **criteres: str) -> None:
    essai.jouer("rechercher_patients", "biologiste_1", **criteres)
    essai.releves["criteres"] = ", ".join(f"{nom} = {valeur}" for nom, valeur in criteres.items())


def trouves(essai: Essai) -> list[str]:
    """Identifiants rendus par la dernière recherche."""
    rendus: Any = essai.derniere.donnees.get("patients", [])
    return [str(patient.get("patient_id", "")) for patient in rendus]


def _date(essai: Essai, nom: str) -> str:
    return essai.patient(nom).saisie["date_naissance"]


@when(parse("le professionnel cherche les patients nés comme « {nom} »"))
def chercher_par_date(essai: Essai, nom: str) -> None:
    _chercher(essai, date_naissance=_date(essai, nom))


@when(parse("le professionnel cherche les patients nés comme « {nom} » dont le nom commence par « {debut} »"))
def chercher_par_nom(essai: Essai, nom: str, debut: str) -> None:
    _chercher(essai, date_naissance=_date(essai, nom), nom=debut)


@when(parse("le professionnel cherche les patients nés comme « {nom} » dont le prénom commence par « {debut} »"))
def chercher_par_prenom(essai: Essai, nom: str, debut: str) -> None:
    _chercher(essai, date_naissance=_date(essai, nom), prenom=debut)


@then(motif(r"la recherche rend " + _NOMS.format("voulus") + r" mais pas " + _NOMS.format("exclus") + "$"))
def recherche_rend(essai: Essai, voulus: str, exclus: str) -> None:
    essai.bilan.constater(
        regles.patients_rendus(
            trouves(essai), _ids(essai, voulus), _ids(essai, exclus), str(essai.releves.get("criteres", ""))
        )
    )


def _ids(essai: Essai, noms: str) -> list[str]:
    return [essai.patient(nom).patient_id for nom in re.findall(r"« ([^»]+) »", noms)]


@when(parse("le professionnel cherche le patient « {nom} » par le nom « {saisi} »"))
def chercher_graphie_nom(essai: Essai, nom: str, saisi: str) -> None:
    _chercher(essai, date_naissance=_date(essai, nom), nom=saisi)
    essai.releves["graphie"] = (saisi, essai.patient(nom).saisie["nom_naissance"])


@when(parse("le professionnel cherche le patient « {nom} » par le prénom « {saisi} »"))
def chercher_graphie_prenom(essai: Essai, nom: str, saisi: str) -> None:
    _chercher(essai, date_naissance=_date(essai, nom), prenom=saisi)
    essai.releves["graphie"] = (saisi, essai.patient(nom).saisie["premier_prenom_naissance"])


@then(parse("la recherche retrouve le patient « {nom} »"))
def recherche_retrouve(essai: Essai, nom: str) -> None:
    saisi, enregistre = essai.releves["graphie"]
    patient = essai.patient(nom)
    essai.bilan.constater(regles.retrouve_malgre_la_graphie(trouves(essai), patient.patient_id, saisi, enregistre))


@given(parse("la fiche d'un patient « {nom} » nommé « {naissance} » et prénommé « {prenom} »"))
def fiche_nommee(essai: Essai, nom: str, naissance: str, prenom: str) -> None:
    patient = presenter(essai, nom, connu=False)
    creer_fiche(essai, patient, {"nom_naissance": naissance, "premier_prenom_naissance": prenom})


@given(parse("la fiche d'un patient « {nom} » né le même jour que « {autre} » et nommé « {naissance} »"))
def fiche_du_meme_jour(essai: Essai, nom: str, autre: str, naissance: str) -> None:
    """Un voisin de date, que seuls le nom et le prénom écartent de la recherche."""
    traits = {
        "nom_naissance": naissance,
        "premier_prenom_naissance": nom.upper(),
        "date_naissance": _date(essai, autre),
    }
    creer_fiche(essai, presenter(essai, nom, connu=False), traits)


@then(parse("la recherche ne rend pas le patient « {nom} »"))
def recherche_ecarte(essai: Essai, nom: str) -> None:
    """Contrôle : le critère saisi compte, la seule date de naissance ne suffit pas."""
    criteres = str(essai.releves.get("criteres", ""))
    essai.bilan.constater(regles.patients_rendus(trouves(essai), (), (essai.patient(nom).patient_id,), criteres)[1:])


# ------------------------------------------------------------------- matricule
@when(parse("le professionnel cherche le patient « {nom} » par son matricule INS complet"))
def chercher_matricule(essai: Essai, nom: str) -> None:
    _chercher(essai, matricule_ins=essai.patient(nom).reference.matricule_ins)


@then(parse("la recherche rend le patient « {nom} » et lui seul"))
def recherche_rend_seul(essai: Essai, nom: str) -> None:
    essai.bilan.constater(regles.retrouve_par_matricule(trouves(essai), essai.patient(nom).patient_id))


@when(parse("le professionnel cherche le patient « {nom} » par un matricule INS incomplet ou de clé fausse"))
def chercher_matricules_faux(essai: Essai, nom: str) -> None:
    """Treize caractères sans clé, quatorze, et quinze avec une autre clé."""
    issues = []
    for defaut, saisi in _matricules_faux(essai.patient(nom)):
        reponse = essai.jouer("rechercher_patients", "biologiste_1", matricule_ins=saisi)
        issues.append((saisi, defaut, reponse.resultat, trouves(essai), reponse.messages))
    essai.releves["matricules faux"] = issues


def _matricules_faux(patient: PatientEssai) -> list[tuple[str, str]]:
    matricule = patient.reference.matricule_ins
    fausse = f"{(int(matricule[13:]) % 97) + 1:02d}"
    return [
        ("sans clé", matricule[:13]),
        ("incomplet", matricule[:14]),
        ("de clé fausse", matricule[:13] + fausse),
    ]


@then("la recherche est refusée à chaque fois")
def recherches_refusees(essai: Essai) -> None:
    for saisi, defaut, resultat, rendus, messages in essai.releves["matricules faux"]:
        essai.bilan.constater(regles.matricule_incomplet_refuse(resultat, rendus, saisi, defaut, messages))
