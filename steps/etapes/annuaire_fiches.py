"""Étapes des fiches reprises de l'annuaire : utilisateurs du logiciel, correspondants d'un dossier."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse

from simulators.annuaire.population import SPECIALITES
from steps.essai import Essai
from steps.etapes.annuaire_commun import publie, reserver_rpps, rpps_de
from steps.etapes.vocabulaire import PhraseInconnue
from steps.logiciel.protocole import ReponseAction
from steps.releves import retirer
from steps.verifications.annuaire import fiches as regles

Fiche = Mapping[str, Any]


@given(parse("un RPPS « {nom} » que l'Annuaire Santé ne connaît pas"))
def rpps_inconnu(essai: Essai, nom: str) -> None:
    """Bien formé, clé juste, jamais publié."""
    reserver_rpps(essai, nom)


@when(parse("l'Annuaire Santé change la spécialité de « {nom} » en « {specialite} »"))
def changer_specialite(essai: Essai, nom: str, specialite: str) -> None:
    savoir = next((s for s in SPECIALITES if s.libelle.startswith(specialite)), None)
    if savoir is None:
        raise PhraseInconnue(f"spécialité inconnue dans la feature : {specialite!r}")
    essai.banc.annuaire.etat.modifier(rpps_de(essai, nom), savoir_faire=savoir)


# ------------------------------------------------------------------ utilisateurs
@when(parse("l'administrateur crée l'utilisateur « {nom} » d'après son RPPS"))
def creer_utilisateur(essai: Essai, nom: str) -> None:
    reponse = essai.jouer("creer_utilisateur", "administrateur", compte=_compte(essai, nom), rpps=rpps_de(essai, nom))
    _retenir(essai, f"utilisateur {nom}", reponse, reponse.donnees.get("utilisateur"))


@when(parse("l'administrateur met à jour l'utilisateur « {nom} » d'après l'annuaire"))
def modifier_utilisateur(essai: Essai, nom: str) -> None:
    reponse = essai.jouer("modifier_utilisateur", "administrateur", compte=_compte(essai, nom))
    _retenir(essai, f"utilisateur {nom}", reponse, reponse.donnees.get("utilisateur"))


@then(parse("l'utilisateur « {nom} » porte les données que l'annuaire publie"))
def utilisateur_cree(essai: Essai, nom: str) -> None:
    _juger_reprise(essai, "utilisateur", nom)


@then(parse("l'utilisateur « {nom} » porte les données que l'annuaire publie maintenant"))
def utilisateur_a_jour(essai: Essai, nom: str) -> None:
    _juger_mise_a_jour(essai, "utilisateur", nom)


@then(parse("l'utilisateur « {nom} » n'est pas créé d'après l'annuaire"))
def utilisateur_non_repris(essai: Essai, nom: str) -> None:
    _juger_inconnu(essai, nom, f"utilisateur {nom}")


def _compte(essai: Essai, nom: str) -> str:
    """Compte propre à la campagne : le produit garde ceux des précédentes."""
    return f"essai-{rpps_de(essai, nom)[3:]}"


# ----------------------------------------------------------------- correspondants
@when(parse("le professionnel ajoute le correspondant « {nom} » au dossier du patient « {patient} » d'après son RPPS"))
def ajouter_correspondant(essai: Essai, nom: str, patient: str) -> None:
    reponse = essai.jouer(
        "ajouter_correspondant",
        "biologiste_1",
        patient_id=essai.patient(patient).patient_id,
        # Le nom vide dit à l'adaptateur que rien n'est saisi à la main : tout vient du RPPS.
        correspondant={"rpps": rpps_de(essai, nom), "nom": ""},
    )
    _retenir_correspondant(essai, nom, patient, reponse)


@when(
    parse(
        "le professionnel met à jour le correspondant « {nom} » du dossier du patient « {patient} » d'après l'annuaire"
    )
)
def modifier_correspondant(essai: Essai, nom: str, patient: str) -> None:
    reponse = essai.jouer(
        "modifier_correspondant",
        "biologiste_1",
        patient_id=essai.patient(patient).patient_id,
        correspondant_id=str(essai.releves.get(f"identifiant du correspondant {nom}", "")),
    )
    _retenir_correspondant(essai, nom, patient, reponse)


@then(parse("le correspondant « {nom} » porte les données que l'annuaire publie"))
def correspondant_cree(essai: Essai, nom: str) -> None:
    _juger_reprise(essai, "correspondant", nom)


@then(parse("le correspondant « {nom} » porte les données que l'annuaire publie maintenant"))
def correspondant_a_jour(essai: Essai, nom: str) -> None:
    _juger_mise_a_jour(essai, "correspondant", nom)


@then(parse("le correspondant « {nom} » n'est pas repris de l'annuaire"))
def correspondant_non_repris(essai: Essai, nom: str) -> None:
    _juger_inconnu(essai, nom, f"correspondant {nom}")


def _retenir_correspondant(essai: Essai, nom: str, patient: str, reponse: ReponseAction) -> None:
    """La fiche relue dans la liste du dossier l'emporte sur celle que l'action a rendue."""
    rendue: Fiche | None = reponse.donnees.get("correspondant")
    identifiant = str((rendue or {}).get("correspondant_id") or "")
    if identifiant:
        essai.releves[f"identifiant du correspondant {nom}"] = identifiant
    liste = essai.tenter("lister_correspondants", "biologiste_1", patient_id=essai.patient(patient).patient_id)
    relues = [
        fiche
        for fiche in liste.donnees.get("correspondants") or []
        if fiche.get("rpps") == rpps_de(essai, nom) or (identifiant and fiche.get("correspondant_id") == identifiant)
    ]
    _retenir(essai, f"correspondant {nom}", reponse, relues[0] if relues else rendue)


# ----------------------------------------------------------------------- aides
def _retenir(essai: Essai, cle: str, reponse: ReponseAction, fiche: Fiche | None) -> None:
    essai.releves[cle] = (reponse, fiche or None)


def _temoigner(essai: Essai, nom: str, fiche: Fiche | None) -> None:
    if fiche and fiche.get("nom"):
        essai.releves["fiche reprise"] = f"« {nom} » : {fiche.get('prenom', '')} {fiche['nom']}"


def _juger_reprise(essai: Essai, qui: str, nom: str) -> None:
    """`qui` : utilisateur ou correspondant."""
    reponse, fiche = retirer(essai, f"{qui} {nom}", tuple)
    essai.bilan.constater(regles.fiche_creee(fiche, publie(essai, nom), f"{qui} « {nom} »", reponse.en_phrase()))
    _temoigner(essai, nom, fiche)


def _juger_mise_a_jour(essai: Essai, qui: str, nom: str) -> None:
    reponse, fiche = retirer(essai, f"{qui} {nom}", tuple)
    essai.bilan.constater(regles.fiche_mise_a_jour(fiche, publie(essai, nom), f"{qui} « {nom} »", reponse.en_phrase()))


def _juger_inconnu(essai: Essai, nom: str, cle: str) -> None:
    reponse, fiche = retirer(essai, cle, tuple)
    temoin = str(essai.releves.get("fiche reprise", ""))
    essai.bilan.constater(
        regles.rpps_inconnu_non_repris(
            reponse.resultat, fiche, rpps_de(essai, nom), temoin=temoin, dit=reponse.en_phrase()
        )
    )
