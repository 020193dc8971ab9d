"""Deux petits serveurs web d'essai : un fournisseur d'identité et un logiciel, aux pages écrites par l'essai."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Demande:
    """Ce que le navigateur a envoyé."""

    methode: str
    chemin: str
    requete: Mapping[str, str]
    formulaire: Mapping[str, str]
    entetes: Mapping[str, str]


@dataclass(frozen=True)
class Rendu:
    """Ce que le serveur répond."""

    html: str = ""
    statut: int = 200
    entetes: tuple[tuple[str, str], ...] = ()


@dataclass
class Site:
    """Un site : chemin → réponse ; `demandes` : tout ce qui y est arrivé."""

    url: str
    pages: dict[str, Callable[[Demande], Rendu]] = field(default_factory=dict)
    demandes: list[Demande] = field(default_factory=list)

    def page(self, chemin: str, html: str, **autres: object) -> None:
        self.pages[chemin] = lambda _: Rendu(html, **autres)  # type: ignore[arg-type]

    def rediriger(self, chemin: str, vers: str, statut: int = 302, *entetes: tuple[str, str]) -> None:
        self.pages[chemin] = lambda _: Rendu("", statut, (("Location", vers), *entetes))


@contextmanager
def site() -> Iterator[Site]:
    """Un serveur sur un port libre de la boucle locale."""

    class Reponses(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._repondre({})

        def do_POST(self) -> None:
            longueur = int(self.headers.get("Content-Length") or 0)
            self._repondre(dict(parse_qsl(self.rfile.read(longueur).decode(), keep_blank_values=True)))

        def _repondre(self, formulaire: dict[str, str]) -> None:
            lue = urlsplit(self.path)
            requete = dict(parse_qsl(lue.query))
            demande = Demande(self.command, lue.path, requete, formulaire, dict(self.headers.items()))
            ouvert.demandes.append(demande)
            rendre = ouvert.pages.get(lue.path)
            rendu = rendre(demande) if rendre else Rendu("<p>absente</p>", 404)
            octets = rendu.html.encode()
            self.send_response(rendu.statut)
            for nom, valeur in rendu.entetes:
                self.send_header(nom, valeur)
            if not any(nom == "Content-Type" for nom, _ in rendu.entetes):
                self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(octets)))
            self.end_headers()
            self.wfile.write(octets)

        def log_message(self, format: str, *args: object) -> None:
            """Rien dans la sortie des essais."""

    serveur = ThreadingHTTPServer(("127.0.0.1", 0), Reponses)
    ouvert = Site(f"http://127.0.0.1:{serveur.server_port}")
    fil = threading.Thread(target=lambda: serveur.serve_forever(0.01), daemon=True)
    fil.start()
    try:
        yield ouvert
    finally:
        serveur.shutdown()
        serveur.server_close()
        fil.join()
