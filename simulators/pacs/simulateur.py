"""Le PACS : un port ; aucune bibliothèque DICOM réseau n'est chargée tant que nul ne s'y relie."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

from simulators.pacs.pannes import PANNES
from simulators.pacs.relais import relayer
from simulators.pacs.reseau import AE, SERVICE, ServeurDicom
from simulators.socle.journal import JournalEchanges
from simulators.socle.pannes import AvecPannes, RegistrePannes
from simulators.socle.requete import Port, RequeteRecue
from simulators.socle.serveur import ServeurBanc


class SimulateurPacs(AvecPannes):
    """Ce qu'il reçoit est au journal, un échange par demande ; il n'en garde rien d'autre."""

    def __init__(self, journal: JournalEchanges) -> None:
        self.pannes = RegistrePannes(SERVICE, journal, PANNES, http=False)
        self._dicom = ServeurDicom(journal, self.pannes)
        self._port: Port | None = None

    def monter(self, serveur: ServeurBanc) -> None:
        """Ouvre le port, en clair."""

        def fabrique() -> asyncio.StreamReaderProtocol:
            return asyncio.StreamReaderProtocol(asyncio.StreamReader(), self._accueillir)

        self._port = serveur.ecouter(SERVICE, fabrique, protocole="dicom")

    def adresses(self) -> dict[str, Any]:
        """Ce qu'on donne au logiciel."""
        if self._port is None:
            raise RuntimeError("le PACS simulé n'est pas monté : appelez monter() d'abord")
        return {"hote": "localhost", "port": self._port.numero, "ae": AE}

    async def _accueillir(self, lecteur: asyncio.StreamReader, ecrivain: asyncio.StreamWriter) -> None:
        demande = RequeteRecue(
            SERVICE, "CONNEXION", "", "", (), self._dicom.port, "", datetime.now(UTC), None, operation="CONNEXION"
        )
        if self.pannes.prendre(demande, "refus_de_connexion") is not None:
            ecrivain.transport.abort()
            return
        await relayer(lecteur, ecrivain, self._dicom.demarrer)

    def remettre_a_zero(self) -> None:
        """Plus de panne ; les associations ouvertes le restent."""
        self.pannes.vider()

    def arreter(self) -> None:
        """Arrête le serveur DICOM s'il a démarré."""
        self._dicom.arreter()
