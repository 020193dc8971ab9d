"""Étapes du numéro RPPS des comptes : déclarés sans lui, cherché dans l'annuaire, cherché encore, contrôlé."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from simulators.annuaire.population import METIERS
from simulators.socle.echange import Echange
from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes import acces_commun, vocabulaire
from steps.etapes.acces_commun import (
    Table,
    adresse_neuve,
    compte,
    comptes,
    creer_compte,
    laisser_passer,
    lire_compte,
    presenter_compte,
)
from steps.etapes.annuaire_commun import fiche_publiee, publier, reserver_rpps, rpps_de
from steps.etapes.commun import regler
from steps.etapes.vocabulaire import PhraseInconnue
from steps.releves import retirer
from steps.verifications.acces import rpps as regles

HEURE = 3600
DEUX_ANS = 731 * 24 * HEURE
"""Deux ans, dont un bissextile."""
_SYLLABES = ("BA", "CE", "DI", "FO", "GU", "KA", "LE", "MI", "NO", "RU", "SA", "TE", "VI", "ZO")


@given("des professionnels publiés par l'Annuaire Santé, aux noms uniques")
def professionnels_uniques(essai: Essai, datatable: Table) -> None:
    """Le nom d'exercice donné, suivi d'un second propre à la campagne : personne d'autre ne le porte."""
    for ligne in vocabulaire.table(datatable):
        _annoncer(essai, ligne["professionnel"], ligne)
        _publier(essai, ligne["professionnel"])


@given(parse("un professionnel « {nom} » que l'annuaire ne publie pas encore"))
def professionnel_a_venir(essai: Essai, nom: str, datatable: Table) -> None:
    (ligne,) = vocabulaire.table(datatable)
    reserver_rpps(essai, nom)
    _annoncer(essai, nom, ligne)


@given(parse("la recherche du RPPS reprise toutes les {heures:d} heures"))
def reprise_reglee(essai: Essai, heures: int) -> None:
    valeur = {"actif": True, "intervalle_secondes": 365 * 24 * HEURE, "reprise_secondes": heures * HEURE}
    regler(essai, "recherche_rpps", valeur)
    essai.releves["période de reprise"] = heures * HEURE


# ------------------------------------------------------------------ déclarer
@when(parse("l'administrateur déclare le compte de « {nom} » sans donner son RPPS"))
def declarer(essai: Essai, nom: str) -> None:
    _presenter(essai, nom)
    reponse = creer_compte(essai, nom)
    essai.releves[f"déclaration de {nom}"] = reponse
    _joindre_recherche(essai, nom)


@when(parse("l'administrateur déclare le compte de « {nom} » pendant une panne de l'annuaire"))
def declarer_en_panne(essai: Essai, nom: str) -> None:
    with essai.banc.annuaire.panne("indisponible", fois=None):
        declarer(essai, nom)


@when(parse("le fichier de mise à jour déclare le compte de « {nom} » sans donner son RPPS"))
def declarer_par_fichier(essai: Essai, nom: str) -> None:
    """Un autre mode de création ; un logiciel qui n'a pas de mise à jour en masse n'en est pas jugé."""
    vise = _presenter(essai, nom)
    champs = {champ: vise.champs[champ] for champ in ("nom", "prenom", "profession", "courriel")}
    ligne = {"action": "creer", "identifiant": vise.identifiant, "champs": champs}
    reponse = essai.tenter("mettre_a_jour_comptes", "administrateur", lignes=[ligne])
    essai.releves[f"déclaration de {nom}"] = reponse


# ------------------------------------------------------------------ trouvé
@then(parse("le compte de « {nom} » est associé au RPPS que l'annuaire publie"))
def rpps_associe(essai: Essai, nom: str) -> None:
    dit = retirer(essai, f"déclaration de {nom}", object).en_phrase()
    rpps = fiche_publiee(essai, nom).rpps
    constat = regles.rpps_associe(lire_compte(essai, nom), rpps, f"compte de « {nom} »", dit)
    essai.bilan.constater(constat)
    if not constat.attendu:
        essai.releves["un RPPS a été trouvé"] = True


@then(parse("le compte de « {nom} », s'il a été déclaré, est associé au RPPS que l'annuaire publie"))
def rpps_associe_par_fichier(essai: Essai, nom: str) -> None:
    if retirer(essai, f"déclaration de {nom}", object).fait:
        rpps_associe(essai, nom)


# ------------------------------------------------------------------ introuvable, puis repris
@then(parse("le logiciel signale que le RPPS de « {nom} » n'est pas trouvé"))
def absence_signalee(essai: Essai, nom: str) -> None:
    """Le témoin : un compte dont le RPPS est publié, et trouvé, dans le même scénario."""
    reponse = retirer(essai, f"déclaration de {nom}", object)
    temoin = any(
        (lire_compte(essai, autre) or {}).get("rpps")
        for autre in comptes(essai)
        if autre != nom and _publie(essai, autre)
    )
    fiche = lire_compte(essai, nom)
    essai.bilan.constater(regles.absence_signalee(fiche, reponse.messages, f"compte de « {nom} »", temoin=temoin))


@then(parse("le compte de « {nom} » n'a aucun RPPS"))
def aucun_rpps(essai: Essai, nom: str) -> None:
    essai.bilan.constater(regles.aucun_rpps(lire_compte(essai, nom), f"compte de « {nom} »"))


@when("deux périodes de 6 heures passent")
def deux_periodes(essai: Essai) -> None:
    essai.releves["reprises vues"] = [_laisser_une_periode(essai), _laisser_une_periode(essai)]


@when("une période de 6 heures passe")
def une_periode(essai: Essai) -> None:
    _laisser_une_periode(essai)


@then(parse("la recherche du RPPS de « {nom} » est reprise à chaque période"))
def recherche_reprise(essai: Essai, nom: str) -> None:
    cherche = _annonce(essai, nom)["nom"]
    periodes = [regles.concernant(vues, nom=cherche) for vues in retirer(essai, "reprises vues", list)]
    essai.bilan.constater(regles.recherche_reprise(periodes, f"compte de « {nom} »"))


@when(parse("l'Annuaire Santé publie enfin « {nom} »"))
def publier_enfin(essai: Essai, nom: str) -> None:
    _publier(essai, nom)


@then(parse("le compte de « {nom} » a reçu son RPPS"))
def rpps_recu(essai: Essai, nom: str) -> None:
    essai.bilan.constater(
        regles.association_finale(lire_compte(essai, nom), rpps_de(essai, nom), f"compte de « {nom} »")
    )


# ------------------------------------------------------------------ contrôle périodique
@when("deux ans passent")
def deux_ans_passent(essai: Essai) -> None:
    depuis = essai.journal.position()
    laisser_passer(essai, DEUX_ANS)
    associes = [nom for nom in _annonces(essai) if nom in comptes(essai) and compte(essai, nom).dernier.get("rpps")]
    _attendre_l_annuaire(essai, depuis, [{"rpps": rpps_de(essai, nom)} for nom in associes])
    essai.releves["contrôles vus"] = essai.journal.echanges(service="annuaire", depuis=depuis)


@then(motif(r"le RPPS de « (?P<un>[^»]+) » et de « (?P<deux>[^»]+) » a été contrôlé dans l'annuaire$"))
def rpps_controles(essai: Essai, un: str, deux: str) -> None:
    """Seuls les comptes bien associés à leur RPPS peuvent être contrôlés."""
    associes = [
        (f"compte de « {nom} »", rpps_de(essai, nom))
        for nom in (un, deux)
        if str(compte(essai, nom).dernier.get("rpps") or "").endswith(rpps_de(essai, nom))
    ]
    vus = retirer(essai, "contrôles vus", list)
    essai.bilan.constater(regles.rpps_controle(vus, associes, "deux ans"))
    traces = essai.tenter("lire_traces", "administrateur", categorie="comptes").donnees.get("traces") or []
    recherches = [t for t in traces if (t.get("detail") or {}).get("operation") == "recherche_rpps"]
    lignes = [f"{t.get('horodatage')} {t.get('utilisateur')} {t.get('detail')}" for t in recherches]
    if lignes:
        contenu = "\n".join(lignes).encode()
        essai.bilan.joindre("recherches-rpps.txt", "trace/log", contenu, "traces de recherche et de contrôle du RPPS")


# ------------------------------------------------------------------ aides
def _annoncer(essai: Essai, nom: str, ligne: dict[str, str]) -> None:
    """Retient l'identité sous laquelle ce professionnel sera publié et déclaré."""
    metier = next((m for m in METIERS if ligne["profession"] in (m.code, m.libelle)), None)
    if metier is None:
        raise PhraseInconnue(f"profession inconnue dans la feature : {ligne['profession']!r}")
    empreinte = hashlib.sha256(f"{essai.graine}{essai.retenu.numero}/{nom}".encode()).digest()
    second = "".join(_SYLLABES[octet % len(_SYLLABES)] for octet in empreinte[:4])
    _annonces(essai)[nom] = {
        "nom": f"{ligne['nom']}-{second}", "prenom": ligne["prénom"], "profession": metier.code,
    }  # fmt: skip


def _publier(essai: Essai, nom: str) -> None:
    annonce = _annonce(essai, nom)
    publier(essai, nom, nom_exercice=annonce["nom"], prenom=annonce["prenom"], profession=annonce["profession"])


def _publie(essai: Essai, nom: str) -> bool:
    return essai.banc.annuaire.etat.personne(rpps_de(essai, nom)) is not None


def _presenter(essai: Essai, nom: str, **champs: Any) -> Any:
    """Le compte de cette personne, son RPPS non donné."""
    return presenter_compte(essai, nom, **_annonce(essai, nom), courriel=adresse_neuve(essai, nom), **champs)


def _annonces(essai: Essai) -> dict[str, dict[str, str]]:
    connues: dict[str, dict[str, str]] = essai.releves.setdefault("identités annoncées", {})
    return connues


def _annonce(essai: Essai, nom: str) -> dict[str, str]:
    try:
        return _annonces(essai)[nom]
    except KeyError:
        raise NonConcluant(f"la feature parle de « {nom} » sans l'avoir présenté") from None


def _laisser_une_periode(essai: Essai) -> Sequence[Echange]:
    """Ce que le logiciel demande à l'annuaire, de lui-même, pendant une période et une minute."""
    depuis = essai.journal.position()
    laisser_passer(essai, retirer(essai, "période de reprise", int) + 60)
    manquants = [
        nom for nom in _annonces(essai) if nom in comptes(essai) and not compte(essai, nom).dernier.get("rpps")
    ]
    _attendre_l_annuaire(essai, depuis, [{"nom": _annonce(essai, nom)["nom"]} for nom in manquants])
    return essai.journal.echanges(service="annuaire", depuis=depuis)


def _attendre_l_annuaire(essai: Essai, depuis: int, cherches: Sequence[Mapping[str, str]]) -> None:
    """Une tâche planifiée peut partir un peu après : on attend un appel pour chacun, sans exiger qu'il vienne."""

    def tous(_: Echange) -> bool:
        vus = essai.journal.echanges(service="annuaire", depuis=depuis)
        return all(regles.concernant(vus, **quoi) for quoi in cherches)

    essai.journal.attendre(tous, depuis=depuis, delai=acces_commun.DELAI, service="annuaire")


def _joindre_recherche(essai: Essai, nom: str) -> None:
    """Les appels qui ont cherché cette personne, pour le dossier."""
    vus = regles.concernant(essai.echanges("annuaire"), nom=_annonce(essai, nom)["nom"])
    if vus:
        lignes = "\n".join(f"{e.debut.isoformat()} {e.requete.methode} {e.requete.cible}" for e in vus).encode()
        essai.bilan.joindre(
            "recherche-rpps.txt", "trace/log", lignes, f"recherche du RPPS de « {nom} » dans l'annuaire"
        )
