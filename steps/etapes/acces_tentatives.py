"""Étapes des mots de passe d'un professionnel : tentatives limitées, mots de passe faibles refusés, forts acceptés."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_bdd import then, when
from pytest_bdd.parsers import parse

from steps.essai import Essai
from steps.etapes import vocabulaire
from steps.etapes.acces_commun import (
    Table,
    compte,
    creer_compte,
    nombre,
    ouverte,
    ouvrir_session,
    preparer_compte,
    preparer_session,
    presenter_compte,
    session,
    tirer_mot_de_passe,
)
from steps.logiciel.protocole import ReponseAction
from steps.releves import retirer
from steps.verifications.acces import mots_de_passe as regles
from steps.verifications.acces.mots_de_passe import Tentative

_JEUX = {
    "minuscules et majuscules": "aA",
    "minuscules et chiffres": "a0",
    "minuscules et caractères spéciaux": "a!",
    "chiffres": "0",
    "tous les jeux": "aA0!",
}


# ------------------------------------------------------------------ tentatives limitées
@when(parse("« {nom} » essaie de mauvais mots de passe jusqu'à une restriction"))
def essayer_jusqu_a_restriction(essai: Essai, nom: str) -> None:
    tentatives: list[Tentative] = []
    mauvais = [tirer_mot_de_passe(essai) for _ in range(10)]
    while len(tentatives) < regles.TENTATIVES_JOUEES and not (tentatives and tentatives[-1].restriction):
        reponse = ouvrir_session(essai, nom, mauvais[len(tentatives) % len(mauvais)])
        vue = session(reponse)
        tentatives.append(
            Tentative(
                ouverte(reponse), bool(vue.get("bloque")), nombre(vue.get("attente_secondes")),
                vue.get("demande") == "captcha", reponse.en_phrase(),
            )
        )  # fmt: skip
    essai.releves["tentatives"] = tentatives


@then(parse("les tentatives de « {nom} » sont limitées"))
def tentatives_limitees(essai: Essai, nom: str) -> None:
    essai.bilan.constater(regles.tentatives_limitees(retirer(essai, "tentatives", list), controle=True))


@then(parse("le bon mot de passe n'ouvre rien à « {nom} » pendant la restriction"))
def restriction_reelle(essai: Essai, nom: str) -> None:
    tentatives = retirer(essai, "tentatives", list)
    if restriction := tentatives[-1].restriction:
        reponse = ouvrir_session(essai, nom)
        essai.bilan.constater(regles.restriction_reelle(restriction, ouverte(reponse), reponse.en_phrase()))


@then(parse("« {nom} » se connecte sans être touché"))
def autre_compte_libre(essai: Essai, nom: str) -> None:
    """Sans lui, un logiciel qui n'ouvre plus rien à personne passerait pour limiter les tentatives."""
    preparer_session(essai, nom)


# ------------------------------------------------------------------ mots de passe faibles
@dataclass
class _Essaye:
    """Un mot de passe présenté : `controle` dit si, au même endroit, un fort a été accepté."""

    quoi: str
    fort: bool
    accepte: bool
    controle: bool
    dit: str


@when("un professionnel essaie de prendre chacun de ces mots de passe")
def essayer_au_changement(essai: Essai, datatable: Table) -> None:
    """Un compte neuf par mot de passe : un refus ne peut pas venir des échecs d'avant. Un fort suit aussitôt."""
    for rang, (quoi, jeux, longueur) in enumerate(_presentes(datatable)):
        nom = f"changement {rang}"
        preparer_compte(essai, nom, nom="MAÎTRE-FAURÉ", prenom="Léonie", permissions=[])
        reponse = _remplacer(essai, nom, tirer_mot_de_passe(essai, longueur, jeux=jeux))
        if len(jeux) == 4:
            _essayes(essai).append(_Essaye(f"{quoi} (changement)", True, reponse.fait, True, reponse.en_phrase()))
            continue
        fort = reponse if reponse.fait else _remplacer(essai, nom, tirer_mot_de_passe(essai))
        _essayes(essai).append(_Essaye(f"{quoi} (changement)", False, reponse.fait, fort.fait, reponse.en_phrase()))


@when("un compte est déclaré avec chacun de ces mots de passe")
def essayer_a_la_creation(essai: Essai, datatable: Table) -> None:
    """Un logiciel qui ne prend pas de mot de passe à la création n'en est pas jugé : la session ne s'ouvre pas."""
    essais = []
    for rang, (quoi, jeux, longueur) in enumerate(_presentes(datatable)):
        nom = f"création {rang}"
        vise = presenter_compte(essai, nom, nom="FAURÉ-MAÎTRE", prenom="Léon", permissions=[])
        vise.mot_de_passe = tirer_mot_de_passe(essai, longueur, jeux=jeux)
        reponse = creer_compte(essai, nom)
        accepte = reponse.fait and ouverte(ouvrir_session(essai, nom))
        essais.append(_Essaye(f"{quoi} (création)", len(jeux) == 4, accepte, True, reponse.en_phrase()))
    if any(essaye.fort and essaye.accepte for essaye in essais):
        _essayes(essai).extend(essais)


@then("seuls les mots de passe forts sont acceptés")
def forts_seuls(essai: Essai) -> None:
    for essaye in _essayes(essai):
        if essaye.fort:
            essai.bilan.constater(regles.fort_accepte(essaye.accepte, f"{essaye.quoi} : {essaye.dit}"))
        else:
            essai.bilan.constater(
                regles.faible_refuse(essaye.accepte, essaye.quoi, essaye.dit, controle=essaye.controle)
            )


def _presentes(datatable: Table) -> list[tuple[str, str, int]]:
    return [
        (f"{ligne['longueur']} caractères : {ligne['jeux']}", _JEUX[ligne["jeux"]], int(ligne["longueur"]))
        for ligne in vocabulaire.table(datatable)
    ]


def _remplacer(essai: Essai, nom: str, neuf: str) -> ReponseAction:
    vise = compte(essai, nom)
    reponse = essai.jouer(
        "changer_mot_de_passe", "personne_morale", compte_id=vise.compte_id, ancien=vise.mot_de_passe, nouveau=neuf
    )
    if reponse.fait:
        vise.anciens.append(vise.mot_de_passe)
        vise.mot_de_passe = neuf
    return reponse


def _essayes(essai: Essai) -> list[_Essaye]:
    connus: list[_Essaye] = essai.releves.setdefault("mots de passe présentés", [])
    return connus
