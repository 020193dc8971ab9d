"""La connexion TCP : octets reçus vers le découpeur, envoi par morceaux sans débordement, passage en TLS."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import sys
from collections.abc import Iterable

from simulators.mssante.imap.cadrage import Decoupeur
from simulators.mssante.imap.fetch import Morceau

BLOC = 2**18
MARGE_LECTURE = 2**17


class ConnexionCoupee(ConnectionError):
    """Le client est parti."""


class Transport(asyncio.Protocol):
    """Protocole asyncio d'une connexion ; une seule tâche lit et écrit."""

    def __init__(self) -> None:
        self.decoupeur = Decoupeur()
        self.pair = ""
        self.coupee = False
        self.signal = asyncio.Event()
        """Levé quand des octets arrivent, quand la connexion se perd, quand la boîte change."""
        self._transport: asyncio.Transport | None = None
        self._ecriture = asyncio.Event()
        self._ecriture.set()
        self._suspendue = False

    # -- rappels d'asyncio -------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        nom = transport.get_extra_info("peername")
        self.pair = f"{nom[0]}:{nom[1]}" if nom else ""

    def data_received(self, data: bytes) -> None:
        self.decoupeur.recevoir(data)
        if self.decoupeur.en_attente > self.decoupeur.litteral_max + MARGE_LECTURE and self._transport is not None:
            self._suspendue = True
            self._transport.pause_reading()
        self.signal.set()

    def connection_lost(self, exc: BaseException | None) -> None:
        self.coupee = True
        self.signal.set()
        self._ecriture.set()

    def pause_writing(self) -> None:
        self._ecriture.clear()

    def resume_writing(self) -> None:
        self._ecriture.set()

    # -- lecture -----------------------------------------------------------------------------------------------

    async def attendre(self, delai: float) -> None:
        """Attend un signal ; `TimeoutError` une fois le délai passé, `ConnexionCoupee` si le client est parti."""
        if self._suspendue and self._transport is not None:
            self._suspendue = False
            self._transport.resume_reading()
        if self.coupee:
            raise ConnexionCoupee
        async with asyncio.timeout(delai):
            await self.signal.wait()
        self.signal.clear()

    # -- écriture ----------------------------------------------------------------------------------------------

    async def envoyer(self, morceaux: Iterable[Morceau], delai: float) -> None:
        """Envoie tout ; `ConnexionCoupee` si le client part, ou ne lit plus rien pendant ce délai (il est coupé)."""
        tampon = bytearray()
        for morceau in morceaux:
            if len(morceau) < BLOC:
                tampon += morceau
                if len(tampon) < BLOC:
                    continue
                await self._ecrire(bytes(tampon), delai)
                tampon.clear()
                continue
            await self._ecrire(bytes(tampon), delai)
            tampon.clear()
            vue = memoryview(morceau)
            for place in range(0, len(vue), BLOC):
                await self._ecrire(vue[place : place + BLOC], delai)
        await self._ecrire(bytes(tampon), delai)

    async def _ecrire(self, octets: bytes | memoryview, delai: float) -> None:
        if self.coupee or self._transport is None or self._transport.is_closing():
            raise ConnexionCoupee
        if not octets:
            return
        self._transport.write(octets)
        if not self._ecriture.is_set():
            try:
                async with asyncio.timeout(delai):
                    await self._ecriture.wait()
            except TimeoutError:
                self.couper()
                raise ConnexionCoupee from None

    # -- canal --------------------------------------------------------------------------------------

    @property
    def transport(self) -> asyncio.Transport:
        """Le transport en cours ; `ConnexionCoupee` s'il est perdu."""
        if self._transport is None or self.coupee:
            raise ConnexionCoupee
        return self._transport

    def remplacer(self, transport: asyncio.Transport) -> None:
        """Le canal est désormais celui-ci (TLS)."""
        self._transport = transport

    def suspendre(self) -> None:
        """Ne lit plus rien : la suite n'est pas pour ce protocole."""
        if self._transport is not None:
            self._transport.pause_reading()

    def fermer(self) -> None:
        """Ferme après avoir vidé ce qui doit partir."""
        if self._transport is not None:
            self._transport.close()

    def couper(self) -> None:
        """Coupe par RST : le client ne peut pas la prendre pour une fin normale."""
        if self._transport is None:
            return
        prise = self._transport.get_extra_info("socket")
        if prise is not None:
            format_linger = "hh" if sys.platform == "win32" else "ii"
            with contextlib.suppress(OSError):
                prise.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(format_linger, 1, 0))
        self._transport.abort()
