"""Les trois clients, lancés une fois pour tous ces essais ; chacun est absent sans gêner les autres."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.interop.lancement import BancLance
from tests.interop.psc import apache, authlib_flask, noeud
from tests.interop.psc.commun import Client, Personne

LANCEURS: dict[str, Callable[[BancLance], Any]] = {
    "openid-client": noeud.lancer,
    "authlib": authlib_flask.lancer,
    "mod_auth_openidc": apache.lancer,
}
ARRETS = (noeud.RETOUR, noeud.SORTIE, authlib_flask.RETOUR, authlib_flask.SORTIE)
"""Adresses de clients dont aucun port n'est ouvert : le navigateur s'y arrête."""


@pytest.fixture(scope="package")
def atelier(lance: BancLance) -> Iterator[Callable[[str], Client]]:
    """Rend un client par son nom, lancé à sa première demande ; une absence saute l'essai et les suivants."""
    clients: dict[str, Client] = {}
    with ExitStack() as pile:

        def obtenir(nom: str) -> Client:
            if nom not in clients:
                clients[nom] = pile.enter_context(LANCEURS[nom](lance))
            return clients[nom]

        yield obtenir


@pytest.fixture
def client(atelier: Callable[[str], Client], banc: BancLance, request: pytest.FixtureRequest) -> Client:
    """Le client que l'essai demande, devant un banc remis à zéro."""
    client = atelier(request.param)
    client.vieillir_les_cles(0)  # la remise à zéro a pu retirer une clé tournée
    return client


@pytest.fixture
def personne(banc: BancLance) -> Iterator[Personne]:
    """Un navigateur neuf."""
    navigateur = Personne(banc, ARRETS)
    yield navigateur
    navigateur.fermer()
