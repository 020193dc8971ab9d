"""Traces du cycle de vie des comptes (catégorie « comptes ») : qui, quoi, sur quel compte, avec quel résultat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.logiciel_temoin.acces_comptes import Compte

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
