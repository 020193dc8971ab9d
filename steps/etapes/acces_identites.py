"""Étapes des attributs et coordonnées d'un professionnel : adresse vérifiée, identité prouvée, titulaire prévenu."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes import acces_commun, vocabulaire
from steps.etapes.acces_commun import (
    Table,
    adresse_neuve,
    compte,
    creer_compte,
    lire_compte,
    preparer_compte,
    presenter_compte,
    retenir,
)
from steps.etapes.acces_comptes import PROFESSION
from steps.etapes.acces_rpps import _annonce as annonce_de
from steps.etapes.acces_traces import PIECE
from steps.etapes.annuaire_commun import rpps_de
from steps.logiciel.protocole import ReponseAction
from steps.releves import retirer
from steps.verifications.acces import identites as regles


@dataclass
class _Adresse:
    """L'adresse dont on suit la vérification, et le téléphone s'il y en a un.

    `lus_ancienne`, `sms_lus` : messages déjà reçus avant la demande ; None si le banc ne peut pas les relever.
    """

    adresse: str
    telephone: str = ""
    sms_lus: int | None = None
    ancienne: str = ""
    lus_ancienne: int = 0
    dit: str = ""


# ------------------------------------------------------------------ adresses vérifiées
@given("deux professionnels, chacun avec son adresse de messagerie")
def professionnels_joignables(essai: Essai, datatable: Table) -> None:
    for ligne in vocabulaire.table(datatable):
        nom, adresse = ligne["compte"], adresse_neuve(essai, ligne["compte"])
        telephone = f"063998{secrets.randbelow(10**4):04d}" if ligne.get("téléphone") == "oui" else ""
        preparer_compte(
            essai, nom, nom=ligne["nom"], prenom=ligne["prénom"], profession=PROFESSION, courriel=adresse,
            permissions=[], **cast("dict[str, Any]", {"telephone": telephone} if telephone else {}),
        )  # fmt: skip
        _adresses(essai)[nom] = _Adresse(adresse, telephone)


@then(parse("l'adresse de « {nom} » attend d'être vérifiée"))
def adresse_en_attente(essai: Essai, nom: str) -> None:
    adresse = _adresse(essai, nom).adresse
    essai.bilan.constater(regles.adresse_en_attente(lire_compte(essai, nom), adresse, f"compte « {nom} »"))


@then(parse("un message de vérification est reçu par « {nom} »"))
def message_de_verification(essai: Essai, nom: str) -> None:
    adresse = _adresse(essai, nom).adresse
    essai.banc.courriels.attendre(adresse, delai=acces_commun.DELAI)
    recus = essai.banc.courriels.recus(adresse)
    confirmables = [courriel for courriel in recus if courriel.codes or courriel.liens]
    essai.bilan.constater(regles.message_recu(len(recus), len(confirmables), f"compte « {nom} »"))


@when(parse("« {nom} » confirme son adresse avec le code reçu par « {autre} »"))
def confirmer_par_autrui(essai: Essai, nom: str, autre: str) -> None:
    reponse = _confirmer(essai, nom, _moyen(essai, autre))
    _adresse(essai, nom).dit = reponse.en_phrase()


@then(parse("l'adresse de « {nom} » n'est pas vérifiée par ce code"))
def autre_code_refuse(essai: Essai, nom: str) -> None:
    suivie = _adresse(essai, nom)
    essai.bilan.constater(
        regles.autre_code_refuse(lire_compte(essai, nom), suivie.adresse, f"compte « {nom} »", suivie.dit)
    )


@when(parse("« {nom} » confirme son adresse avec son propre message"))
def confirmer(essai: Essai, nom: str) -> None:
    reponse = _confirmer(essai, nom, _moyen(essai, nom))
    _adresse(essai, nom).dit = reponse.en_phrase()


@then(parse("l'adresse de « {nom} » est vérifiée"))
def adresse_verifiee(essai: Essai, nom: str) -> None:
    suivie = _adresse(essai, nom)
    essai.bilan.constater(
        regles.adresse_confirmee(lire_compte(essai, nom), suivie.adresse, f"compte « {nom} »", suivie.dit)
    )


@given(parse("« {nom} » a confirmé son adresse"))
def adresse_deja_confirmee(essai: Essai, nom: str) -> None:
    """Mise en place : une notification n'est due qu'à une adresse qui vaut."""
    reponse = _confirmer(essai, nom, _moyen(essai, nom))
    if not (lire_compte(essai, nom) or {}).get("courriel_verifie"):
        raise NonConcluant(f"mise en place : l'adresse de « {nom} » n'a pas pu être vérifiée, {reponse.en_phrase()}")


@when(parse("l'administrateur change l'adresse de messagerie de « {nom} »"))
def changer_adresse(essai: Essai, nom: str) -> None:
    neuve = adresse_neuve(essai, nom)
    reponse = essai.preparer(
        "modifier_compte", "administrateur", compte_id=compte(essai, nom).compte_id,
        modifications={"courriel": neuve}, verification_identite=PIECE,
    )  # fmt: skip
    retenir(compte(essai, nom), reponse)
    _adresses(essai)[nom] = _Adresse(neuve)


def _moyen(essai: Essai, nom: str) -> dict[str, str]:
    """Le code du dernier message reçu à son adresse, à défaut son lien."""
    adresse = _adresse(essai, nom).adresse
    essai.banc.courriels.attendre(adresse, delai=acces_commun.DELAI)
    recus = [c for c in essai.banc.courriels.recus(adresse) if c.codes or c.liens]
    if not recus:
        raise NonConcluant(f"aucun message de vérification reçu par « {nom} » : rien à confirmer")
    return {"code": recus[-1].codes[0]} if recus[-1].codes else {"lien": recus[-1].liens[0]}


def _confirmer(essai: Essai, nom: str, moyen: Mapping[str, str]) -> ReponseAction:
    vise = compte(essai, nom)
    with acces_commun.cache(essai, *moyen.values()):
        reponse = essai.jouer(
            "confirmer_coordonnee", "personne_morale", compte_id=vise.compte_id,
            coordonnee=_adresse(essai, nom).adresse, **moyen,
        )  # fmt: skip
    retenir(vise, reponse)
    return reponse


# ------------------------------------------------------------------ identité modifiée
@when(
    motif(
        r"« (?P<nom>[^»]+) » demande de changer son nom en « (?P<neuf>[^»]+) » "
        r"(?P<preuve>sans rien présenter|avec une pièce non valable|avec une pièce valable)$"
    )
)
def demander_un_nom(essai: Essai, nom: str, neuf: str, preuve: str) -> None:
    presentee: dict[str, dict[str, Any]] = {
        "sans rien présenter": {},
        "avec une pièce non valable": {"verification_identite": {**PIECE, "valide": False}},
        "avec une pièce valable": {"verification_identite": PIECE},
    }
    _demander(essai, nom, {"nom": neuf}, **presentee[preuve])


@when(parse("« {nom} » demande de changer d'adresse de messagerie"))
def demander_une_adresse(essai: Essai, nom: str) -> None:
    neuve = adresse_neuve(essai, nom)
    _demander(essai, nom, {"courriel": neuve}, verification_identite=PIECE)


@then(parse("« {nom} » garde son nom"))
def nom_garde(essai: Essai, nom: str) -> None:
    avant = {"nom": compte(essai, nom).champs["nom"]}
    dit = retirer(essai, f"demande de {nom}", object).en_phrase()
    essai.bilan.exiger(regles.changement_controle(lire_compte(essai, nom), avant, f"compte « {nom} »", dit))


@then(parse("« {nom} » porte le nom « {neuf} »"))
def nom_change(essai: Essai, nom: str, neuf: str) -> None:
    dit = retirer(essai, f"demande de {nom}", object).en_phrase()
    essai.bilan.exiger(regles.changement_fait(lire_compte(essai, nom), {"nom": neuf}, f"compte « {nom} »", dit))


@then(motif(r"« (?P<nom>[^»]+) » est prévenue? à son ancienne adresse$"))
def prevenu(essai: Essai, nom: str) -> None:
    """Un message de plus qu'avant la demande, à l'adresse qu'il avait alors."""
    suivie = _adresse(essai, nom)
    essai.banc.courriels.attendre(suivie.ancienne, depuis=suivie.lus_ancienne, delai=acces_commun.DELAI)
    remis = {suivie.ancienne: len(essai.banc.courriels.recus(suivie.ancienne, depuis=suivie.lus_ancienne))}
    essai.bilan.constater(regles.changement_notifie(remis, f"compte « {nom} »"))


@then(motif(r"« (?P<nom>[^»]+) » est prévenue? aussi par téléphone$"))
def prevenu_par_telephone(essai: Essai, nom: str) -> None:
    """L'autre coordonnée renseignée ; si le banc ne peut pas relever ses messages, une personne regarde."""
    suivie, maintenant = _adresse(essai, nom), _sms(essai, _adresse(essai, nom).telephone)
    if suivie.sms_lus is None or maintenant is None:
        constat = regles.changement_notifie({}, f"compte « {nom} »", a_regarder=[suivie.telephone])
    else:
        constat = regles.changement_notifie({suivie.telephone: maintenant - suivie.sms_lus}, f"compte « {nom} »")
    essai.bilan.constater(constat)


def _sms(essai: Essai, telephone: str) -> int | None:
    reponse = essai.tenter("lire_messages_recus", "personne_morale", coordonnee=telephone)
    return len(reponse.donnees.get("messages_recus") or []) if reponse.fait else None


def _demander(essai: Essai, nom: str, modifications: Mapping[str, Any], **preuve: Any) -> None:
    """Le titulaire demande lui-même, dans sa session."""
    vise, suivie = compte(essai, nom), _adresse(essai, nom)
    suivie.ancienne = suivie.adresse
    suivie.lus_ancienne = len(essai.banc.courriels.recus(suivie.adresse))
    suivie.sms_lus = _sms(essai, suivie.telephone) if suivie.telephone else None
    reponse = essai.jouer(
        "modifier_compte", "personne_morale", compte_id=vise.compte_id, modifications=dict(modifications),
        session_id=vise.sessions[""], **preuve,
    )  # fmt: skip
    retenir(vise, reponse)
    essai.releves[f"demande de {nom}"] = reponse


def _adresses(essai: Essai) -> dict[str, _Adresse]:
    connues: dict[str, _Adresse] = essai.releves.setdefault("adresses suivies", {})
    return connues


def _adresse(essai: Essai, nom: str) -> _Adresse:
    try:
        return _adresses(essai)[nom]
    except KeyError:
        raise NonConcluant(f"la feature parle de l'adresse de « {nom} » sans l'avoir présentée") from None


# ------------------------------------------------------------------ attributs gérés
@when(parse("l'administrateur déclare le compte de « {nom} » avec un identifiant privé et une structure"))
def declarer_avec_attributs(essai: Essai, nom: str) -> None:
    presenter_compte(essai, nom, **annonce_de(essai, nom), **_propres(essai, nom))
    creer_compte(essai, nom)


@when(parse("l'administrateur déclare un compte « {nom} » sans RPPS, de profession « {profession} »"))
def declarer_hors_rpps(essai: Essai, nom: str, profession: str) -> None:
    presenter_compte(essai, nom, nom="OUELLET-D'YS", prenom="Noémie", profession=profession, **_propres(essai, nom))
    creer_compte(essai, nom)


@then(parse("le compte « {nom} » montre les attributs déclarés et son RPPS"))
def attributs_et_rpps(essai: Essai, nom: str) -> None:
    _juger_attributs(essai, nom, {"rpps": rpps_de(essai, nom)})


@then(parse("le compte « {nom} » montre les attributs déclarés"))
def attributs_montres(essai: Essai, nom: str) -> None:
    _juger_attributs(essai, nom, {})


@then(parse("un second compte avec l'identifiant privé de « {nom} » est refusé"))
def identifiant_prive_unique(essai: Essai, nom: str) -> None:
    identifiant = str(compte(essai, nom).champs["identifiant_prive"])
    temoin = compte(essai, nom).dernier.get("identifiant_prive") == identifiant
    presenter_compte(
        essai, "doublon", nom="SOSIE-LÉAUD", prenom="Max", profession=PROFESSION, identifiant_prive=identifiant
    )
    reponse = creer_compte(essai, "doublon")
    essai.bilan.constater(
        regles.identifiant_prive_unique(reponse.resultat, reponse.en_phrase(), identifiant, temoin=temoin)
    )


def _propres(essai: Essai, nom: str) -> dict[str, Any]:
    """Identifiant privé et structure propres à cette personne et à cette campagne."""
    empreinte = hashlib.sha256(f"{adresse_neuve(essai, nom)}".encode()).hexdigest()
    return {"identifiant_prive": f"P{empreinte[:9]}", "structures": [f"1B{int(empreinte[9:16], 16) % 10**7:07d}"]}


def _juger_attributs(essai: Essai, nom: str, supplement: Mapping[str, str]) -> None:
    declares = compte(essai, nom).champs
    attendus = {champ: declares[champ] for champ in ("nom", "prenom", "profession", "identifiant_prive")}
    montre = lire_compte(essai, nom)
    essai.bilan.constater(regles.attributs_geres(montre, {**attendus, **supplement}, f"compte « {nom} »"))
    essai.bilan.constater(regles.structures_gerees(montre, declares["structures"], f"compte « {nom} »"))
