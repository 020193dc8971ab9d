"""Étapes du rapprochement de comptes : le compte d'avant et l'identité Pro Santé Connect ne font qu'un."""

from __future__ import annotations

from pytest_bdd import given, then, when
from pytest_bdd.parsers import re as motif

from steps.bilan import NonConcluant, ScenarioArrete
from steps.essai import Essai
from steps.etapes import acces_commun
from steps.etapes.psc_commun import (
    QUI,
    constater_si_jugeable,
    demander,
    derniere,
    expliquer,
    identifiant_de,
    nom_nu,
    personne,
    sans_compte,
)
from steps.etapes.psc_connexion import creer_compte, releve_de_l_ecran
from steps.etapes.psc_gestes import connecter, fermer
from steps.verifications.psc import ecran
from steps.verifications.psc.identite import sans_confusion, session_de

_AUTRE = r"(?P<autre>« [^»]+ »)"


@given(motif(rf"un compte au mot de passe, (?P<rpps>sans RPPS|à son RPPS), pour {QUI}$"))
def compte_au_mot_de_passe(essai: Essai, qui: str, rpps: str) -> None:
    """Un logiciel qui exige le RPPS d'un professionnel l'obtient : le rapprochement reste à faire."""
    elle = personne(essai, qui)
    if rpps == "sans RPPS" and creer_compte(essai, qui, elle, avec_rpps=False):
        return
    if not creer_compte(essai, qui, elle, avec_rpps=True):
        raison = essai.releves["sans compte"][nom_nu(qui)]
        raise NonConcluant(f"mise en place : le compte de {qui} n'a pas été créé, {raison}")
    essai.releves.get("sans compte", {}).pop(nom_nu(qui), None)


@then("les moyens de connexion proposés sont ceux que l'éditeur déclare")
def moyens_declares(essai: Essai) -> None:
    """Pro Santé Connect seul moyen : il n'y a rien à rapprocher, la capture de la mire suffit."""
    moyens = [str(m) for m in releve_de_l_ecran(essai).get("moyens") or ()]
    seul = essai.connexion.seul_moyen
    if seul is not None:
        constater_si_jugeable(essai, ecran.seul_moyen(seul, moyens))
    if seul:
        raison = "Pro Santé Connect est déclaré seul moyen : joindre la capture de l'écran de connexion, qui le montre"
        demander(essai, raison)
        raise ScenarioArrete(raison)


@when(motif(rf"{QUI} rapproche son compte de Pro Santé Connect$"))
def rapprocher(essai: Essai, qui: str) -> None:
    """Connecté par son mot de passe, le titulaire prouve qui il est."""
    session_id = acces_commun.preparer_session(essai, nom_nu(qui), "mot de passe")
    vue = connecter(essai, qui, rapprochement=session_id)
    if not vue.tentative.ouverte:
        expliquer(essai, vue)


@then(motif(rf"{QUI} retrouve le même compte par son mot de passe$"))
def meme_compte(essai: Essai, qui: str) -> None:
    vue = derniere(essai, nom_nu(qui))
    if sans_compte(essai, vue):
        return
    # Sans session ouverte par Pro Santé Connect, le rapprochement n'a pas eu d'effet : c'est le premier constat.
    essai.bilan.constater(session_de(vue.tentative))
    if not vue.tentative.ouverte:
        expliquer(essai, vue)
    par_mot_de_passe = acces_commun.ouvrir_session(essai, nom_nu(qui))
    session = acces_commun.session(par_mot_de_passe)
    essai.bilan.constater(ecran.meme_compte(vue.tentative.session, session))
    _fermer_plus_tard(essai, str(session.get("session_id") or ""))


@then(motif(rf"{QUI} et {_AUTRE} gardent deux comptes$"))
def deux_comptes(essai: Essai, qui: str, autre: str) -> None:
    essai.bilan.constater(
        sans_confusion(derniere(essai, nom_nu(qui)).tentative, derniere(essai, nom_nu(autre)).tentative)
    )


@when(motif(rf"{QUI} tente de rapprocher son compte de l'identité de {_AUTRE}$"))
def rapprocher_d_un_autre(essai: Essai, qui: str, autre: str) -> None:
    """La session est celle du titulaire, la personne qui s'authentifie en est une autre."""
    session_id = acces_commun.preparer_session(essai, nom_nu(qui), "mot de passe")
    avant = acces_commun.session(acces_commun.lire_session(essai, session_id))
    tentative = connecter(essai, autre, rapprochement=session_id)
    fermer(essai, tentative)
    _fermer_plus_tard(essai, session_id)
    suivante = connecter(essai, autre)
    fermer(essai, suivante)
    essai.releves[f"rapprochement de {nom_nu(qui)}"] = (avant, tentative, suivante)


@then(motif(rf"le compte de {QUI} n'est pas rapproché de {_AUTRE}$"))
def rapprochement_refuse(essai: Essai, qui: str, autre: str) -> None:
    """Ni tout de suite, ni quand l'autre personne se connecte ensuite."""
    trouve = essai.releves.get(f"rapprochement de {nom_nu(qui)}")
    if trouve is None:
        raise NonConcluant(f"{qui} n'a pas tenté de rapprochement dans ce scénario")
    avant, tentative, suivante = trouve
    for vue in (tentative, suivante):
        essai.bilan.constater(
            ecran.rapprochement_refuse(avant, vue.tentative.session, identifiant=identifiant_de(autre))
        )


def _fermer_plus_tard(essai: Essai, session_id: str) -> None:
    if session_id:
        essai.a_la_fin(lambda: essai.tenter("fermer_session", "personne_morale", session_id=session_id))
