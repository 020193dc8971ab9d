"""Recherche du numéro RPPS d'un compte : à la création, reprise tant qu'il manque, contrôlé ensuite."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from simulators.logiciel_temoin.acces_comptes import Compte
from simulators.logiciel_temoin.acces_traces import tracer
from simulators.logiciel_temoin.annuaire_fhir import AnnuaireIndisponible
from simulators.logiciel_temoin.annuaire_fiche import PROFESSIONS
from simulators.logiciel_temoin.horloge import iso, lire_iso

if TYPE_CHECKING:
    from simulators.logiciel_temoin.labo import Labo

COUVERTES = frozenset({*PROFESSIONS, "26", "28", "69", "80", "84", "86", "91", "92", "94", "95", "96", "98"})
"""Professions de la table TRE_G15 que le répertoire couvre, par leur code."""
_LIBELLES = {libelle.casefold() for libelle in PROFESSIONS.values()}
_MESSAGES = {
    "introuvable": "Numéro RPPS introuvable dans l'Annuaire Santé : la recherche sera reprise d'office.",
    "indisponible": "L'Annuaire Santé ne répond pas : la recherche du numéro RPPS sera reprise d'office.",
}


ABSENCES = frozenset(_MESSAGES)
"""États d'une recherche qui n'a rien donné."""


def couverte(profession: str) -> bool:
    """Vrai si le RPPS couvre cette profession, donnée par son code ou son libellé."""
    return profession in COUVERTES or profession.casefold() in _LIBELLES


def rechercher(labo: Labo, compte: Compte, auteur: str) -> str:
    """Cherche (ou contrôle) le RPPS, note où l'on en est et rend le message à montrer, vide si tout va bien."""
    reglage = labo.reglages.lire("recherche_rpps")
    if compte.population != "professionnel" or not couverte(compte.profession):
        compte.recherche_rpps = {"etat": "sans_objet", "derniere": None, "prochaine": None}
        return ""
    if not reglage["actif"]:
        compte.recherche_rpps = {"etat": "desactivee", "derniere": None, "prochaine": None}
        return ""
    etat = "introuvable" if labo.defaut("rpps_non_recherche") and not compte.rpps else _interroger(labo, compte)
    _noter(labo, compte, etat, reglage)
    tracer(labo, auteur, "recherche_rpps", compte, reussi=etat == "trouve", rpps=compte.rpps)
    return _MESSAGES[etat] if etat in ABSENCES and not labo.defaut("rpps_absence_tue") else ""


def _interroger(labo: Labo, compte: Compte) -> str:
    if compte.rpps and labo.defaut("rpps_controle_de_facade"):
        return "trouve"
    try:
        if compte.rpps:
            fiche = labo.annuaire_sante.controler(compte.rpps)
            return "trouve" if fiche and fiche.actif else "introuvable"
        fiches = labo.annuaire_sante.trouver_par_identite(compte.nom, compte.prenom, compte.profession)
    except AnnuaireIndisponible:
        if labo.defaut("rpps_invente"):
            compte.rpps = "10009999991"
        return "indisponible"
    if len(fiches) != 1:
        if labo.defaut("rpps_invente"):
            compte.rpps = "10009999991"
        return "introuvable"
    compte.rpps = fiches[0].rpps
    if labo.defaut("rpps_du_premier"):
        compte.rpps = labo.identifiants_fixes.setdefault("rpps", fiches[0].rpps)
    return "trouve"


def _noter(labo: Labo, compte: Compte, etat: str, reglage: dict[str, Any]) -> None:
    instant = labo.horloge.maintenant()
    delai = reglage["intervalle_secondes"] if etat == "trouve" else reglage["reprise_secondes"]
    if labo.defaut("rpps_controle_trop_rare") and etat == "trouve":
        delai = 3 * 366 * 86400
    prochaine: datetime | None = instant + timedelta(seconds=delai)
    reprises = compte.interne["reprises_rpps"] = compte.interne.get("reprises_rpps", 0) + 1
    if (etat == "trouve" and labo.defaut("rpps_sans_controle")) or (
        etat != "trouve" and (labo.defaut("rpps_sans_reprise") or (labo.defaut("rpps_reprise_unique") and reprises > 1))
    ):
        prochaine = None
    compte.recherche_rpps = {
        "etat": etat,
        "derniere": iso(instant),
        "prochaine": iso(prochaine) if prochaine else None,
    }


def jouer_les_echeances(labo: Labo) -> None:
    """La tâche planifiée : chaque recherche dont l'heure est venue."""
    instant = labo.horloge.maintenant()
    for compte in labo.comptes.tous("professionnel"):
        prochaine = (compte.recherche_rpps or {}).get("prochaine")
        if compte.actif and prochaine and lire_iso(prochaine) <= instant:
            rechercher(labo, compte, "tâche planifiée")
