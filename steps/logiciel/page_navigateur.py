"""Le Chromium d'une campagne, piloté par Playwright dans un fil à lui : Playwright n'admet qu'un seul fil."""

from __future__ import annotations

import base64
import contextlib
import os
import queue
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as DelaiDepasse
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from steps.logiciel.page_video import HAUTEUR, LARGEUR, Pellicule
from steps.logiciel.protocole import AdaptateurInjoignable
from steps.personne.cdp import executable
from steps.personne.chromium_confiance import Confiance
from steps.personne.navigateur import origine

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, Playwright, Route

T = TypeVar("T")
INSTALLER = (
    "le type page demande Playwright, qui n'est pas installé ; attendu : pip install 'banc-sons[navigateur]' "
    "(aucun navigateur n'est téléchargé : celui de la machine sert)"
)
CHROMIUM = (
    "aucun Chromium sur cette machine : installez le paquet chromium (ou Chrome, ou Edge), ou désignez-le par la "
    "variable d'environnement BANC_SONS_CHROMIUM"
)
_OPTIONS = ("--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--lang=fr-FR")
_RESTE_S = 5.0
"""Au-delà du délai d'une action, ce qu'on laisse à Playwright pour rendre son propre dépassement, avec la ligne."""
_ARRET_S = 20.0


@dataclass(frozen=True)
class ReglagesPage:
    """Où est le produit, ce que la page peut appeler (`origines`, et ce dont `du_banc` dit vrai), le temps laissé."""

    url: str
    origines: frozenset[str]
    du_banc: Callable[[str], bool] = lambda _: False
    confiance: Confiance = field(default_factory=Confiance)
    delai_s: float = 60.0
    certificat_inconnu: bool = False

    def permet(self, url: str) -> bool:
        """Vrai si la page peut appeler cette adresse."""
        ou = origine(url)
        return not ou or ou in self.origines or self.du_banc(ou)


class Onglet:
    """Un contexte neuf et sa page, pour un scénario. N'est touché que par le fil du navigateur."""

    def __init__(self, navigateur: Browser, reglages: ReglagesPage, filmer: bool) -> None:
        self._reglages = reglages
        self.bloquees: list[str] = []
        self.pellicule = Pellicule()
        self.coupe = False
        self._film: CDPSession | None = None
        self._contexte: BrowserContext = navigateur.new_context(
            base_url=reglages.url,
            locale="fr-FR",
            viewport={"width": LARGEUR, "height": HAUTEUR},
            service_workers="block",
            ignore_https_errors=reglages.certificat_inconnu,
        )
        self._contexte.set_default_timeout(reglages.delai_s * 1000)
        self._contexte.route(lambda url: not reglages.permet(url), self._bloquer)
        self.page: Page = self._contexte.new_page()
        if filmer:
            self._filmer()

    def capturer(self) -> bytes:
        """L'écran, en PNG."""
        return self.page.screenshot(animations="disabled", caret="hide")

    def cesser_de_filmer(self) -> None:
        """Plus rien n'est gardé de ce qui s'affiche : la vidéo sera coupée là."""
        self.coupe = True
        self._arreter_le_film()

    def fermer(self) -> None:
        self._arreter_le_film()
        with contextlib.suppress(self._erreur()):
            self._contexte.close()

    def _arreter_le_film(self) -> None:
        film, self._film = self._film, None
        if film is not None:
            with contextlib.suppress(self._erreur()):
                film.send("Page.stopScreencast")
                film.detach()

    def _filmer(self) -> None:
        self._film = self._contexte.new_cdp_session(self.page)
        self._film.on("Page.screencastFrame", self._image)
        self._film.send(
            "Page.startScreencast", {"format": "jpeg", "quality": 70, "maxWidth": LARGEUR, "maxHeight": HAUTEUR}
        )

    def _image(self, lue: dict[str, Any]) -> None:
        if self._film is None:
            return
        self.pellicule.ajouter(float(lue["metadata"]["timestamp"]), base64.b64decode(lue["data"]))
        with contextlib.suppress(self._erreur()):
            self._film.send("Page.screencastFrameAck", {"sessionId": lue["sessionId"]})

    def _bloquer(self, route: Route) -> None:
        # L'origine seule : un chemin peut porter un jeton.
        self.bloquees.append(origine(route.request.url))
        route.abort("blockedbyclient")

    @staticmethod
    def _erreur() -> type[Exception]:
        from playwright.sync_api import Error

        return Error


class Poste:
    """Le navigateur d'une campagne. `executer` un travail dans son fil ; démarré au premier, arrêté par `fermer`."""

    def __init__(self, reglages: ReglagesPage) -> None:
        self._reglages = reglages
        self._travaux: queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None] = queue.SimpleQueue()
        self._fil: threading.Thread | None = None
        self._en_cours: Future[Any] | None = None
        self._dossier: Path | None = None
        self._playwright: Playwright | None = None
        self._navigateur: Browser | None = None
        self.onglet: Onglet | None = None

    def executer(self, travail: Callable[[], T], delai_s: float | None = None) -> T:
        """Le résultat du travail ; ses exceptions passent. AdaptateurInjoignable s'il ne rend pas la main."""
        if self._en_cours is not None and not self._en_cours.done():
            raise AdaptateurInjoignable(
                "le navigateur est encore pris par une action précédente, qui n'a pas rendu la main"
            )
        if self._fil is None:
            self._fil = threading.Thread(target=self._travailler, name="page", daemon=True)
            self._fil.start()
        promesse: Future[T] = Future()
        self._en_cours = promesse
        self._travaux.put((travail, promesse))
        delai = self._reglages.delai_s if delai_s is None else delai_s
        try:
            resultat: T = promesse.result(delai + _RESTE_S)
        except DelaiDepasse as erreur:
            if promesse.done():
                raise
            raise AdaptateurInjoignable(
                f"le script de page n'a pas rendu la main en {delai:g} s ; vérifiez qu'il n'attend pas sans fin, ou "
                "allongez delai_s"
            ) from erreur
        return resultat

    def ouvrir(self, *, filmer: bool) -> Onglet:
        """Un onglet neuf, l'ancien fermé ; dans le fil du navigateur."""
        self.fermer_onglet()
        self.onglet = Onglet(self._demarrer(), self._reglages, filmer)
        return self.onglet

    def fermer_onglet(self) -> None:
        """Ferme l'onglet s'il y en a un ; dans le fil du navigateur."""
        onglet, self.onglet = self.onglet, None
        if onglet is not None:
            onglet.fermer()

    def fermer(self) -> None:
        """Arrête le navigateur et son fil ; sans effet la seconde fois."""
        fil, self._fil = self._fil, None
        if fil is not None:
            self._travaux.put(None)
            fil.join(_ARRET_S)
        if self._dossier is not None:
            shutil.rmtree(self._dossier, ignore_errors=True)
            self._dossier = None

    # -- dans le fil -------------------------------------------------------------------------------------------

    def _travailler(self) -> None:
        try:
            while (suivant := self._travaux.get()) is not None:
                travail, promesse = suivant
                try:
                    promesse.set_result(travail())
                except BaseException as erreur:  # noqa: BLE001 - rendue telle quelle à qui a demandé le travail
                    promesse.set_exception(erreur)
                # Une exception garde ses cadres, donc la page : ne pas la retenir jusqu'au travail suivant.
                del suivant, travail, promesse
        finally:
            self._arreter()

    def _demarrer(self) -> Browser:
        if self._navigateur is not None and self._navigateur.is_connected():
            return self._navigateur
        from playwright.sync_api import Error, sync_playwright

        chemin = executable()
        if chemin is None:
            raise AdaptateurInjoignable(CHROMIUM)
        if self._playwright is None:
            self._playwright = sync_playwright().start()
        if self._dossier is None:
            self._dossier = Path(tempfile.mkdtemp(prefix="banc-sons-page-")).resolve()
            self._confiance = tuple(self._reglages.confiance.preparer(self._dossier))
        personnel = str(self._dossier)
        try:
            self._navigateur = self._playwright.chromium.launch(
                executable_path=chemin,
                args=[*_OPTIONS, *self._confiance, self._noms_admis(), *_sans_bac_a_sable()],
                env={**os.environ, "HOME": personnel, "XDG_CONFIG_HOME": personnel, "XDG_CACHE_HOME": personnel},
                handle_sigint=False,
                handle_sigterm=False,
                handle_sighup=False,
            )
        except Error as erreur:
            raise AdaptateurInjoignable(f"Chromium ne démarre pas ({chemin}) : {str(erreur)[:300]}") from erreur
        return self._navigateur

    def _noms_admis(self) -> str:
        """Ce que `route` ne voit pas (redirections, WebSocket) ne trouve pas non plus d'adresse hors de la machine."""
        hotes = {urlsplit(ou).hostname or "" for ou in self._reglages.origines} | {"localhost", "127.0.0.1"}
        return f"--host-resolver-rules=MAP * ~NOTFOUND, {', '.join(f'EXCLUDE {h}' for h in sorted(hotes) if h)}"

    def _arreter(self) -> None:
        from playwright.sync_api import Error

        with contextlib.suppress(Error):
            self.fermer_onglet()
        if self._navigateur is not None:
            with contextlib.suppress(Error):
                self._navigateur.close()
        if self._playwright is not None:
            self._playwright.stop()
        self._navigateur = self._playwright = None


def _sans_bac_a_sable() -> tuple[str, ...]:
    """Chromium refuse son bac à sable à root."""
    racine = sys.platform != "win32" and os.geteuid() == 0
    return ("--no-sandbox",) if racine else ()
