"""Points d'extension des accès : ce que les autres parties du produit ajoutent aux actions communes, à l'import."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from simulators.logiciel_temoin.acces_comptes import Compte
from simulators.logiciel_temoin.acces_sessions import Session
from simulators.logiciel_temoin.erreurs import Enveloppe

if TYPE_CHECKING:
    from simulators.logiciel_temoin.labo import Labo
    from simulators.logiciel_temoin.parametres import Parametres
    from simulators.logiciel_temoin.utilisateurs import Utilisateur

Traitement = Callable[["Labo", "Utilisateur", "Parametres"], Enveloppe]
ControleConnexion = Callable[["Labo", Compte, "Parametres", list[str]], str | None]
AdresseDeFin = Callable[["Labo", Session], str | None]
Coordonnee = Callable[["Labo", Compte, str, str | None], object]

CREATIONS: dict[str, Traitement] = {}
"""`creer_compte` d'une autre population que « professionnel » : population → traitement."""

MODIFICATIONS: dict[str, Traitement] = {}
"""`modifier_compte` d'une autre population que « professionnel »."""

CONTROLES_CONNEXION: list[ControleConnexion] = []
"""Joués par `ouvrir_session` une fois le mot de passe juste, dans l'ordre : (labo, compte, paramètres, moyens).

Rend ce qui est encore demandé (`second_facteur`…), ou None après avoir ajouté aux moyens le facteur présenté.
"""

OuvertureSansMotDePasse = Callable[["Labo", Compte, "Parametres"], list[str] | None]
SANS_MOT_DE_PASSE: list[OuvertureSansMotDePasse] = []
"""Joués par `ouvrir_session` quand aucun mot de passe n'est donné : les moyens qui suffisent, ou None."""

ADRESSES_DE_FIN: list[AdresseDeFin] = []
"""Joués par `fermer_session`, session encore ouverte : l'adresse que le navigateur doit ouvrir, ou None."""

COORDONNEES_CHANGEES: list[Coordonnee] = []
"""Joués quand un compte reçoit une coordonnée : (labo, compte, « courriel » ou « telephone », ancienne valeur)."""

Envoi = Callable[["Labo", str, str, str], object]
NOTIFICATIONS: list[Envoi] = []
"""Ce qui sait prévenir une personne : (labo, coordonnée, objet, texte)."""


def prevenir(labo: Labo, coordonnee: str, objet: str, texte: str) -> None:
    """Envoie ce texte à cette coordonnée, par tout ce qui sait le faire."""
    for envoyer in NOTIFICATIONS:
        envoyer(labo, coordonnee, objet, texte)
