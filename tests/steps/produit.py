"""Un petit service d'actions, tenu par l'essai lui-même : il répond ce qu'on lui dit, même mal."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

APROPOS = {"nom": "Produit d'essai", "version": "3.1"}

Brute = tuple[int, bytes]
Repondeur = Callable[[str, str, bytes], Brute | None]
"""(méthode, chemin, corps) → (statut, corps), ou None pour couper sans répondre."""


class ServeurProduit:
    """Le service HTTP ; `appels` garde ce qu'il a reçu."""

    def __init__(self, repondre: Repondeur) -> None:
        self.appels: list[tuple[str, str, bytes]] = []
        self.entetes: list[Mapping[str, str]] = []
        externe = self

        class Accueil(BaseHTTPRequestHandler):
            def _servir(self) -> None:
                corps = self.rfile.read(int(self.headers.get("content-length") or 0))
                externe.appels.append((self.command, self.path, corps))
                externe.entetes.append({nom.lower(): valeur for nom, valeur in self.headers.items()})
                rendu = repondre(self.command, self.path, corps)
                if rendu is None:
                    self.close_connection = True
                    return
                statut, contenu = rendu
                self.send_response(statut)
                self.send_header("content-length", str(len(contenu)))
                self.end_headers()
                self.wfile.write(contenu)

            do_GET = do_POST = _servir

            def log_message(self, format: str, *args: object) -> None:
                """Rien au terminal."""

        self._serveur = ThreadingHTTPServer(("127.0.0.1", 0), Accueil)
        self._serveur.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._serveur.server_address[1]}"
        self._fil = threading.Thread(target=self._serveur.serve_forever, args=(0.01,), daemon=True)
        self._fil.start()

    def __enter__(self) -> ServeurProduit:
        return self

    def __exit__(
        self, nature: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._serveur.shutdown()
        self._serveur.server_close()
        self._fil.join()


Jeu = Callable[[Mapping[str, Any]], Mapping[str, Any]]


def logiciel(**actions: Jeu) -> Repondeur:
    """Un logiciel bien élevé qui ne sait jouer que ces actions ; chacune rend son enveloppe."""

    def repondre(methode: str, chemin: str, corps: bytes) -> Brute:
        if chemin == "/apropos":
            return 200, json.dumps(APROPOS).encode()
        if chemin == "/actions":
            return 200, json.dumps(sorted(actions)).encode()
        jouer = actions.get(chemin.removeprefix("/actions/"))
        if methode != "POST" or jouer is None:
            return 404, json.dumps({"erreur": "action inconnue"}).encode()
        return 200, json.dumps(dict(jouer(json.loads(corps)))).encode()

    return repondre


def fait(**donnees: Any) -> dict[str, Any]:
    """L'enveloppe d'une action faite."""
    return {"resultat": "fait", "messages": [], "donnees": donnees}
