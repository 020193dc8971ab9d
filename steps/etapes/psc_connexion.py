"""Étapes d'une connexion par un fournisseur d'identité : l'écran, la connexion, l'identité."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from pytest_bdd import given, then, when
from pytest_bdd.parsers import re as motif

from reports.constat import Constat
from requirements.modele import Fournisseur as Chez
from requirements.modele import Modalite
from simulators.psc.personnes import Personne
from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes import acces_commun
from steps.etapes.psc_commun import (
    DE_QUI,
    QUI,
    Connexion,
    choisir_mode,
    demander,
    derniere,
    expliquer,
    mode,
    nom_nu,
    personne,
    sans_compte,
)
from steps.etapes.psc_gestes import connecter
from steps.personne.mire import REFUSER
from steps.personne.navigateur import NavigationImpossible
from steps.verifications.psc import ecran
from steps.verifications.psc.identite import non_rpps, sans_confusion, session_de
from steps.verifications.psc.refus import retour_rejoue

_MODALITES = {
    "en mode web": Modalite.WEB,
    "depuis une application qui ouvre un navigateur": Modalite.NAVIGATEUR_EXTERNE,
    "depuis une application sans navigateur": Modalite.CIBA,
    "depuis le navigateur intégré d'une application": Modalite.NAVIGATEUR_INTERNE,
}
_MOYENS = {"l'application e-CPS": "e-CPS", "la carte CPS": "CPS"}
_CHEZ = {"Pro Santé Connect": Chez.PSC, "le fournisseur d'identité de l'établissement": Chez.ETABLISSEMENT}
_MAINTENANCE = (
    "À joindre, pour un navigateur intégré : historique et durée de déploiement des versions, politique d'accès, "
    "bibliothèques employées avec leurs dates, processus de correction des failles"
)


# ------------------------------------------------------------------ présenter
@given(
    motif(
        r"un logiciel où l'on se connecte par (?P<chez>Pro Santé Connect|le fournisseur d'identité de l'établissement)"
        rf"(?:, (?P<comment>{'|'.join(_MODALITES)}))?$"
    )
)
def logiciel_connecte(essai: Essai, chez: str, comment: str | None) -> None:
    """Sans précision, la première façon que le logiciel réclame."""
    choisir_mode(essai, _CHEZ[chez], _MODALITES[comment] if comment else None)


@given(motif(rf"un compte du logiciel pour {QUI}$"))
def compte_du_logiciel(essai: Essai, qui: str) -> None:
    """Un compte au RPPS de cette personne ; un logiciel qui n'en crée pas à la demande l'ouvre peut-être de lui-même."""
    creer_compte(essai, qui, personne(essai, qui), avec_rpps=True)


def creer_compte(essai: Essai, qui: str, elle: Personne, *, avec_rpps: bool) -> bool:
    """Déclare son compte, supprimé à la fin du scénario ; faux si le logiciel ne l'a pas créé."""
    nom = nom_nu(qui)
    presente = acces_commun.presenter_compte(essai, nom)
    presente.champs |= {"nom": elle.nom, "prenom": elle.prenom}
    if elle.exercices:
        presente.champs["profession"] = elle.exercices[0].profession
    if avec_rpps and elle.rpps:
        presente.champs["rpps"] = elle.rpps
    presente.mot_de_passe = acces_commun.tirer_mot_de_passe(essai)
    reponse = essai.tenter(
        "creer_compte", "administrateur", compte=dict(presente.champs), mot_de_passe=presente.mot_de_passe
    )
    acces_commun.retenir(presente, reponse)
    if not reponse.fait or not presente.compte_id:
        essai.releves.setdefault("sans compte", {})[nom] = reponse.en_phrase()
        return False
    compte_id = presente.compte_id
    essai.a_la_fin(lambda: essai.tenter("supprimer_compte", "administrateur", compte_id=compte_id))
    return True


# -------------------------------------------------------------------- l'écran
@when("l'utilisateur ouvre l'écran de connexion")
def ouvrir_ecran(essai: Essai) -> None:
    reponse = essai.tenter("lire_ecran_connexion", "agent_accueil")
    donnees = dict(reponse.donnees) if reponse.fait else {}
    essai.releves["écran de connexion"] = donnees
    for champ, nom in (("html", "ecran-connexion.html"), ("cgu", "conditions.txt")):
        if donnees.get(champ):
            # Du texte relevé ne vaut pas la capture demandée, ni le document de l'éditeur.
            texte = str(donnees[champ]).encode()
            essai.bilan.joindre(nom, "trace/log", texte, "relevé avant la connexion")
    if donnees.get("capture_base64"):
        octets = base64.b64decode(str(donnees["capture_base64"]))
        essai.bilan.joindre("ecran-connexion.png", "capture", octets, "écran de connexion du logiciel")


@then("le bouton Pro Santé Connect, les conditions d'utilisation et la place de la déconnexion sont à montrer")
def a_montrer(essai: Essai) -> None:
    """La vidéo demandée reste à juger par une personne ; ce qui manque sûrement se dit déjà."""
    essai.bilan.constater(ecran.ecran_de_connexion(releve_de_l_ecran(essai)))
    essai.bilan.constater(ecran.deconnexion_visible())


@then("la bonne maintenance du navigateur intégré est à justifier")
def maintenance(essai: Essai) -> None:
    demander(essai, _MAINTENANCE)


def releve_de_l_ecran(essai: Essai) -> Mapping[str, Any]:
    """Ce que l'écran de connexion a montré ; vide si le logiciel n'a pas su le rendre."""
    donnees: Mapping[str, Any] = essai.releves.get("écran de connexion", {})
    return donnees


# --------------------------------------------------------------- se connecter
@when(motif(rf"{QUI} s'identifie(?: avec (?P<moyen>{'|'.join(_MOYENS)}))?$"))
def se_connecter(essai: Essai, qui: str, moyen: str | None) -> None:
    """Dans un navigateur neuf, comme sur un autre poste."""
    connecter(essai, qui, moyen=_MOYENS[moyen] if moyen else "")


@when(motif(rf"{QUI} s'identifie de nouveau, dans le même navigateur$"))
def se_reconnecter(essai: Essai, qui: str) -> None:
    connecter(essai, qui, navigateur=derniere(essai, nom_nu(qui)).navigateur)


@when(
    motif(
        rf"{QUI} s'identifie dans le navigateur où (?P<autre>le professionnel|un autre professionnel|« [^»]+ ») était$"
    )
)
def se_connecter_apres(essai: Essai, qui: str, autre: str) -> None:
    """Le poste partagé : le navigateur de la personne précédente, qui s'est déconnectée."""
    connecter(essai, qui, navigateur=derniere(essai, nom_nu(autre)).navigateur)


@when(motif(rf"{QUI} demande à s'identifier, puis refuse$"))
def refuser(essai: Essai, qui: str) -> None:
    connecter(essai, qui, decision=REFUSER)


@when(motif(rf"{QUI} rouvre dans son navigateur la page de retour de sa connexion$"))
def rejouer_le_retour(essai: Essai, qui: str) -> None:
    """Ce que fait le bouton « actualiser » : le même retour se présente deux fois au logiciel."""
    vue = derniere(essai, nom_nu(qui))
    if vue.navigateur is None or vue.parcours is None or not vue.parcours.retours:
        raise NonConcluant(f"{qui} n'est pas revenu dans le logiciel : il n'y a pas de page de retour à rouvrir")
    with suppress(NavigationImpossible):
        vue.navigateur.aller(vue.parcours.retours[-1].url)
    vue.tentative = replace(vue.tentative, echanges=essai.journal.echanges(depuis=vue.depuis))


@then("le logiciel ne se sert pas deux fois du même retour")
def retour_servi_une_fois(essai: Essai) -> None:
    essai.bilan.constater(retour_rejoue(derniere(essai).tentative))


# ---------------------------------------------------------------- l'identité
@then(motif(rf"la session ouverte est celle {DE_QUI}, avec ses situations d'exercice$"))
def session_sienne(essai: Essai, qui: str) -> None:
    """L'identité montrée est comparée à celle que le fournisseur a donnée, jamais à ce qui a été saisi."""
    vue, elle = derniere(essai, nom_nu(qui)), personne(essai, qui)
    if sans_compte(essai, vue):
        return
    if mode(essai).chez is Chez.PSC:
        essai.bilan.constater(session_de(vue.tentative, elle.userinfo()))
    else:
        essai.bilan.constater(session_etablissement(vue, elle))
    if not vue.tentative.ouverte:
        expliquer(essai, vue)


@then(motif(rf"la session ouverte est celle {DE_QUI}$"))
def session_de_la_personne(essai: Essai, qui: str) -> None:
    session_sienne(essai, qui)


@then("la réutilisation d'un jeton déjà valide est à montrer")
def reutilisation_a_montrer(essai: Essai) -> None:
    demander(
        essai,
        "Sans navigateur, la réutilisation d'un jeton déjà valide se montre sur la vidéo : nouvelle connexion sans "
        "nouvelle demande sur le téléphone ou la carte",
    )


@then("le contrat d'interface avec le fournisseur d'identité est à joindre")
def contrat_a_joindre(essai: Essai) -> None:
    demander(essai, "À joindre : le document décrivant le contrat d'interface avec le fournisseur d'identité")


@then(motif(rf"{QUI} garde son identifiant, ou n'a pas d'accès et le logiciel le lui dit$"))
def identifiant_garde(essai: Essai, qui: str) -> None:
    essai.bilan.constater(non_rpps(derniere(essai, nom_nu(qui)).tentative))


@then(motif(rf"{QUI} et (?P<autre>le professionnel|un autre professionnel|« [^»]+ ») ne sont pas confondus$"))
def non_confondus(essai: Essai, qui: str, autre: str) -> None:
    premiere, seconde = derniere(essai, nom_nu(qui)), derniere(essai, nom_nu(autre))
    if not sans_compte(essai, premiere) and not sans_compte(essai, seconde):
        essai.bilan.constater(sans_confusion(premiere.tentative, seconde.tentative))


def session_etablissement(vue: Connexion, elle: Personne) -> list[Constat]:
    """Le fournisseur d'un établissement ne donne que nom, courriel et identifiant local : la personne se reconnaît."""
    from steps.verifications.oidc import personne_reconnue

    return [personne_reconnue(vue.tentative, elle.nom, elle.prenom)]
