"""L'accès IMAP de l'opérateur : ce qu'un port partage entre ses connexions."""

from __future__ import annotations

import asyncio

from simulators.mssante.boites import Boites
from simulators.mssante.connexions import Connexion, Operateur
from simulators.mssante.imap.connexion import ConnexionImap
from simulators.mssante.tls import LigneTls
from simulators.socle.requete import Port
from simulators.socle.serveur import ServeurBanc

INACTIVITE = 1800.0
"""Secondes sans commande avant BYE, une fois identifié (RFC 3501 § 5.4 : trente minutes au moins)."""


class FacadeImap:
    """Sert des connexions IMAP aux boîtes d'un opérateur. Vit dans la boucle du serveur du banc."""

    def __init__(self, operateur: Operateur, boites: Boites, *, inactivite: float = INACTIVITE) -> None:
        self.operateur = operateur
        self.boites = boites
        self.inactivite = inactivite
        self.connexions: set[ConnexionImap] = set()
        # L'examen des pièces d'un gros message prend de la mémoire : un petit nombre à la fois.
        self.examens = asyncio.Semaphore(2)

    def monter(self, serveur: ServeurBanc, *, port: int = 0, ligne: LigneTls | None = None) -> Port:
        """Ouvre un port IMAP ; `ligne` fixe la ligne de la matrice TLS, sinon les pannes la choisissent."""
        ouvert: list[Port] = []

        def fabrique() -> asyncio.Protocol:
            return ConnexionImap(self, ouvert[0], ligne)

        ouvert.append(serveur.ecouter("mssante", fabrique, protocole="imap", port=port))
        return ouvert[0]

    def ouvrir(self, port: Port, pair: str, ligne: LigneTls | None) -> Connexion:
        """Une connexion de plus."""
        return Connexion(self.operateur, "imap", port, pair, ligne)

    def rompre(self, session_psc: str | None = None) -> list[asyncio.Task[None]]:
        """Dit adieu aux connexions ouvertes (par les jetons de cette session Pro Santé Connect, si elle est nommée).

        Rend les tâches qui s'achèvent. À appeler dans la boucle.
        """
        visees = [c for c in self.connexions if session_psc in (None, c.session_psc)]
        for connexion in visees:
            connexion.rompre()
        return [tache for connexion in visees if (tache := connexion.tache) is not None]
