"""Les clients enregistrés : le banc en déclare un d'office, la campagne y ajoute ce que le logiciel dit de lui."""

from __future__ import annotations

import hmac
import re
import secrets
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from simulators.socle.journal import JournalEchanges

_BOUCLAGE = re.compile(r"(http://(?:127\.0\.0\.1|\[::1\])):[0-9]{1,5}(/.*)?\Z")
METHODES = ("client_secret_basic", "client_secret_post", "private_key_jwt", "client_secret_jwt", "tls_client_auth")


@dataclass(frozen=True)
class Client:
    """Un logiciel connu du fournisseur."""

    client_id: str
    secret: str
    redirect_uris: tuple[str, ...] = ()
    post_logout_redirect_uris: tuple[str, ...] = ()
    methodes: tuple[str, ...] = METHODES
    jwks: Mapping[str, Any] | None = None
    """Clés publiques du client, pour `private_key_jwt`."""
    ciba: bool = False
    certificats_lies: bool = False
    """Ses jetons d'accès sont liés au certificat TLS qu'il présente."""
    pkce_exige: bool = False
    sujet_certificat: str = ""
    """Sujet exigé du certificat TLS (RFC 4514) ; vide : tout certificat de l'IGC de test."""

    def revient_a(self, redirect_uri: str) -> bool:
        """Vrai si cette adresse est enregistrée, au caractère près.

        Une exception : enregistrée sans port sur une adresse IP de bouclage, elle vaut pour tout port (RFC 8252, 7.3).
        """
        return redirect_uri in self.redirect_uris or _sans_port(redirect_uri) in self.redirect_uris

    def secret_juste(self, propose: str) -> bool:
        """Compare sans fuite de temps."""
        return hmac.compare_digest(self.secret.encode(), propose.encode("utf-8", "replace"))


class DeclarationRefusee(ValueError):
    """Client qu'on ne peut pas enregistrer ainsi."""


class RegistreClients(Mapping[str, Client]):
    """Les clients par identifiant. Une remise à zéro les garde : ils décrivent le logiciel, pas un scénario."""

    def __init__(self, journal: JournalEchanges) -> None:
        self._journal = journal
        self._verrou = threading.Lock()
        self._clients: dict[str, Client] = {}

    def declarer(
        self,
        client_id: str,
        *,
        redirect_uris: Iterable[str] = (),
        post_logout_redirect_uris: Iterable[str] = (),
        secret: str | None = None,
        methodes: Iterable[str] = METHODES,
        jwks: Mapping[str, Any] | None = None,
        ciba: bool = False,
        certificats_lies: bool = False,
        pkce_exige: bool = False,
        sujet_certificat: str = "",
    ) -> Client:
        """Enregistre un client, ou remplace sa déclaration ; sans `secret`, il garde le sien (ou en reçoit un)."""
        if not client_id or not client_id.isprintable():
            raise DeclarationRefusee("« client_id » : un texte non vide est attendu")
        retours = tuple(map(adresse_de_retour, redirect_uris))
        sorties = tuple(map(adresse_de_retour, post_logout_redirect_uris))
        retenues = tuple(dict.fromkeys(methodes))
        if inconnues := set(retenues) - set(METHODES):
            raise DeclarationRefusee(f"méthodes d'authentification inconnues : {', '.join(sorted(inconnues))}")
        with self._verrou:
            ancien = self._clients.get(client_id)
            garde = secret or (ancien.secret if ancien else secrets.token_urlsafe(32))
            client = Client(
                client_id, garde, retours, sorties, retenues, jwks, ciba, certificats_lies, pkce_exige, sujet_certificat
            )
            self._clients[client_id] = client
        self._journal.proteger(garde)
        return client

    def ajouter_adresses(
        self, client_id: str, *, redirect_uris: Iterable[str] = (), post_logout_redirect_uris: Iterable[str] = ()
    ) -> Client:
        """Ajoute des adresses de retour à un client déjà déclaré."""
        with self._verrou:
            client = self._clients[client_id]
            change = replace(
                client,
                redirect_uris=_sans_doublon(client.redirect_uris, redirect_uris),
                post_logout_redirect_uris=_sans_doublon(client.post_logout_redirect_uris, post_logout_redirect_uris),
            )
            self._clients[client_id] = change
        return change

    def __getitem__(self, client_id: str) -> Client:
        return self._clients[client_id]

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._clients))

    def __len__(self) -> int:
        return len(self._clients)


def _sans_doublon(deja: tuple[str, ...], neuves: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*deja, *map(adresse_de_retour, neuves))))


def _sans_port(redirect_uri: str) -> str:
    """L'adresse de bouclage sans son port ; vide pour toute autre."""
    trouve = _BOUCLAGE.match(redirect_uri)
    return f"{trouve[1]}{trouve[2] or ''}" if trouve else ""


def adresse_de_retour(uri: str) -> str:
    """L'adresse, si elle est absolue et sans fragment (RFC 6749, 3.1.2) ; `DeclarationRefusee` sinon."""
    try:
        decoupee = urlsplit(uri)
    except ValueError:
        raise DeclarationRefusee(f"adresse de retour illisible : {uri!r}") from None
    if not decoupee.scheme or decoupee.scheme.lower() in ("javascript", "data", "vbscript", "file", "blob", "about"):
        raise DeclarationRefusee(f"adresse de retour refusée, une adresse absolue est attendue : {uri!r}")
    if decoupee.scheme in ("http", "https") and not decoupee.netloc:
        raise DeclarationRefusee(f"adresse de retour sans hôte : {uri!r}")
    if "#" in uri or not uri.isprintable() or " " in uri:
        raise DeclarationRefusee(f"adresse de retour avec un fragment ou un caractère interdit : {uri!r}")
    return uri
