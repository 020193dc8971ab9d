"""Lance le logiciel témoin dans son propre processus et rend l'adresse de son service d'actions, ou de son écran."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from steps.logiciel.contrat import openapi
from steps.logiciel.protocole import AdaptateurInjoignable

RACINE = Path(__file__).resolve().parents[2]
_DELAI_DEMARRAGE_S = 20.0
_DELAI_ARRET_S = 5.0


class ProcessusTemoin:
    """Le logiciel témoin en marche. Il s'arrête quand son entrée standard se ferme, donc aussi si le banc meurt.

    `ecran` : son API est fermée, `url` est celle de l'écran qu'une personne pilote ; le contrat des actions, dont cet
    écran tire ses formulaires, est écrit à côté de l'environnement. `port_pages` : celui de ses adresses de retour.
    """

    def __init__(
        self,
        environnement: Path,
        *,
        defauts: Sequence[str] = (),
        journal: Path | None = None,
        ecran: bool = False,
        port_pages: int = 0,
    ) -> None:
        commande = [sys.executable, "-m", "simulators.logiciel_temoin", "--environnement", str(environnement)]
        for defaut in defauts:
            commande += ["--defaut", defaut]
        if port_pages:
            commande += ["--port-pages", str(port_pages)]
        if ecran:
            contrat = environnement.with_name("contrat-ecran.json")
            contrat.write_text(json.dumps(openapi(), ensure_ascii=False), encoding="utf-8")
            commande += ["--ecran", "--contrat", str(contrat)]
        self._sortie_erreur = journal.open("wb") if journal else None
        self._processus = subprocess.Popen(
            commande,
            cwd=RACINE,
            env={**os.environ, "PYTHONPATH": str(RACINE), "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._sortie_erreur or subprocess.DEVNULL,
        )
        try:
            annonce = self._attendre_annonce()
            self.url, self.port_hl7v2 = str(annonce["url"]), int(annonce.get("port_hl7v2", 0))
        except AdaptateurInjoignable:
            self.arreter()
            raise

    def _attendre_annonce(self) -> dict[str, Any]:
        lignes: queue.Queue[bytes] = queue.Queue()
        sortie = self._processus.stdout
        assert sortie is not None

        def lire() -> None:
            for ligne in sortie:
                lignes.put(ligne)
            lignes.put(b"")

        threading.Thread(target=lire, name="sortie-temoin", daemon=True).start()
        try:
            ligne = lignes.get(timeout=_DELAI_DEMARRAGE_S)
        except queue.Empty:
            raise AdaptateurInjoignable(
                f"le logiciel témoin n'a pas donné son adresse en {_DELAI_DEMARRAGE_S:.0f} s"
            ) from None
        try:
            annonce: dict[str, Any] = json.loads(ligne)
            return {**annonce, "url": annonce["url"]}
        except (ValueError, KeyError, TypeError):
            raise AdaptateurInjoignable(
                f"le logiciel témoin n'a pas démarré (code {self._processus.poll()}) ; reçu {ligne[:200]!r} ; "
                "voir temoin.log dans le dossier de campagne"
            ) from None

    def arreter(self) -> None:
        """Ferme son entrée standard, puis insiste."""
        if self._processus.stdin:
            self._processus.stdin.close()
        try:
            self._processus.wait(timeout=_DELAI_ARRET_S)
        except subprocess.TimeoutExpired:
            self._processus.kill()
            self._processus.wait()
        if self._processus.stdout:
            self._processus.stdout.close()
        if self._sortie_erreur:
            self._sortie_erreur.close()

    def __enter__(self) -> ProcessusTemoin:
        return self

    def __exit__(
        self, nature: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.arreter()
