"""Le socle monté : serveur, IGC et publication de la révocation, dans l'ordre qu'ils s'imposent."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from simulators.socle.journal import JournalEchanges
from simulators.socle.pki import IgcTest
from simulators.socle.publication import PublicationIgc
from simulators.socle.requete import Port
from simulators.socle.serveur import ServeurBanc


@dataclass(frozen=True)
class Socle:
    """Ce dont un simulateur a besoin pour être monté."""

    serveur: ServeurBanc
    igc: IgcTest
    publication: Port
    publication_igc: PublicationIgc

    def arreter(self) -> None:
        """Arrête le serveur ; les fichiers de l'IGC restent à qui a donné le dossier."""
        self.serveur.arreter()
        self.igc.fermer()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, genre: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.arreter()


def demarrer_socle(
    journal: JournalEchanges, dossier_secrets: Path, *, port_base: int | None = None, exposer: bool = False
) -> Socle:
    """Ouvre d'abord le port de publication : son adresse est inscrite dans les certificats."""
    serveur = ServeurBanc(journal, exposer=exposer, port_base=port_base)
    publication = PublicationIgc()
    port = publication.monter(serveur)
    igc = IgcTest.creer(dossier_secrets, url_publication=port.url)
    publication.igc = serveur.igc = igc
    return Socle(serveur, igc, port, publication)
