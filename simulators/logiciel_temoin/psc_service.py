"""Tout ce qui tient à un fournisseur d'identité : clients, connexions, sessions, pages. Créé au premier besoin."""

from __future__ import annotations

import contextlib
from functools import cached_property
from typing import TYPE_CHECKING, Any

from simulators.logiciel_temoin.acces_sessions import Session
from simulators.logiciel_temoin.erreurs import Refus
from simulators.logiciel_temoin.psc_ciba import Ciba
from simulators.logiciel_temoin.psc_client import ClientOidc
from simulators.logiciel_temoin.psc_connexions import CIBA, Connexions
from simulators.logiciel_temoin.psc_environnement import PSC
from simulators.logiciel_temoin.psc_modele import ErreurFournisseur
from simulators.logiciel_temoin.psc_sessions import SessionOuverte, SessionsFournisseur

if TYPE_CHECKING:
    from simulators.logiciel_temoin.labo import Labo
    from simulators.logiciel_temoin.psc_pages import ServeurPages

MODALITES = ("web", "navigateur_externe", "ciba")


class Fournisseurs:
    """Les fournisseurs d'identité de l'installation, et ce que le produit en fait."""

    def __init__(self, labo: Labo) -> None:
        self.labo = labo
        self.clients = {nom: ClientOidc(labo, f) for nom, f in labo.environnement.fournisseurs.items()}
        self.connexions = Connexions(self)
        self.ouvertes = SessionsFournisseur(self)
        self.ciba = Ciba(self)
        self._pages: ServeurPages | None = None

    def client(self, nom: str) -> ClientOidc:
        if nom not in self.clients:
            raise Refus("Ce fournisseur d'identité n'est pas configuré.")
        return self.clients[nom]

    @cached_property
    def pages(self) -> ServeurPages:
        """Le serveur web du produit, ouvert au premier besoin."""
        from simulators.logiciel_temoin.psc_pages import ServeurPages

        self._pages = ServeurPages(self)
        self._pages.demarrer()
        return self._pages

    def a_propos(self) -> dict[str, Any]:
        """Ce que l'éditeur déclare de son produit au fournisseur d'identité."""
        fournisseur = self.labo.environnement.fournisseurs.get(PSC)
        return {
            "modalites": list(MODALITES),
            "modalites_etablissement": [m for m in MODALITES if m != CIBA],
            "client_id": fournisseur.client_id if fournisseur else None,
            "redirect_uris": [self.pages.retour(nom) for nom in sorted(self.clients)],
            "post_logout_redirect_uris": [self.pages.apres_deconnexion],
            "authentification": fournisseur.authentification if fournisseur else "client_secret_basic",
            "pkce": True,
            "seul_moyen": False,
        }

    def adresse_de_fin(self, session: Session) -> str | None:
        """La session va se fermer : celle du fournisseur aussi, par le navigateur ou de serveur à serveur.

        La session du produit se ferme quoi qu'il arrive ensuite chez le fournisseur.
        """
        ouverte = self.ouvertes.de_session(session.session_id)
        if ouverte is None or self.labo.defaut("psc_deconnexion_locale_seule"):
            return None
        if ouverte.modalite == CIBA:
            self._finir(ouverte)
            return None
        return self.pages.adresse_de_deconnexion(ouverte)

    def _finir(self, ouverte: SessionOuverte) -> None:
        try:
            ouverte.client.deconnecter(ouverte.jetons)
        except ErreurFournisseur as erreur:
            if self.labo.defaut("psc_ouverte_si_echec_de_fin"):
                raise Refus(f"{erreur} Vous restez connecté.") from erreur
            # La session n'a pas pu être finie : ses jetons, au moins, ne serviront plus.
            with contextlib.suppress(ErreurFournisseur):
                ouverte.client.revoquer(ouverte.jetons)

    def fermer(self) -> None:
        """Arrêt du produit."""
        self.ciba.arreter()
        if self._pages is not None:
            self._pages.arreter()
