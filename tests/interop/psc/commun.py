"""Ce que les trois clients ont en commun : ce qu'on leur demande, et la personne qui les emprunte."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urljoin

import requests

from tests.interop.lancement import BancLance
from tests.interop.messagerie import gerer

MEDECIN = "899900000011"
PARAMETRES = {"scope": "openid scope_all", "acr_values": "eidas1"}
_REDIRECTIONS = (301, 302, 303, 307, 308)


class RefusClient(Exception):
    """Le client n'a pas voulu de ce qu'il a reçu ; `etape` : retour (jusqu'à l'ID token) ou userinfo."""

    def __init__(self, etape: str, raison: str) -> None:
        super().__init__(f"{etape} : {raison}")
        self.etape = etape
        self.raison = raison


@dataclass(frozen=True)
class Inscription:
    """Un client déclaré au fournisseur d'identité."""

    decouverte: str
    issuer: str
    client_id: str
    client_secret: str
    redirect_uri: str
    post_logout_redirect_uri: str


class Client(Protocol):
    """Un fournisseur de service fait d'une bibliothèque que nous n'avons pas écrite."""

    nom: str

    def connecter(self, personne: Personne) -> Mapping[str, Any]:
        """Une connexion entière ; rend les revendications de l'ID token. `RefusClient` s'il n'en veut pas."""
        ...

    def userinfo(self) -> Mapping[str, Any]:
        """Ce que le client tient pour l'identité de la personne."""
        ...

    def rafraichir(self) -> bool:
        """Vrai si le jeton d'accès a changé."""
        ...

    def deconnecter(self, personne: Personne) -> str:
        """Déconnexion ; rend l'adresse où la personne est revenue."""
        ...

    def secrets(self) -> Sequence[str]:
        """Les secrets de la connexion en cours que le client connaît."""
        ...

    def vieillir_les_cles(self, secondes: int) -> None:
        """Fait comme si les clés publiques gardées en mémoire l'étaient depuis tant de secondes de plus ; 0 : fin."""
        ...


class Personne:
    """Un navigateur : redirections suivies une à une, cookies gardés, arrêt devant l'adresse d'un client."""

    def __init__(self, banc: BancLance, arrets: tuple[str, ...] = ()) -> None:
        self._banc = banc
        self.arrets = arrets
        self.session = requests.Session()
        self.session.verify = banc.racines
        self.session.trust_env = False

    def repondre(self, identifiant: str = MEDECIN, **champs: str) -> None:
        """Arme la réponse à la prochaine mire."""
        gerer(self._banc, "/psc/reponses", cible="prochaine", identifiant=identifiant, **champs)

    def ouvrir(self, url: str) -> tuple[str, requests.Response | None]:
        """Suit les redirections ; rend l'adresse atteinte et sa page (aucune si c'est celle d'un client)."""
        for _ in range(20):
            if self.arrets and url.startswith(self.arrets):
                return url, None
            reponse = self.session.get(url, allow_redirects=False, timeout=20)
            if reponse.status_code not in _REDIRECTIONS:
                return url, reponse
            url = urljoin(url, reponse.headers["Location"])
        raise AssertionError(f"redirections sans fin : {url}")

    def fermer(self) -> None:
        self.session.close()


def inscrire(banc: BancLance, nom: str, redirect_uri: str, post_logout_redirect_uri: str) -> Inscription:
    """Déclare ce client par la gestion du banc."""
    psc, secret = banc.environnement["services"]["psc"], secrets.token_urlsafe(24)
    gerer(
        banc,
        "/psc/clients",
        client_id=nom,
        secret=secret,
        redirect_uris=[redirect_uri],
        post_logout_redirect_uris=[post_logout_redirect_uri],
        methodes=["client_secret_basic"],
    )
    return Inscription(psc["decouverte"], psc["issuer"], nom, secret, redirect_uri, post_logout_redirect_uri)
