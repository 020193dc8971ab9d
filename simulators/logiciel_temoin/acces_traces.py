"""Traces du cycle de vie des comptes (catégorie « comptes ») : qui, quoi, sur quel compte, avec quel résultat."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from simulators.logiciel_temoin.acces_comptes import Compte
from simulators.logiciel_temoin.horloge import iso, lire_iso

if TYPE_CHECKING:
    from simulators.logiciel_temoin.labo import Labo

LIBELLES = {
    "connexion": "Tentative de connexion",
    "deconnexion": "Fermeture de session",
    "modification_attributs": "Modification d'attributs d'identité",
    "modification_permissions": "Modification de permissions",
    "mot_de_passe": "Changement de mot de passe",
    "recherche_rpps": "Recherche du numéro RPPS",
    "creation": "Création de compte",
    "suppression": "Suppression de compte",
    "dispositif": "Dispositif d'authentification",
}


def tracer(
    labo: Labo, auteur: str, operation: str, compte: Compte | str, *, reussi: bool = True, **detail: Any
) -> None:
    """`auteur` et `compte` : identifiants de connexion (le compte peut être inconnu : celui qui a été saisi)."""
    vise = compte.identifiant if isinstance(compte, Compte) else compte
    resultat = "succes" if reussi else "echec"
    labo.traces.ajouter(
        "comptes", auteur, LIBELLES[operation], None, operation=operation, resultat=resultat, compte=vise, **detail
    )


def montrer(labo: Labo, traces: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Les traces des comptes telles que l'écran les montre, avec ce que les défauts en changent."""
    if labo.defaut("trace_comptes_sans_echecs"):
        traces = [t for t in traces if t["detail"].get("resultat") != "echec"]
    for operation in LIBELLES:
        if operation in _OUBLIABLES and labo.defaut(f"trace_{operation}_oubliee"):
            traces = [t for t in traces if t["detail"].get("operation") != operation]
    if labo.defaut("trace_comptes_derniere_perdue"):
        traces = traces[:-1]
    return [_changer(labo, trace) for trace in traces]


_OUBLIABLES = ("connexion", "modification_attributs", "modification_permissions", "mot_de_passe")


def _changer(labo: Labo, trace: dict[str, Any]) -> dict[str, Any]:
    detail = dict(trace["detail"])
    if labo.defaut("trace_comptes_toujours_succes"):
        detail["resultat"] = "succes"
    if labo.defaut("trace_comptes_sans_nature"):
        for champ in ("attributs", "permissions"):
            detail.pop(champ, None)
    if labo.defaut("trace_comptes_permissions_entieres") and "permissions" in detail:
        detail["permissions"] = {"ajoutees": detail["permissions"]["ajoutees"], "retirees": []}
    trace = {**trace, "detail": detail}
    if labo.defaut("trace_comptes_auteur_constant"):
        trace["utilisateur"] = "administrateur"
    if labo.defaut("trace_comptes_auteur_est_le_vise"):
        trace["utilisateur"] = detail.get("compte", "")
    if labo.defaut("trace_comptes_jour_seul"):
        trace["horodatage"] = trace["horodatage"][:10]
    if labo.defaut("trace_comptes_heure_decalee"):
        trace["horodatage"] = iso(lire_iso(trace["horodatage"]) - timedelta(hours=3))
    return trace
