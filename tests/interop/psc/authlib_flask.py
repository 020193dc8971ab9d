"""Authlib, par son intégration Flask : le client le plus courant en Python."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar
from unittest.mock import patch

import pytest
import requests

from tests.interop.lancement import BancLance
from tests.interop.psc.commun import PARAMETRES, Inscription, Personne, RefusClient, inscrire

RETOUR, SORTIE = "https://lps-authlib.invalid/retour", "https://lps-authlib.invalid/sortie"
T = TypeVar("T")


class ClientAuthlib:
    """Le client et son application Flask, dont aucun port n'est ouvert."""

    nom = "authlib"

    def __init__(self, inscription: Inscription, racines: str) -> None:
        flask = pytest.importorskip("flask", reason="flask n'est pas installé (extras dev)")
        integration = pytest.importorskip("authlib.integrations.flask_client", reason="authlib n'est pas installé")
        self._flask = flask
        self._app = flask.Flask("lps-authlib")
        self._app.secret_key = secrets.token_bytes(32)
        self._client = integration.OAuth(self._app).register(
            "psc",
            client_id=inscription.client_id,
            client_secret=inscription.client_secret,
            server_metadata_url=inscription.decouverte,
            client_kwargs={
                "scope": PARAMETRES["scope"],
                "code_challenge_method": "S256",
                "token_endpoint_auth_method": "client_secret_basic",
            },
        )
        self._racines = racines
        # Sans cela, Authlib n'examine ni le destinataire unique d'un ID token ni son niveau d'authentification.
        self._attendu = {
            "iss": {"values": [inscription.issuer]},
            "aud": {"essential": True, "values": [inscription.client_id]},
            "acr": {"essential": True, "values": [PARAMETRES["acr_values"]]},
        }
        self._jetons: dict[str, Any] = {}

    def connecter(self, personne: Personne) -> Mapping[str, Any]:
        with self._page("/connexion"):
            ouverte = self._client.authorize_redirect(RETOUR, acr_values=PARAMETRES["acr_values"])
            session = dict(self._flask.session)
        retour, page = personne.ouvrir(ouverte.location)
        assert page is None, (retour, page and page.text)

        def recevoir() -> dict[str, Any]:
            self._flask.session.update(session)
            jetons: dict[str, Any] = self._client.authorize_access_token(claims_options=self._attendu)
            return jetons

        with self._page(retour):
            self._jetons = _tenter("retour", recevoir)
        if "userinfo" not in self._jetons:
            raise RefusClient("retour", "aucune identité : la réponse n'a pas d'ID token")
        claims: Mapping[str, Any] = self._jetons["userinfo"]
        return claims

    def userinfo(self) -> Mapping[str, Any]:
        with self._page("/"):
            lu: Mapping[str, Any] = _tenter("userinfo", lambda: self._client.userinfo(token=self._jetons))
        return lu

    def rafraichir(self) -> bool:
        ancien = self._jetons["access_token"]
        with self._page("/"):
            metadonnees = self._client.load_server_metadata()
            with self._client._get_oauth_client(**metadonnees) as session:
                neufs = session.refresh_token(
                    metadonnees["token_endpoint"], refresh_token=self._jetons["refresh_token"]
                )
        self._jetons = {**self._jetons, **neufs}
        return bool(self._jetons["access_token"] != ancien)

    def deconnecter(self, personne: Personne) -> str:
        with self._page("/sortie"):
            sortie = self._client.logout_redirect(SORTIE, id_token_hint=self._jetons["id_token"])
        return personne.ouvrir(sortie.location)[0]

    def secrets(self) -> Sequence[str]:
        return [
            *(self._jetons[nom] for nom in ("access_token", "refresh_token", "id_token")),
            self._client.client_secret,
        ]

    @contextmanager
    def _page(self, url: str) -> Iterator[None]:
        """Une requête reçue par l'application, qui croit les racines du banc comme on le règle pour `requests`."""
        with (
            patch.dict(os.environ, {"REQUESTS_CA_BUNDLE": self._racines}),
            self._app.test_request_context(url, base_url=None if ":" in url else "https://lps-authlib.invalid"),
        ):
            yield

    def vieillir_les_cles(self, secondes: int) -> None:
        """Rien à faire : Authlib relit les clés dès qu'il n'y trouve pas la bonne."""


def _tenter(etape: str, geste: Callable[[], T]) -> T:
    """Le geste, ou le refus que la bibliothèque en a fait."""
    from authlib.common.errors import AuthlibBaseError
    from joserfc.errors import JoseError

    try:
        return geste()
    except (AuthlibBaseError, JoseError, requests.RequestException, ValueError, KeyError, RuntimeError) as erreur:
        raise RefusClient(etape, f"{type(erreur).__name__} : {erreur}") from erreur


@contextmanager
def lancer(banc: BancLance) -> Iterator[ClientAuthlib]:
    """Le client, inscrit au fournisseur."""
    yield ClientAuthlib(inscrire(banc, "interop-authlib", RETOUR, SORTIE), banc.racines)
