"""Un produit web de deux pages, pour les essais de l'adaptateur `page`."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

PAGE = """<!DOCTYPE html><html lang="fr"><title>Produit</title><h1 id="titre">Fiche</h1>
<input name="nom" aria-label="Nom"><button onclick="document.getElementById('dit').textContent =
  'Fiche de ' + document.querySelector('input').value">Créer</button><p id="dit"></p>
<p id="dehors">…</p><script>fetch('%s').then(() => 'ouvert', () => 'bloqué').then(
  t => { document.getElementById('dehors').textContent = t; });
document.cookie = 'vu=' + (document.cookie ? 'encore' : 'neuf');</script>"""


class ProduitWeb:
    """Sert la page ; `dehors` : l'adresse étrangère qu'elle appelle. `/vers?ADRESSE` y redirige."""

    def __init__(self, dehors: str = "http://192.0.2.1/", hote: str = "127.0.0.1") -> None:
        html = (PAGE % dehors).encode()
        self.demandes: list[str] = []
        vues = self.demandes

        class Gestionnaire(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                vues.append(self.path)
                if self.path.startswith("/vers?"):
                    self.send_response(302)
                    self.send_header("Location", self.path.removeprefix("/vers?"))
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(html)))
                self.end_headers()
                self.wfile.write(html)

            def log_message(self, format: str, *args: object) -> None:
                """Rien."""

        self._serveur = ThreadingHTTPServer((hote, 0), Gestionnaire)
        self._serveur.daemon_threads = True
        self._fil = threading.Thread(target=self._serveur.serve_forever, kwargs={"poll_interval": 0.05})

    @property
    def url(self) -> str:
        hote, port = self._serveur.server_address[:2]
        return f"http://{hote!s}:{port}"

    def __enter__(self) -> ProduitWeb:
        self._fil.start()
        return self

    def __exit__(
        self, nature: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._serveur.shutdown()
        self._fil.join()
        self._serveur.server_close()
