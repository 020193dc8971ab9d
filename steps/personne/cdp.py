"""Un Chromium sans écran dans son processus, piloté par son protocole de mise au point (CDP).

Rien à installer d'autre que le navigateur : le protocole passe par une prise WebSocket sur la boucle locale.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp

from steps.bilan import NonConcluant

EXECUTABLES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
VARIABLE = "BANC_SONS_CHROMIUM"
"""Variable d'environnement qui désigne l'exécutable quand il n'est pas dans le PATH."""
DELAI = 20.0
_OPTIONS = (
    "--headless=new",
    "--remote-debugging-port=0",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--accept-lang=fr-FR,fr",
    "--lang=fr-FR",
    "--window-size=1280,900",
)


class NavigateurEnPanne(NonConcluant):
    """Chromium ne démarre pas, ne répond plus ou refuse une commande : le banc ne peut rien en conclure."""


Evenement = Mapping[str, Any]
Reaction = Callable[[Mapping[str, Any]], tuple[str, dict[str, object]]]
"""Aux paramètres d'un événement, la commande à envoyer aussitôt."""


def executable() -> str | None:
    """Le Chromium de cette machine ; None s'il n'y en a pas."""
    if voulu := os.environ.get(VARIABLE):
        return shutil.which(voulu)
    return next((chemin for nom in EXECUTABLES if (chemin := shutil.which(nom))), None)


class Chromium:
    """Le navigateur et sa prise ; `appeler` une commande, `attendre` un événement. Un profil neuf, effacé à la fin."""

    def __init__(self, *, preparer: Callable[[Path], Sequence[str]] | None = None) -> None:
        """`preparer` reçoit le dossier personnel du navigateur avant son départ et rend des options en plus."""
        chemin = executable()
        if chemin is None:
            raise NavigateurEnPanne(
                f"aucun Chromium sur cette machine : installez le paquet chromium, ou désignez-le par {VARIABLE}"
            )
        self._dossier = Path(tempfile.mkdtemp(prefix="banc-sons-chromium-")).resolve()
        self._suivi = threading.Condition()
        self._evenements: list[Evenement] = []
        self._reponses: dict[int, Mapping[str, Any]] = {}
        self._reactions: dict[tuple[str, str], Reaction] = {}
        self._numero = 0
        self._ferme = False
        self._processus: subprocess.Popen[bytes] | None = None
        self._boucle = asyncio.new_event_loop()
        self._fil = threading.Thread(target=self._boucle.run_forever, name="chromium", daemon=True)
        self._fil.start()
        try:
            options = preparer(self._dossier) if preparer else ()
            self._processus = self._demarrer(chemin, options)
            self._prise: aiohttp.ClientWebSocketResponse = self._executer(self._relier(self._adresse()))
            self.version = str(self.appeler("Browser.getVersion")["product"])
        except BaseException:
            self.arreter()
            raise

    # -- protocole ---------------------------------------------------------------------------------------------

    def appeler(self, methode: str, session: str | None = None, **parametres: object) -> Mapping[str, Any]:
        """Envoie une commande et rend son résultat."""
        numero, message = self._composer(methode, session, parametres)
        self._executer(self._prise.send_str(message))
        with self._suivi:
            self._suivi.wait_for(lambda: numero in self._reponses or self._ferme, DELAI)
            reponse = self._reponses.pop(numero, None)
        if reponse is None:
            raise NavigateurEnPanne(f"Chromium n'a pas répondu à {methode}")
        if erreur := reponse.get("error"):
            raise NavigateurEnPanne(f"Chromium refuse {methode} : {erreur.get('message')}")
        resultat: Mapping[str, Any] = reponse["result"]
        return resultat

    def reagir(self, evenement: str, session: str, reaction: Reaction) -> None:
        """À chaque événement de ce nom dans cette session, envoie la commande que rend `reaction`, sans l'attendre."""
        self._reactions[evenement, session] = reaction

    def _composer(self, methode: str, session: str | None, parametres: Mapping[str, object]) -> tuple[int, str]:
        with self._suivi:
            self._numero += 1
            numero = self._numero
        message: dict[str, object] = {"id": numero, "method": methode, "params": parametres}
        if session:
            message["sessionId"] = session
        return numero, json.dumps(message)

    @property
    def position(self) -> int:
        """Rang du prochain événement."""
        with self._suivi:
            return len(self._evenements)

    def evenements(self, depuis: int = 0) -> list[Evenement]:
        """Événements reçus depuis ce rang."""
        with self._suivi:
            return self._evenements[depuis:]

    def attendre(self, predicat: Callable[[Evenement], bool], *, depuis: int, delai: float = DELAI) -> Evenement | None:
        """Premier événement de rang `depuis` ou plus qui convient ; None une fois le délai écoulé."""
        echeance = time.monotonic() + delai
        with self._suivi:
            while True:
                for evenement in self._evenements[depuis:]:
                    if predicat(evenement):
                        return evenement
                depuis = len(self._evenements)
                reste = echeance - time.monotonic()
                if self._ferme or reste <= 0:
                    return None
                self._suivi.wait(reste)

    # -- processus ---------------------------------------------------------------------------------------------

    def _demarrer(self, chemin: str, options: Sequence[str]) -> subprocess.Popen[bytes]:
        commande = [chemin, *_OPTIONS, f"--user-data-dir={self._profil}", *options]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            commande.append("--no-sandbox")  # Chromium refuse son bac à sable à root
        if sys.platform == "darwin":
            commande.append("--use-mock-keychain")
        personnel = str(self._dossier)
        environnement = {**os.environ, "HOME": personnel, "XDG_CONFIG_HOME": personnel, "XDG_CACHE_HOME": personnel}
        return subprocess.Popen(
            [*commande, "about:blank"],
            env=environnement,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    @property
    def _profil(self) -> Path:
        return self._dossier / "profil"

    def _adresse(self) -> str:
        """Chromium écrit le port et le chemin de sa prise dans un fichier de son profil."""
        annonce = self._profil / "DevToolsActivePort"
        echeance = time.monotonic() + DELAI
        while time.monotonic() < echeance:
            assert self._processus is not None
            if self._processus.poll() is not None:
                raise NavigateurEnPanne(f"Chromium s'est arrêté au démarrage (code {self._processus.returncode})")
            with contextlib.suppress(OSError, ValueError):
                port, chemin = annonce.read_text(encoding="ascii").split("\n")[:2]
                return f"ws://127.0.0.1:{int(port)}{chemin}"
            time.sleep(0.02)
        raise NavigateurEnPanne(f"Chromium n'a pas démarré en {DELAI:.0f} s")

    async def _relier(self, adresse: str) -> aiohttp.ClientWebSocketResponse:
        self._client = aiohttp.ClientSession()
        prise = await self._client.ws_connect(adresse, max_msg_size=0)
        self._lecture = asyncio.ensure_future(self._lire(prise))
        return prise

    async def _lire(self, prise: aiohttp.ClientWebSocketResponse) -> None:
        try:
            async for message in prise:
                recu = json.loads(message.data)
                with self._suivi:
                    if "id" in recu:
                        self._reponses[recu["id"]] = recu
                    else:
                        self._evenements.append(recu)
                    self._suivi.notify_all()
                session = recu.get("sessionId", "")
                if reaction := self._reactions.get((recu.get("method", ""), session)):
                    commande, parametres = reaction(recu["params"])
                    await prise.send_str(self._composer(commande, session, parametres)[1])
        finally:
            with self._suivi:
                self._ferme = True
                self._suivi.notify_all()

    def _executer(self, travail: Any) -> Any:
        try:
            return asyncio.run_coroutine_threadsafe(travail, self._boucle).result(DELAI)
        except (aiohttp.ClientError, OSError, TimeoutError) as erreur:
            raise NavigateurEnPanne(f"la prise de Chromium est coupée : {erreur}") from erreur

    # -- fin ---------------------------------------------------------------------------------------------------

    def arreter(self) -> None:
        """Ferme le navigateur et efface son profil, cookies compris ; sans effet la seconde fois."""
        if self._boucle.is_closed():
            return
        if hasattr(self, "_prise") and not self._ferme:
            with contextlib.suppress(NavigateurEnPanne):
                self.appeler("Browser.close")
        if self._processus is not None:
            try:
                self._processus.wait(5)
            except subprocess.TimeoutExpired:
                self._processus.kill()
                self._processus.wait()
        asyncio.run_coroutine_threadsafe(self._delier(), self._boucle).result(DELAI)
        self._boucle.call_soon_threadsafe(self._boucle.stop)
        self._fil.join(DELAI)
        self._boucle.close()
        shutil.rmtree(self._dossier, ignore_errors=True)

    async def _delier(self) -> None:
        if hasattr(self, "_lecture"):
            self._lecture.cancel()
            await asyncio.gather(self._lecture, return_exceptions=True)
        if hasattr(self, "_client"):
            await self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, genre: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.arreter()
