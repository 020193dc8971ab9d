"""Étapes des sessions : ouvertes, fermées par le professionnel, par l'inactivité, ou avec l'onglet et le client."""

from __future__ import annotations

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes.acces_commun import (
    compte,
    comptes,
    laisser_passer,
    lire_session,
    ouverte,
    ouvrir_session,
    preparer_session,
    session,
)
from steps.etapes.commun import changer_reglage
from steps.logiciel.protocole import ReponseAction
from steps.releves import retirer
from steps.verifications.acces import sessions as regles


@given(motif(r"« (?P<nom>[^»]+) » s'est connectée?$"))
def connecte(essai: Essai, nom: str) -> None:
    """Une session ouverte, qui donne bien accès à un écran."""
    session_id = preparer_session(essai, nom)
    if not ouverte(lire_session(essai, session_id)):
        raise NonConcluant(f"mise en place : la session de « {nom} » s'ouvre et ne donne accès à rien")


# ------------------------------------------------------------------ se déconnecter
@when(parse("« {nom} » se déconnecte"))
def se_deconnecter(essai: Essai, nom: str) -> None:
    essai.jouer("fermer_session", "personne_morale", session_id=_session(essai, nom))


@then(parse("la session de « {nom} » est fermée"))
def session_fermee(essai: Essai, nom: str) -> None:
    reponse = lire_session(essai, _session(essai, nom))
    essai.bilan.constater(regles.session_fermee(True, ouverte(reponse), _dire(reponse), f"« {nom} »"))


@then(parse("la session de « {nom} » est encore ouverte"))
def session_intacte(essai: Essai, nom: str) -> None:
    reponse = lire_session(essai, _session(essai, nom))
    essai.bilan.constater(regles.autre_session_intacte(ouverte(reponse), _dire(reponse), f"« {nom} »"))


@then(parse("« {nom} » se reconnecte dans une session neuve"))
def session_rouverte(essai: Essai, nom: str) -> None:
    fermee = _session(essai, nom)
    reponse = ouvrir_session(essai, nom)
    neuve = session(reponse).get("session_id") != fermee
    essai.bilan.constater(regles.session_rouverte(ouverte(reponse), neuve, _dire(reponse), f"« {nom} »"))


# ------------------------------------------------------------------ inactivité
@when(parse("l'administrateur règle l'inactivité à {secondes:d} secondes"))
def regler_inactivite(essai: Essai, secondes: int) -> None:
    reponse = changer_reglage(essai, "delai_inactivite", secondes)
    relu = essai.tenter("lire_configuration", "administrateur", parametre="delai_inactivite")
    valeur = relu.donnees.get("valeur") if relu.fait else None
    essai.bilan.exiger(regles.delai_reglable(reponse.resultat, reponse.en_phrase(), valeur, secondes))
    essai.releves["inactivité réglée"] = secondes


@then(parse("une session inactive {secondes:d} secondes est encore ouverte"))
def inactive_ouverte(essai: Essai, secondes: int) -> None:
    delai = retirer(essai, "inactivité réglée", int)
    reponse = _apres_inactivite(essai, secondes)
    essai.bilan.constater(regles.session_maintenue(ouverte(reponse), _dire(reponse), secondes, delai))
    essai.releves["ouverte avant le terme"] = ouverte(reponse)


@then(parse("une session inactive {secondes:d} secondes est fermée"))
def inactive_fermee(essai: Essai, secondes: int) -> None:
    delai, temoin = retirer(essai, "inactivité réglée", int), retirer(essai, "ouverte avant le terme", bool)
    reponse = _apres_inactivite(essai, secondes)
    if temoin or ouverte(reponse):
        essai.bilan.constater(regles.session_expiree(ouverte(reponse), True, _dire(reponse), secondes, delai))


@then(parse("une session active toutes les {secondes:d} secondes reste ouverte"))
def active_ouverte(essai: Essai, secondes: int) -> None:
    """Trois périodes : ensemble plus longues que le délai réglé, chacune plus courte."""
    delai = retirer(essai, "inactivité réglée", int)
    session_id = preparer_session(essai, _seul_compte(essai))
    for _ in range(3):
        laisser_passer(essai, secondes)
        reponse = lire_session(essai, session_id)
    essai.bilan.constater(regles.session_maintenue(ouverte(reponse), _dire(reponse), secondes, delai))


def _apres_inactivite(essai: Essai, secondes: int) -> ReponseAction:
    """Une session neuve, utilisée une fois, laissée inactive, puis essayée de nouveau."""
    session_id = preparer_session(essai, _seul_compte(essai))
    if not ouverte(lire_session(essai, session_id)):
        raise NonConcluant("mise en place : la session neuve ne donne accès à rien")
    laisser_passer(essai, secondes)
    return lire_session(essai, session_id)


def _seul_compte(essai: Essai) -> str:
    return next(iter(comptes(essai)))


# ------------------------------------------------------------------ quitter sans se déconnecter
@when(motif(r"« (?P<nom>[^»]+) » ferme son (?P<quoi>onglet|navigateur|client|poste) sans se déconnecter$"))
def quitter(essai: Essai, nom: str, quoi: str) -> None:
    session_id = preparer_session(essai, nom)
    avant = ouverte(lire_session(essai, session_id))
    reponse = essai.jouer("quitter_application", "personne_morale", session_id=session_id, quoi=quoi)
    essai.releves["application quittée"] = (quoi, avant, reponse)


@then(parse("le logiciel rouvert demande à « {nom} » de s'identifier"))
def identification_demandee(essai: Essai, nom: str) -> None:
    """Ce que montre le logiciel rouvert, et ce que vaut encore l'ancienne session."""
    quoi, avant, reponse = retirer(essai, "application quittée", tuple)
    if not reponse.fait:
        raise NonConcluant(f"quitter_application ({quoi}) a donné {reponse.en_phrase()}")
    encore = ouverte(reponse) or ouverte(lire_session(essai, _session(essai, nom)))
    essai.bilan.constater(regles.application_quittee(quoi, avant, encore, reponse.en_phrase()))


def _session(essai: Essai, nom: str) -> str:
    try:
        return compte(essai, nom).sessions[""]
    except KeyError:
        raise NonConcluant(f"la feature parle de la session de « {nom} » sans l'avoir ouverte") from None


def _dire(reponse: ReponseAction) -> str:
    return reponse.en_phrase()
