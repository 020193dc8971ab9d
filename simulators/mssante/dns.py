"""Serveur de noms de l'opérateur : UDP et TCP sur le même port de la boucle locale, chaque question au journal.

On y envoie le résolveur du logiciel pour voir la suite attendue à l'ajout d'une BAL : SRV, puis connexion à la cible.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import cast

from simulators.mssante.dns_zone import Cibles, Resolution, Zone
from simulators.socle.echange import CorpsMemoire, Reponse, Requete
from simulators.socle.journal import JournalArrete, JournalEchanges
from simulators.socle.pannes import Panne, RegistrePannes
from simulators.socle.requete import Port, RequeteRecue
from simulators.socle.serveur import ServeurBanc

PANNES_DNS = (
    Panne("srv_absent", "Le nom du service n'a pas de SRV."),
    Panne("srv_cible_morte", "Le SRV mène à un port où rien n'écoute."),
    Panne("srv_second", "Deux SRV, le premier par priorité mène à un port où rien n'écoute."),
)
_NOMS_PANNES = tuple(panne.nom for panne in PANNES_DNS)
DELAI = 10.0
"""Secondes d'inactivité d'une connexion TCP."""

_ESSAIS = 16


class ServeurDns:
    """Répond pour les domaines de l'opérateur."""

    def __init__(
        self,
        journal: JournalEchanges,
        *,
        domaines: Callable[[], Collection[str]],
        cibles: Callable[[], Cibles],
        pannes: RegistrePannes | None = None,
    ) -> None:
        """`cibles` : hôte et ports SMTP et IMAP au moment de la question ; le port mort y est ajouté."""
        self._journal = journal
        self._pannes = pannes
        self._cibles = cibles
        self._morte: socket.socket | None = None
        self._veille: asyncio.Task[None] | None = None
        self.port: Port | None = None
        self._zone = Zone(domaines, self._avec_morte, panne=self._prendre)

    @property
    def adresse(self) -> dict[str, object]:
        """Hôte et port, forme du fichier d'environnement."""
        return {"hote": "127.0.0.1", "port": self.port.numero if self.port else 0}

    def monter(self, serveur: ServeurBanc, *, port: int = 0) -> Port:
        """Ouvre TCP puis UDP sur le même numéro ; fermé avec le serveur."""
        for essai in range(_ESSAIS):
            ouvert = serveur.ecouter("mssante", lambda: _ConnexionTcp(self), protocole="dns", port=port)
            try:
                asyncio.run_coroutine_threadsafe(self._ouvrir_udp(ouvert.numero, serveur), serveur.boucle).result(20)
            except OSError:
                # Numéro libre en TCP, pris en UDP : un autre, sauf s'il était imposé.
                if port or essai == _ESSAIS - 1:
                    raise
                continue
            self.port = ouvert
            return ouvert
        raise AssertionError

    async def _ouvrir_udp(self, numero: int, serveur: ServeurBanc) -> None:
        hote = "0.0.0.0" if serveur.exposer else "127.0.0.1"
        boucle = asyncio.get_running_loop()
        transport, _ = await boucle.create_datagram_endpoint(lambda: _Udp(self), local_addr=(hote, numero))
        self._morte = _port_mort()
        # Une tâche qui dort : le serveur les annule toutes en s'arrêtant, et celle-ci ferme alors ses prises.
        self._veille = boucle.create_task(self._veiller(transport, self._morte))

    async def _veiller(self, transport: asyncio.DatagramTransport, morte: socket.socket) -> None:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            transport.close()
            morte.close()

    def repondre(self, question: bytes, pair: str, *, udp: bool) -> bytes:
        """Octets à renvoyer, vides s'il n'y a rien à répondre ; l'échange est au journal avant."""
        debut = datetime.now(UTC)
        resolution = self._zone.resoudre(question, udp=udp)
        try:
            self._noter(question, pair, udp, debut, resolution)
        except JournalArrete:
            return b""
        return resolution.octets if resolution else b""

    def _noter(self, question: bytes, pair: str, udp: bool, debut: datetime, resolution: Resolution | None) -> None:
        r = resolution or Resolution("", "?", "", b"")
        notes = {"protocole": "dns", "transport": "udp" if udp else "tcp"}
        if r.code:
            notes["code"] = r.code
        if r.panne:
            notes["panne"] = r.panne
        self._journal.ajouter_echange(
            service="mssante",
            operation=f"dns:{r.genre}",
            debut=debut,
            fin=datetime.now(UTC),
            requete=Requete(r.genre, r.nom, corps=CorpsMemoire(question), version_http=""),
            reponse=Reponse(_CODES[r.code], corps=CorpsMemoire(r.octets)) if r.octets else None,
            pair=pair,
            panne=r.panne or None,
            notes=notes,
        )

    def _avec_morte(self) -> Cibles:
        cibles = self._cibles()
        morte = self._morte.getsockname()[1] if self._morte else 1
        return Cibles(cibles.hote, cibles.ports, morte)

    def _prendre(self, nom: str, genre: str) -> str:
        if self._pannes is None:
            return ""
        question = RequeteRecue(
            service="mssante", methode=genre, cible=nom, version_http="", entetes=(),
            port=self.port or Port("mssante", 0, tls=False, protocole="dns"), pair="", instant=datetime.now(UTC),
            scenario=self._journal.scenario_courant, operation=f"dns:{genre}",
        )  # fmt: skip
        panne = self._pannes.prendre(question, *_NOMS_PANNES)
        return panne.nom if panne else ""


_CODES = {"NOERROR": 0, "FORMERR": 1, "NXDOMAIN": 3, "NOTIMP": 4}


class _Udp(asyncio.DatagramProtocol):
    def __init__(self, serveur: ServeurDns) -> None:
        self._serveur = serveur
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Selon la version de Python, le transport n'hérite pas de DatagramTransport.
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        reponse = self._serveur.repondre(data, f"{addr[0]}:{addr[1]}", udp=True)
        if reponse and self._transport is not None:
            self._transport.sendto(reponse, addr)


class _ConnexionTcp(asyncio.Protocol):
    """Messages précédés de leur longueur sur deux octets (RFC 7766), plusieurs par connexion."""

    def __init__(self, serveur: ServeurDns) -> None:
        self._serveur = serveur
        self._tampon = b""
        self._transport: asyncio.Transport | None = None
        self._minuterie: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._rearmer()

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None
        self._tampon += data
        pair = self._transport.get_extra_info("peername") or ("", 0)
        while len(self._tampon) >= 2 and len(self._tampon) >= 2 + (taille := int.from_bytes(self._tampon[:2], "big")):
            question, self._tampon = self._tampon[2 : 2 + taille], self._tampon[2 + taille :]
            reponse = self._serveur.repondre(question, f"{pair[0]}:{pair[1]}", udp=False)
            if not reponse:
                self._transport.close()
            if self._transport.is_closing():  # le client est parti sans lire ses réponses
                return
            self._transport.write(len(reponse).to_bytes(2, "big") + reponse)
        self._rearmer()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._minuterie is not None:
            self._minuterie.cancel()

    def _rearmer(self) -> None:
        assert self._transport is not None
        if self._minuterie is not None:
            self._minuterie.cancel()
        self._minuterie = asyncio.get_running_loop().call_later(DELAI, self._transport.abort)


def _port_mort() -> socket.socket:
    """Une prise liée qui n'écoute pas : toute connexion y est refusée, et personne d'autre ne prend ce numéro."""
    prise = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        prise.bind(("127.0.0.1", 0))
    except OSError:
        prise.close()
        raise
    return prise
