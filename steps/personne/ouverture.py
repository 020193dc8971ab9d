"""Ouvrir un navigateur neuf pour la personne, de la sorte que la campagne demande (`--navigateur`)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cryptography import x509

from simulators.banc import Banc
from steps.options import HTTP
from steps.personne.cdp import Chromium
from steps.personne.chromium import NavigateurChromium
from steps.personne.chromium_confiance import Confiance
from steps.personne.http import NavigateurHttp
from steps.personne.navigateur import Navigateur, origine


class Navigateurs:
    """Ouvre les navigateurs d'une campagne. Un seul Chromium les sert tous, chacun dans son contexte."""

    def __init__(
        self,
        genre: str = HTTP,
        *,
        racines: Path | None = None,
        serveurs: tuple[x509.Certificate, ...] = (),
        du_banc: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """`racines` : autorités de test (PEM) ; `serveurs` : certificats du banc ; `du_banc` : cette origine en est."""
        self.genre = genre
        self._racines = racines
        self._serveurs = serveurs
        self._du_banc = du_banc
        self._chromium: Chromium | None = None

    @classmethod
    def de(cls, banc: Banc, genre: str = HTTP) -> Navigateurs:
        """Les navigateurs d'une personne devant ce banc."""
        serveurs = (banc.igc.serveur().certificat, banc.igc.serveur(cle_rsa=True).certificat)

        def du_banc(ou: str) -> bool:
            return ou in {origine(port.url) for port in banc.serveur.ports}

        return cls(genre, racines=banc.igc.racines_pem, serveurs=serveurs, du_banc=du_banc)

    def ouvrir(self) -> Navigateur:
        """Un navigateur neuf : ni cookie ni page ; à fermer."""
        if self.genre == HTTP:
            return NavigateurHttp(racines=self._racines, du_banc=self._du_banc)
        return NavigateurChromium(self._partage(), du_banc=self._du_banc)

    def chromium(self) -> Chromium | None:
        """Le Chromium de la campagne, démarré au besoin ; None quand elle joue la personne en HTTP."""
        return None if self.genre == HTTP else self._partage()

    def _partage(self) -> Chromium:
        if self._chromium is None:
            confiance = Confiance((self._racines,) if self._racines else (), self._serveurs)
            self._chromium = Chromium(preparer=confiance.preparer)
        return self._chromium

    def arreter(self) -> None:
        """Arrête Chromium s'il a servi ; sans effet la seconde fois."""
        if self._chromium is not None:
            self._chromium.arreter()
            self._chromium = None
