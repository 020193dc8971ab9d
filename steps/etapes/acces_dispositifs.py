"""Étapes des dispositifs d'authentification : renouvellement, perte ou vol, un seul facteur après deux."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse

from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes import vocabulaire
from steps.etapes.acces_commun import (
    Table,
    adresse_neuve,
    compte,
    instant,
    laisser_passer,
    preparer_compte,
    tirer_mot_de_passe,
)
from steps.etapes.acces_facteurs import (
    connecter,
    dispositif,
    dispositifs,
    enroler,
    marquer_lus,
    preparer_coordonnee,
    regler_et_relire,
    retenir_dispositif,
)
from steps.etapes.acces_inscription import preparer_usager, session_d_usager
from steps.etapes.vocabulaire import PhraseInconnue
from steps.logiciel.protocole import ReponseAction
from steps.verifications.acces import dispositifs as regles
from steps.verifications.acces.connexions import Connexion

MARGE_S = 60
"""De part et d'autre d'une échéance : le temps que prennent les gestes eux-mêmes n'y change rien."""
_POPULATIONS = {"professionnels": "professionnel", "usagers": "usager"}
PROFESSION = "Technicien de laboratoire"


# ------------------------------------------------------------------ mise en place
@given("des professionnels dotés de dispositifs d'authentification")
def professionnels_dotes(essai: Essai, datatable: Table) -> None:
    """Une ligne par compte : ses dispositifs, séparés par des virgules (« totp, totp 2 »)."""
    for ligne in vocabulaire.table(datatable):
        nom = ligne["compte"]
        adresse = adresse_neuve(essai, nom)
        marquer_lus(essai, adresse)
        preparer_compte(essai, nom, nom=ligne["nom"], prenom=ligne["prénom"], profession=PROFESSION, courriel=adresse)
        _doter(essai, nom, ligne["dispositifs"])


@given("des usagers dotés de dispositifs d'authentification")
def usagers_dotes(essai: Essai, datatable: Table) -> None:
    """Une ligne par usager ; « otp_courriel » : le code envoyé à son adresse, que l'inscription peut avoir enrôlé."""
    for ligne in vocabulaire.table(datatable):
        preparer_usager(essai, ligne["compte"], nom_naissance=ligne["nom"], prenoms=ligne["prénoms"])
        _doter(essai, ligne["compte"], ligne["dispositifs"])


def _doter(essai: Essai, nom: str, cles: str) -> None:
    voulus = [cle.strip() for cle in cles.split(",") if cle.strip()]
    if any(cle.startswith("otp_courriel") for cle in voulus):
        if compte(essai, nom).champs.get("population") != "usager":
            preparer_coordonnee(essai, nom)
        _retenir_existants(essai, nom)
    for cle in voulus:
        if cle in dispositifs(essai, nom):
            continue
        reponse = enroler(essai, nom, cle)
        if not reponse.fait and cle.startswith("totp"):
            raise NonConcluant(f"mise en place : « {nom} » n'a pas de dispositif {cle}, {reponse.en_phrase()}")


def _retenir_existants(essai: Essai, nom: str) -> None:
    """Dispositifs que le logiciel a enrôlés de lui-même (le code par courriel d'une adresse confirmée)."""
    reponse = essai.tenter("lister_dispositifs", "administrateur", compte_id=compte(essai, nom).compte_id)
    for montre in reponse.donnees.get("dispositifs") or []:
        if montre.get("type") == "otp_courriel" and montre.get("actif", True):
            retenir_dispositif(essai, nom, "otp_courriel", ReponseAction("fait", (), {"dispositif": montre}))


# ------------------------------------------------------------------ second facteur
@then(parse("« {nom} » se connecte avec son mot de passe et « {cle} », pas avec un code faux"))
def code_faux(essai: Essai, nom: str, cle: str) -> None:
    faux = connecter(essai, nom, cle, faux=True)
    essai.bilan.constater(regles.code_faux_refuse(faux, connecter(essai, nom, cle)))


# ------------------------------------------------------------------ renouvellement
@when(parse("l'administrateur fixe à {secondes:d} secondes la validité des dispositifs « {genre} » des {population}"))
def fixer_validite(essai: Essai, secondes: int, genre: str, population: str) -> None:
    qui = _POPULATIONS.get(population)
    if qui is None:
        raise PhraseInconnue(f"population inconnue dans la feature : {population!r}")
    valeur = {"population": qui, "type": genre, "secondes": secondes}
    reponse, lue = regler_et_relire(essai, "renouvellement_dispositifs", valeur)
    essai.bilan.constater(
        regles.frequence_reglee(
            reponse.fait, lue, population=qui, genre=genre, secondes=secondes, dit=reponse.en_phrase()
        )
    )
    essai.releves["validité"] = secondes


@then(parse("« {cle} » de « {nom} » doit être renouvelé à l'échéance, pas avant"))
def renouvellement_impose(essai: Essai, cle: str, nom: str) -> None:
    validite = int(essai.releves.get("validité") or 0)
    vise = dispositif(essai, nom, cle)
    age = (instant(essai) - vise.cree).total_seconds()
    laisser_passer(essai, max(0, validite - MARGE_S - age))
    avant = connecter(essai, nom, cle)
    laisser_passer(essai, 2 * MARGE_S)
    apres = connecter(essai, nom, cle)
    essai.releves[f"échu {nom}"] = apres
    essai.bilan.constater(regles.renouvellement_impose(avant, apres, f"{validite} s"))


@then(parse("« {cle} » de « {nom} », du même âge, n'est pas à renouveler ({pourquoi})"))
def autre_non_renouvele(essai: Essai, cle: str, nom: str, pourquoi: str) -> None:
    """Un logiciel qui n'a qu'un type de dispositif n'a rien à distinguer."""
    if cle in dispositifs(essai, nom):
        essai.bilan.constater(regles.autre_non_renouvele(connecter(essai, nom, cle), pourquoi))


@when(parse("« {nom} » renouvelle « {cle} »"))
def renouveler(essai: Essai, nom: str, cle: str) -> None:
    vise = dispositif(essai, nom, cle)
    connecter(essai, nom, cle)
    session_id = compte(essai, nom).sessions.get("")
    parametres = {"session_id": session_id} if session_id else {}
    reponse = essai.jouer(
        "renouveler_dispositif", "personne_morale", compte_id=compte(essai, nom).compte_id,
        dispositif_id=vise.dispositif_id, **parametres,
    )  # fmt: skip
    essai.releves[f"ancien {nom}"] = vise
    retenir_dispositif(essai, nom, cle, reponse)


@then(parse("seul le nouveau secret de « {cle} » ouvre la session de « {nom} »"))
def secret_renouvele(essai: Essai, cle: str, nom: str) -> None:
    ancien = essai.releves.get(f"ancien {nom}")
    if ancien is None or ancien is dispositif(essai, nom, cle) or not dispositif(essai, nom, cle).secret:
        raise NonConcluant(f"« {nom} » n'a pas renouvelé « {cle} », ou son nouveau secret n'est pas montré")
    vieux = connecter(essai, nom, cle, secret=ancien)
    essai.bilan.constater(regles.secret_renouvele(connecter(essai, nom, cle), vieux))


# ------------------------------------------------------------------ perte ou vol
@when(parse("« {cle} » de « {nom} » est déclaré perdu sur l'écran de connexion, {preuve}"))
def perte_sans_session(essai: Essai, cle: str, nom: str, preuve: str) -> None:
    """Preuves : « sans rien prouver », « avec un mot de passe faux », « avec son mot de passe »."""
    vise, cible = compte(essai, nom), dispositif(essai, nom, cle)
    avant = connecter(essai, nom, cle)
    preuves: Mapping[str, dict[str, Any]] = {
        "sans rien prouver": {},
        "avec un mot de passe faux": {"preuve": {"mot_de_passe": tirer_mot_de_passe(essai)}},
        "avec son mot de passe": {"preuve": {"mot_de_passe": vise.mot_de_passe}},
    }
    if preuve not in preuves:
        raise PhraseInconnue(f"preuve inconnue dans la feature : {preuve!r}")
    reponse = _declarer(essai, nom, cible.dispositif_id, "titulaire_hors_session", **preuves[preuve])
    if preuve == "avec son mot de passe":
        _apres_la_perte(essai, nom, cle, avant, reponse, "titulaire, sans session")
    elif reponse.resultat != "non_gere":
        apres = connecter(essai, nom, cle)
        essai.bilan.constater(regles.perte_prouvee(reponse.fait, apres, preuve, reponse.en_phrase()))


@when(parse("l'administrateur désactive « {cle} » de « {nom} », déclaré volé"))
def perte_par_l_administrateur(essai: Essai, cle: str, nom: str) -> None:
    cible = dispositif(essai, nom, cle)
    avant = connecter(essai, nom, cle)
    reponse = _declarer(essai, nom, cible.dispositif_id, "administrateur")
    _apres_la_perte(essai, nom, cle, avant, reponse, "administrateur")


@when(parse("« {nom} », connecté par « {par} », déclare « {cle} » perdu"))
def perte_en_session(essai: Essai, nom: str, par: str, cle: str) -> None:
    avant = connecter(essai, nom, cle)
    ouverte = connecter(essai, nom, par, session="perte")
    if not ouverte.ouverte:
        raise NonConcluant(f"mise en place : {ouverte.recu}")
    reponse = _declarer(
        essai, nom, dispositif(essai, nom, cle).dispositif_id, "titulaire_en_session",
        session_id=compte(essai, nom).sessions["perte"],
    )  # fmt: skip
    _apres_la_perte(essai, nom, cle, avant, reponse, "titulaire, en session")


@then(parse("« {autre} » ne peut pas, depuis sa session, déclarer perdu « {cle} » de « {nom} »"))
def perte_par_un_autre(essai: Essai, autre: str, cle: str, nom: str) -> None:
    session_id = session_d_usager(essai, autre, session="autre")
    connecter(essai, nom, cle)
    reponse = _declarer(
        essai, nom, dispositif(essai, nom, cle).dispositif_id, "titulaire_en_session", session_id=session_id
    )
    apres = connecter(essai, nom, cle)
    essai.bilan.constater(regles.perte_par_un_autre_refusee(reponse.fait, apres, reponse.en_phrase()))


@then(parse("la perte a pu être déclarée par l'une au moins de ces voies"))
def perte_declaree(essai: Essai) -> None:
    """L'exigence laisse le choix : le titulaire, ou un administrateur."""
    voies: dict[str, ReponseAction] = essai.releves.get("voies de perte", {})
    if not voies:
        raise NonConcluant("aucune déclaration de perte n'a été essayée")
    if any(reponse.fait for reponse in voies.values()):
        voies = {par: reponse for par, reponse in voies.items() if reponse.fait}
    for par, reponse in voies.items():
        essai.bilan.constater(
            regles.perte_declaree(reponse.fait, par, reponse.en_phrase(), absente=reponse.resultat == "non_gere")
        )


@then(parse("« {nom} » se connecte toujours avec « {cle} »"))
def autre_en_service(essai: Essai, nom: str, cle: str) -> None:
    essai.bilan.constater(regles.autres_en_service(connecter(essai, nom, cle)))


def _declarer(essai: Essai, nom: str, dispositif_id: str, par: str, **parametres: Any) -> ReponseAction:
    auteur = "administrateur" if par == "administrateur" else "personne_morale"
    return essai.tenter(
        "desactiver_dispositif", auteur, compte_id=compte(essai, nom).compte_id, dispositif_id=dispositif_id,
        par=par, **parametres,
    )  # fmt: skip


def _apres_la_perte(essai: Essai, nom: str, cle: str, avant: Connexion, reponse: ReponseAction, par: str) -> None:
    """Déclarée, la perte ferme le dispositif ; refusée, la voie est seulement retenue."""
    essai.releves.setdefault("voies de perte", {})[par] = reponse
    if reponse.fait:
        essai.bilan.constater(regles.perdu_refuse(avant, connecter(essai, nom, cle)))
    elif par == "titulaire, en session":
        essai.bilan.constater(
            regles.perte_declaree(False, par, reponse.en_phrase(), absente=reponse.resultat == "non_gere")
        )
