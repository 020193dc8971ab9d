"""Accueil d'une connexion : poignée de main TLS observée, puis le protocole du port (HTTP est confié à aiohttp)."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from typing import Any, Protocol

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from simulators.socle.echange import Corps, Tls
from simulators.socle.journal import JournalArrete, JournalEchanges
from simulators.socle.requete import Port, RequeteRecue
from simulators.socle.tls import CONNEXION, decrire, raison_de_refus
from simulators.socle.traitement import Service

DELAI_POIGNEE = 15.0


class Fabrique(web.Server):
    """Fabrique des protocoles HTTP d'un port."""

    def __init__(self, service: Service) -> None:
        super().__init__(
            service.traiter,
            access_log=None,
            keepalive_timeout=75.0,
            max_line_size=16_384,
            max_field_size=65_536,
            lingering_time=10.0,
            read_bufsize=2**18,
        )
        self.service = service
        self.negociations: set[asyncio.Task[None]] = set()

    def __call__(self) -> Protocole:
        return Protocole(self, loop=self._loop, **self._kwargs)

    async def fermer(self) -> None:
        """Ferme les connexions du port, sans attendre les clients."""
        for negociation in self.negociations:
            negociation.cancel()
        self.pre_shutdown()  # Une connexion gardée sans requête en cours se ferme aussitôt, sans compter dans le délai.
        await self.shutdown(1.0)


class FabriqueBrute:
    """Fabrique des connexions d'un port TLS qui n'est pas en HTTP."""

    def __init__(self, journal: JournalEchanges, port: Port, fabrique: Callable[[], asyncio.Protocol]) -> None:
        self.journal = journal
        self.port = port
        self._fabrique = fabrique
        self.negociations: set[asyncio.Task[None]] = set()

    def __call__(self) -> asyncio.Protocol:
        return self._fabrique()

    async def fermer(self) -> None:
        """Ferme les connexions en cours de négociation ; les autres le sont par le serveur."""
        for negociation in self.negociations:
            negociation.cancel()


class FabriqueTls(Protocol):
    """Ce que l'accueil demande à une fabrique."""

    @property
    def negociations(self) -> set[asyncio.Task[None]]: ...

    def __call__(self) -> asyncio.Protocol: ...


class ServiceAccueilli(Protocol):
    """Ce que l'accueil sait d'un service : où noter un refus."""

    @property
    def journal(self) -> JournalEchanges: ...

    @property
    def port(self) -> Port: ...


class Protocole(RequestHandler):
    """Connexion HTTP d'aiohttp, qui note aussi ce qui n'est jamais devenu une requête."""

    def __init__(self, fabrique: Fabrique, **reglages: Any) -> None:
        super().__init__(fabrique, **reglages)
        self.service = fabrique.service
        self.tls: Tls | None = None
        self.pair = ""
        self.en_cours: tuple[RequeteRecue, Corps] | None = None
        self.parti = asyncio.Event()
        """Levé quand le client ferme : une réponse qui se fait attendre n'a plus personne à attendre."""
        self._minuterie: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.pair = adresse(transport)
        if (objet := transport.get_extra_info("ssl_object")) is not None:
            self.tls = decrire(objet)
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._messages or self._request_in_progress or self._force_close:
            self._desarmer()
        elif self._minuterie is None and self._waiter is not None:
            self._minuterie = self._loop.call_later(self.service.delai_lecture, self._entete_trop_lent)

    def connection_lost(self, exc: BaseException | None) -> None:
        self.parti.set()
        if self._minuterie is not None:
            self._desarmer()
            self.service.noter_incident(self.pair, self.tls, None, "connexion fermée avant la fin des en-têtes")
        super().connection_lost(exc)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Requête HTTP illisible, ou défaut du simulateur : notée, puis refusée sans page d'aiohttp."""
        if request.writer.output_size > 0:
            raise ConnectionError("réponse déjà commencée")
        return self.service.refuser_erreur(request, status, exc)

    def _entete_trop_lent(self) -> None:
        self._minuterie = None
        self.service.noter_incident(self.pair, self.tls, 408, "en-têtes non reçus à temps")
        if self.transport is not None:
            self.transport.write(b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
        self.force_close()

    def _desarmer(self) -> None:
        if self._minuterie is not None:
            self._minuterie.cancel()
            self._minuterie = None


class Accueil(asyncio.Protocol):
    """Mène la poignée de main TLS ; un refus est noté avec sa raison et l'adresse du client.

    `create_server(ssl=…)` tairait ces refus : la négociation est donc faite par `start_tls`, et ce qui arrive avant
    que HTTP soit prêt est gardé puis rejoué.
    """

    def __init__(self, fabrique: FabriqueTls, service: ServiceAccueilli, contexte: ssl.SSLContext) -> None:
        self._fabrique = fabrique
        self._service = service
        self._contexte = contexte
        self._recu: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.pause_reading()
        tache = asyncio.get_running_loop().create_task(self._negocier(transport))
        self._fabrique.negociations.add(tache)
        tache.add_done_callback(self._fabrique.negociations.discard)

    def data_received(self, data: bytes) -> None:
        self._recu.append(data)

    async def _negocier(self, brut: asyncio.Transport) -> None:
        pair = adresse(brut)
        boucle = asyncio.get_running_loop()
        CONNEXION.set(brut)
        try:
            transport = await boucle.start_tls(
                brut, self, self._contexte, server_side=True, ssl_handshake_timeout=DELAI_POIGNEE
            )
        except (OSError, TimeoutError) as erreur:
            self._refuser(erreur, pair)
            return
        if transport is None or transport.is_closing():
            return
        protocole = self._fabrique()
        transport.set_protocol(protocole)
        protocole.connection_made(transport)
        for bloc in self._recu:
            protocole.data_received(bloc)

    def _refuser(self, erreur: OSError, pair: str) -> None:
        try:
            self._service.journal.ajouter_poignee_refusee(
                service=self._service.port.service, raison=raison_de_refus(erreur), pair=pair
            )
        except JournalArrete:
            return  # la campagne est arrêtée : la connexion est déjà fermée


def adresse(transport: asyncio.BaseTransport) -> str:
    """Adresse du client, « hôte:port »."""
    nom = transport.get_extra_info("peername")
    return f"{nom[0]}:{nom[1]}" if nom else ""
