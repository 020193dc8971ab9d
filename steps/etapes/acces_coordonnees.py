"""Étapes des coordonnées d'usagers : vérifiées à l'inscription, changées depuis une session."""

from __future__ import annotations

from typing import Any

from pytest_bdd import then, when
from pytest_bdd.parsers import parse

from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes.acces_commun import adresse_neuve, compte, lire_compte
from steps.etapes.acces_facteurs import (
    MessageLu,
    code_faux,
    confirmer,
    lire_nouveau,
    marquer_lus,
    messages_depuis,
)
from steps.etapes.acces_inscription import inscrire, session_d_usager, verification_admise
from steps.verifications.acces import coordonnees


@when(parse("« {nom} » s'inscrit, son identité vérifiée"))
def s_inscrire(essai: Essai, nom: str) -> None:
    verification = verification_admise(essai)
    essai.releves[f"position {nom}"] = essai.journal.position()
    reponse = inscrire(essai, nom, verification)
    if not reponse.fait:
        raise NonConcluant(f"l'inscription de « {nom} » n'a pas abouti, {reponse.en_phrase()}")


@then(parse("l'adresse de « {nom} » n'est pas vérifiée et reçoit un message de vérification"))
def adresse_en_attente(essai: Essai, nom: str) -> None:
    adresse = str(compte(essai, nom).champs["courriel"])
    essai.bilan.constater(coordonnees.non_verifiee_d_emblee(lire_compte(essai, nom)))
    message = lire_nouveau(essai, adresse)
    essai.releves[f"message {nom}"] = message
    position = int(essai.releves[f"position {nom}"])
    essai.bilan.constater(_message_envoye(essai, adresse, position, message))


@then(parse("ni un code faux, ni le code de « {autre} », ne vérifie l'adresse de « {nom} »"))
def codes_faux(essai: Essai, autre: str, nom: str) -> None:
    adresse = str(compte(essai, nom).champs["courriel"])
    _essayer_codes(essai, nom, adresse, essai.releves.get(f"message {nom}"), essai.releves.get(f"message {autre}"))


@then(parse("l'adresse de « {nom} » est vérifiée par le message reçu"))
def adresse_verifiee(essai: Essai, nom: str) -> None:
    adresse = str(compte(essai, nom).champs["courriel"])
    _verifier(essai, nom, adresse, essai.releves.get(f"message {nom}"))


@when(parse("« {nom} », connecté, demande à changer d'adresse"))
def changer_adresse(essai: Essai, nom: str) -> None:
    """L'ancienne adresse reste lue : la notification doit y arriver."""
    vise = compte(essai, nom)
    session_id = session_d_usager(essai, nom, session="changement")
    neuve = adresse_neuve(essai, nom).replace("ps.", "usager.", 1)
    marquer_lus(essai, neuve)
    essai.releves[f"position {nom}"] = essai.journal.position()
    essai.releves[f"neuve {nom}"] = neuve
    reponse = essai.jouer(
        "modifier_compte", "personne_morale", compte_id=vise.compte_id, modifications={"courriel": neuve},
        session_id=session_id,
    )  # fmt: skip
    if not reponse.fait:
        raise NonConcluant(f"le logiciel ne laisse pas « {nom} » changer d'adresse, {reponse.en_phrase()}")


@then(parse("la nouvelle adresse de « {nom} » ne vaut pas encore et reçoit un message de vérification"))
def nouvelle_en_attente(essai: Essai, nom: str) -> None:
    neuve = str(essai.releves[f"neuve {nom}"])
    essai.bilan.constater(coordonnees.changement_en_attente(lire_compte(essai, nom), neuve))
    message = lire_nouveau(essai, neuve)
    essai.releves[f"message {nom}"] = message
    essai.bilan.constater(_message_envoye(essai, neuve, int(essai.releves[f"position {nom}"]), message))


@then(parse("ni un code faux, ni le code de « {autre} », ne vérifie la nouvelle adresse de « {nom} »"))
def codes_faux_nouvelle(essai: Essai, autre: str, nom: str) -> None:
    neuve = str(essai.releves[f"neuve {nom}"])
    _essayer_codes(
        essai, nom, neuve, essai.releves.get(f"message {nom}"), essai.releves.get(f"message {autre}"), attente=True
    )


@then(parse("la nouvelle adresse de « {nom} » est vérifiée par le message reçu"))
def nouvelle_verifiee(essai: Essai, nom: str) -> None:
    _verifier(essai, nom, str(essai.releves[f"neuve {nom}"]), essai.releves.get(f"message {nom}"))


@then(parse("l'ancienne adresse de « {nom} » est prévenue"))
def ancienne_prevenue(essai: Essai, nom: str) -> None:
    ancienne = str(compte(essai, nom).champs["courriel"])
    position = int(essai.releves[f"position {nom}"])
    essai.bilan.constater(coordonnees.ancienne_prevenue(messages_depuis(essai, ancienne, position), ancienne))


def _message_envoye(essai: Essai, adresse: str, position: int, message: MessageLu | None) -> Any:
    """Au relais du banc ; sinon ce que la personne a lu ailleurs."""
    vus = messages_depuis(essai, adresse, position, attendre=False)
    if not vus and message is not None:
        vus = [coordonnees.MessageVu(adresse, "lu par la personne", len(message.codes) + len(message.liens))]
    return coordonnees.message_envoye(vus, adresse)


def _essayer_codes(
    essai: Essai, nom: str, adresse: str, sien: MessageLu | None, autre: MessageLu | None, *, attente: bool = False
) -> None:
    faux = {"un code tiré au hasard": MessageLu("", (code_faux(sien),), ())}
    if autre is not None and autre.codes and (sien is None or autre.codes[:1] != sien.codes[:1]):
        faux["le code d'une autre personne"] = MessageLu("", autre.codes[:1], ())
    elif autre is not None and autre.codes:
        faux["le code d'une autre personne, identique au sien"] = MessageLu("", autre.codes[:1], ())
    for quoi, message in faux.items():
        reponse = confirmer(essai, nom, adresse, message)
        lu = lire_compte(essai, nom)
        if attente and lu is not None and str(lu.get("courriel") or "").lower() != adresse.lower():
            # L'ancienne adresse, vérifiée, vaut encore : c'est la nouvelle qui ne doit pas l'être.
            lu = {**lu, "courriel_verifie": False}
        essai.bilan.constater(coordonnees.code_faux_refuse(reponse.fait, lu, quoi, reponse.en_phrase()))


def _verifier(essai: Essai, nom: str, adresse: str, message: MessageLu | None) -> None:
    dit = "aucun message reçu"
    if message is not None:
        dit = confirmer(essai, nom, adresse, message).en_phrase()
    essai.bilan.constater(coordonnees.confirmee(lire_compte(essai, nom), adresse, dit))
