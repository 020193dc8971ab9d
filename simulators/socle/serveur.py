"""Serveur du banc : un fil, une boucle, tous les ports de tous les simulateurs."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import socket
import ssl
import threading
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Any, TypeVar

from simulators.socle.accueil import Accueil, Fabrique, FabriqueBrute
from simulators.socle.journal import JournalEchanges
from simulators.socle.occupant import occupant
from simulators.socle.pannes import RegistrePannes
from simulators.socle.pki import IgcTest
from simulators.socle.requete import Port, ReponseSimulee, RequeteRecue, Route, Traitant
from simulators.socle.tls import ConfigTls, ModeClient, contexte_serveur
from simulators.socle.traitement import Service

__all__ = [
    "ConfigTls",
    "ModeClient",
    "Port",
    "ReponseSimulee",
    "RequeteRecue",
    "Route",
    "ServeurBanc",
    "Traitant",
]

CORPS_MAX = 64 * 2**20
DELAI_LECTURE = 30.0
T = TypeVar("T")


class ServeurBanc:
    """Écoute pour tous les services ; n'écoute que la boucle locale, sauf demande expresse."""

    def __init__(
        self,
        journal: JournalEchanges,
        igc: IgcTest | None = None,
        *,
        exposer: bool = False,
        port_base: int | None = None,
    ) -> None:
        """`port_base` : premier des numéros donnés, dans l'ordre, aux ports qui n'en demandent pas."""
        self._suivant = port_base
        self.journal = journal
        self.igc = igc
        self.exposer = exposer
        self._ports: list[Port] = []
        self._ecoutes: list[asyncio.Server] = []
        self._fabriques: list[Fabrique | FabriqueBrute] = []
        self._a_l_arret: list[Callable[[], None]] = []
        self._boucle: asyncio.AbstractEventLoop | None = None
        self._fil: threading.Thread | None = None
        self._verrou = threading.Lock()

    @property
    def ports(self) -> tuple[Port, ...]:
        """Ports ouverts, dans l'ordre."""
        return tuple(self._ports)

    @property
    def boucle(self) -> asyncio.AbstractEventLoop:
        """Boucle du serveur, démarrée au besoin."""
        with self._verrou:
            if self._boucle is None:
                self._boucle = asyncio.new_event_loop()
                self._fil = threading.Thread(target=self._boucle.run_forever, name="banc-sons", daemon=True)
                self._fil.start()
            return self._boucle

    def ajouter(
        self,
        service: str,
        routes: Sequence[Route] | Traitant,
        *,
        tls: ConfigTls | None = None,
        port: int = 0,
        pannes: RegistrePannes | None = None,
        corps_max: int = CORPS_MAX,
        delai_lecture: float = DELAI_LECTURE,
        enregistrer: bool = True,
        local: bool = False,
    ) -> Port:
        """Ouvre un port pour ce service et le rend ; `port` 0 : choisi par le système.

        `enregistrer` faux : rien n'entre au journal (gestion du banc). `local` : boucle locale même si le reste est
        exposé.
        """
        contexte: ssl.SSLContext | None = None
        if tls is not None:
            if self.igc is None:
                raise ValueError("un port TLS demande une IGC : ServeurBanc(journal, igc)")
            contexte = contexte_serveur(self.igc, tls)
        prises = self._reserver(port, local=local)
        ouvert = Port(service, prises[0].getsockname()[1], tls is not None)
        chemins = [Route("*", "/*", routes)] if callable(routes) else list(routes)
        if pannes is not None:
            self.a_l_arret(pannes.vider)
        traitement = Service(self.journal, ouvert, chemins, pannes, corps_max, delai_lecture, enregistrer)
        self._executer(self._ecouter(traitement, contexte, prises))
        self._ports.append(ouvert)
        return ouvert

    def ecouter(
        self,
        service: str,
        fabrique: Callable[[], asyncio.Protocol],
        *,
        protocole: str,
        port: int = 0,
        contexte: ssl.SSLContext | None = None,
    ) -> Port:
        """Ouvre un port pour un protocole qui n'est pas HTTP (`smtp`, `mllp`) ; mêmes règles d'écoute que `ajouter`.

        `fabrique` donne, dans la boucle, le protocole d'une connexion ; c'est lui qui écrit au journal. `contexte` :
        TLS d'emblée ; une poignée de main refusée est alors notée avec sa raison.
        """
        prises = self._reserver(port)
        ouvert = Port(service, prises[0].getsockname()[1], tls=contexte is not None, protocole=protocole)
        self._executer(self._ecouter_brut(FabriqueBrute(self.journal, ouvert, fabrique), contexte, prises))
        self._ports.append(ouvert)
        return ouvert

    def a_l_arret(self, liberer: Callable[[], None]) -> None:
        """`liberer` laisse partir des réponses retenues : appelée avant que les connexions ne se ferment."""
        self._a_l_arret.append(liberer)

    def _reserver(self, port: int, *, local: bool = False) -> list[socket.socket]:
        if port == 0 and self._suivant is not None:
            port, self._suivant = self._suivant, self._suivant + 1
        return _ouvrir(port, exposer=self.exposer and not local)

    async def _ecouter_brut(
        self, fabrique: FabriqueBrute, contexte: ssl.SSLContext | None, prises: list[socket.socket]
    ) -> None:
        boucle = asyncio.get_running_loop()
        self._fabriques.append(fabrique)
        for prise in prises:
            accueil = fabrique if contexte is None else partial(Accueil, fabrique, fabrique, contexte)
            self._ecoutes.append(await boucle.create_server(accueil, sock=prise))

    def arreter(self) -> None:
        """Ferme tout : ports, connexions, fil. Les réponses retenues sont libérées."""
        for liberer in self._a_l_arret:
            liberer()
        with self._verrou:
            boucle, fil = self._boucle, self._fil
            self._boucle = self._fil = None
        if boucle is None or fil is None:
            return
        asyncio.run_coroutine_threadsafe(self._fermer(), boucle).result(20)
        boucle.call_soon_threadsafe(boucle.stop)
        fil.join(20)
        boucle.close()

    def _executer(self, travail: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(travail, self.boucle).result(20)

    async def _ecouter(self, service: Service, contexte: ssl.SSLContext | None, prises: list[socket.socket]) -> None:
        fabrique = Fabrique(service)
        self._fabriques.append(fabrique)
        boucle = asyncio.get_running_loop()
        for prise in prises:
            if contexte is None:
                self._ecoutes.append(await boucle.create_server(fabrique, sock=prise))
            else:
                self._ecoutes.append(
                    await boucle.create_server(lambda: Accueil(fabrique, service, contexte), sock=prise)
                )

    async def _fermer(self) -> None:
        for ecoute in self._ecoutes:
            ecoute.close()
        await asyncio.gather(*(fabrique.fermer() for fabrique in self._fabriques))
        await asyncio.get_running_loop().shutdown_default_executor()
        autres = asyncio.all_tasks() - {asyncio.current_task()}
        for tache in autres:
            tache.cancel()
        await asyncio.gather(*autres, return_exceptions=True)
        # Une connexion acceptée à l'instant de l'arrêt n'est encore à personne : asyncio seul sait qu'elle existe.
        for transport in list(getattr(asyncio.get_running_loop(), "_transports", {}).values()):
            transport.abort()
        # Quelques tours de boucle : les transports coupés finissent de se fermer.
        for _ in range(4):
            await asyncio.sleep(0)


def _ouvrir(port: int, *, exposer: bool) -> list[socket.socket]:
    """Prises en IPv4 puis, si possible, en IPv6 sur le même numéro : `localhost` peut désigner l'une ou l'autre."""
    adresses = (
        [(socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")]
        if exposer
        else [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")]
    )
    prises: list[socket.socket] = []
    for famille, adresse in adresses:
        try:
            prises.append(_prise(famille, adresse, prises[0].getsockname()[1] if prises else port))
        except OSError as erreur:
            if prises:  # pas d'IPv6 ici, ou numéro déjà pris en IPv6 : IPv4 suffit
                continue
            if erreur.errno in (errno.EADDRINUSE, errno.EACCES, getattr(errno, "WSAEACCES", errno.EACCES)):
                tenu = f", tenu par {qui}" if (qui := occupant(port)) else ""
                raise OSError(
                    erreur.errno, f"le port {port} n'est pas libre sur {adresse}{tenu} : en choisir un autre, ou 0"
                ) from erreur
            raise
    return prises


def _prise(famille: socket.AddressFamily, adresse: str, port: int) -> socket.socket:
    prise = socket.socket(famille, socket.SOCK_STREAM)
    try:
        if os.name == "posix":
            prise.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        else:
            with contextlib.suppress(AttributeError, OSError):
                prise.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)  # type: ignore[attr-defined,unused-ignore]
        if famille == socket.AF_INET6:
            prise.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        prise.bind((adresse, port))
        prise.listen(128)
        prise.setblocking(False)
    except OSError:
        prise.close()
        raise
    return prise
