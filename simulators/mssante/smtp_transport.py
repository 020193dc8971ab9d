"""Le transport d'une session SMTP, au-dessus d'aiosmtpd : lecture, écriture, STARTTLS, fermeture."""

from __future__ import annotations

import asyncio
import contextlib
import logging

from aiosmtpd.smtp import SMTP

from simulators.mssante.connexions import Connexion
from simulators.mssante.reglages import Reglages
from simulators.mssante.smtp_lecture import FinDuFlux, lire_ligne, rendre, vider

logging.getLogger("mail.log").setLevel(logging.ERROR)

DELAI_FERMETURE = 10.0
"""Secondes laissées au client pour clore TLS de son côté."""
ORDURES = b"\x00\xff<html>503 passerelle de test</html>\r\n" * 16


class TransportSmtp(SMTP):
    """Les octets d'une connexion ; ce qui s'y dit est l'affaire de la session."""

    line_length_limit = 2**16
    """Taille du tampon de lecture d'aiosmtpd ; la longueur des lignes est jugée par la session."""

    def __init__(self, reglages: Reglages) -> None:
        super().__init__(
            None,
            hostname=reglages.nom_hote,
            ident="TEST",
            data_size_limit=reglages.taille_max,
            loop=asyncio.get_running_loop(),
        )
        self.reglages = reglages
        self.connexion: Connexion
        self.envoye = b""
        self.fermer = False
        self.motif = "client"

    def _reset_timeout(self, duration: float | None = None) -> None:
        """Les délais sont tenus par la lecture, qui répond 421 avant de fermer."""

    def eof_received(self) -> bool | None:
        """Ce qui a été reçu sera encore traité : un QUIT suivi d'une fermeture compte."""
        self._reader.feed_eof()
        return self.connexion.tls is None

    def connection_lost(self, error: Exception | None) -> None:
        """Comme pour la fin du flux : les commandes déjà reçues entrent au journal."""
        asyncio.StreamReaderProtocol.connection_lost(self, None)
        self.transport = None

    async def clore(self) -> None:
        """Ferme le transport et attend qu'il le soit ; coupe net si le banc s'arrête ou si le client traîne."""
        transport = self.transport
        if transport is None:
            return
        assert isinstance(transport, asyncio.Transport)
        try:
            if self.motif == "banc":
                return
            self._writer.close()
            async with asyncio.timeout(DELAI_FERMETURE):
                await self._writer.wait_closed()
        except (OSError, TimeoutError):
            return
        finally:
            transport.abort()

    def couper(self) -> None:
        """Coupe la connexion sans prévenir."""
        self.fermer, self.motif = True, "opérateur (coupure)"
        if self.transport is not None:
            assert isinstance(self.transport, asyncio.Transport)
            self.transport.abort()

    def rompre(self) -> None:
        """Ferme sans attendre que le client s'en aperçoive."""
        if self.transport is not None:
            assert isinstance(self.transport, asyncio.Transport)
            self.transport.abort()

    async def intermediaire(self, octets: bytes) -> None:
        """Envoie une réponse intermédiaire (334, 354) ; elle sera dans l'échange de la commande."""
        self.envoye += octets
        await self.ecrire(octets)

    async def ecrire(self, octets: bytes) -> None:
        """Un client déjà parti ne lit plus : ce qu'il a envoyé avant reste à traiter."""
        if self._writer.is_closing():
            return
        with contextlib.suppress(ConnectionError):
            self._writer.write(octets)
            await self._writer.drain()

    async def lire_reponse(self) -> bytes:
        """Ligne que le client envoie après un 334, sans sa fin."""
        return (await lire_ligne(self._reader, self.reglages.delai_inactivite)).rstrip(b"\r\n")

    async def lire_bloc(self) -> bytes:
        """Octets reçus ; FinDuFlux si le client est parti."""
        async with asyncio.timeout(self.reglages.delai_inactivite):
            bloc = await self._reader.read(2**16)
        if not bloc:
            raise FinDuFlux
        return bloc

    def rendre(self, octets: bytes) -> None:
        """Remet dans le flux des octets lus en trop."""
        rendre(self._reader, octets)

    def vider_le_clair(self) -> int:
        """Jette ce qui a été reçu en clair avant la poignée de main (RFC 3207, section 4.2) ; rend sa taille."""
        return vider(self._reader)

    async def chiffrer(self) -> None:
        """Mène la poignée de main ; la connexion est finie si elle échoue."""
        if not isinstance(self.transport, asyncio.Transport):  # le client a coupé sans attendre la réponse
            raise FinDuFlux
        try:
            chiffre = await self.connexion.negocier(self.transport, self)
        except (OSError, TimeoutError):
            self.fermer, self.motif = True, "poignée de main refusée"
            return
        self.transport = chiffre
        self._reader._transport = chiffre  # type: ignore[attr-defined]
        self._writer._transport = chiffre  # type: ignore[attr-defined]
        self.oublier_le_clair()

    async def salir(self) -> None:
        """Envoie autre chose que du TLS, puis attend ce que le client en fait."""
        self.connexion.refuser_poignee("STARTTLS_ORDURES : octets étrangers à TLS, envoyés exprès")
        await self.ecrire(ORDURES)
        while True:
            bloc = await self.lire_bloc()
            if bloc[0] not in range(20, 24):  # pas un enregistrement TLS : le client parle en clair
                self.rendre(bloc)
                return

    def oublier_le_clair(self) -> None:
        """Rien de ce qui a été dit en clair ne vaut plus (RFC 3207, section 4.2)."""
