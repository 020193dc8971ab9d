"""Mises à jour de beaucoup de comptes d'un coup : fichier de l'administrateur, synchronisation du référentiel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from simulators.logiciel_temoin import acces_fichiers as fichiers
from simulators.logiciel_temoin import acces_modification as modification
from simulators.logiciel_temoin import acces_rpps as rpps
from simulators.logiciel_temoin.acces_comptes import Compte
from simulators.logiciel_temoin.acces_traces import tracer
from simulators.logiciel_temoin.erreurs import Refus

if TYPE_CHECKING:
    from simulators.logiciel_temoin.labo import Labo

ACTIONS = ("creer", "modifier", "supprimer", "ajouter_permission", "retirer_permission")
_COMPTES = {"creer": "crees", "modifier": "modifies", "supprimer": "supprimes"}


def charger(labo: Labo, fichier: bytes, auteur: str) -> tuple[dict[str, int], list[str]]:
    """Applique chaque ligne du fichier ; rend le rapport et ce qui a été rejeté, en clair."""
    rapport = {"crees": 0, "modifies": 0, "supprimes": 0, "rejetes": 0}
    rejets = []
    for ligne in fichiers.relire(fichier):
        try:
            _appliquer(labo, ligne, auteur)
        except Refus as refus:
            rapport["rejetes"] += 1
            rejets.append(f"{ligne.get('identifiant', '?')} : {refus}")
        else:
            rapport[_COMPTES.get(ligne.get("action", ""), "modifies")] += 1
    return rapport, rejets


def _appliquer(labo: Labo, ligne: Mapping[str, str], auteur: str) -> None:
    action, identifiant = ligne.get("action", ""), ligne.get("identifiant", "")
    if action not in ACTIONS:
        raise Refus(f"action inconnue : {action or 'aucune'}")
    if labo.defaut(f"masse_{action}_sans_effet"):
        return
    champs = {nom: ligne[nom] for nom in fichiers.MODIFIABLES if nom in ligne}
    if action == "creer":
        creer(labo, {**champs, "identifiant": identifiant}, auteur)
        return
    compte = labo.comptes.par_identifiant(identifiant, None)
    if compte is None:
        raise Refus("compte inconnu")
    if action == "supprimer":
        supprimer(labo, compte, auteur)
    elif action == "modifier":
        modification.appliquer(labo, compte, champs, auteur)
    else:
        _permission(labo, compte, action, ligne.get("permission", ""), auteur)


def _permission(labo: Labo, compte: Compte, action: str, permission: str, auteur: str) -> None:
    if not permission:
        raise Refus("permission absente")
    vises = [compte]
    if labo.defaut("masse_permission_pour_tous"):
        vises = labo.comptes.tous("professionnel")
    for vise in vises:
        gardees = [p for p in vise.permissions if p != permission]
        if labo.defaut("masse_permissions_remplacees"):
            gardees = []
        neuves = [*gardees, permission] if action == "ajouter_permission" else gardees
        modification.appliquer(labo, vise, {"permissions": neuves}, auteur)


def creer(labo: Labo, champs: Mapping[str, Any], auteur: str) -> tuple[Compte, str]:
    """Déclare un compte : unicité, trace, coordonnées à vérifier, RPPS ; rend aussi ce qu'il faut signaler."""
    modification.exiger_unicite(labo, champs.get("identifiant_prive"))
    compte = labo.comptes.creer(champs)
    for nature in modification.COORDONNEES:
        modification.a_verifier(labo, compte, nature, None)
    tracer(labo, auteur, "creation", compte)
    return compte, rpps.rechercher(labo, compte, auteur)


def supprimer(labo: Labo, compte: Compte, auteur: str) -> None:
    labo.comptes.supprimer(compte.compte_id)
    tracer(labo, auteur, "suppression", compte)


def synchroniser(labo: Labo, auteur: str) -> dict[str, int]:
    """Reprend du référentiel l'identité et les permissions de chaque utilisateur ; crée ceux qui manquent."""
    rapport = {"lus": 0, "crees": 0, "modifies": 0}
    if labo.defaut("synchro_une_seule_fois") and labo.identifiants_fixes.get("synchro"):
        return rapport
    entrees = labo.referentiel.lire()
    for identifiant, entree in entrees.items():
        labo.identifiants_fixes["synchro"] = "faite"
        source = next(iter(entrees.values())) if labo.defaut("synchro_meme_identite") else entree
        champs = {nom: valeur for nom, valeur in source.items() if nom != "permissions"}
        if labo.defaut("synchro_accents_perdus"):
            champs = {nom: valeur.encode("ascii", "ignore").decode() for nom, valeur in champs.items()}
        if labo.defaut("synchro_sans_identite"):
            champs = {}
        compte = labo.comptes.par_identifiant(identifiant)
        if compte is None:
            compte, _ = creer(labo, {**champs, "identifiant": identifiant}, auteur)
            rapport["crees"] += 1
        permissions = list(entree["permissions"])
        if labo.defaut("synchro_permissions_cumulees"):
            permissions = list(dict.fromkeys([*compte.permissions, *permissions]))
        if not labo.defaut("synchro_sans_permissions"):
            champs["permissions"] = permissions
        rapport["modifies"] += bool(modification.appliquer(labo, compte, champs, auteur, sync=True))
        rapport["lus"] += 1
    return rapport
