"""Le serveur web du produit, sur la boucle locale : ce que le navigateur de l'utilisateur ouvre.

Le navigateur ne reçoit qu'un cookie opaque. Les pages s'ouvrent en HTTP sur la boucle locale, où les navigateurs
admettent un cookie `Secure` ; derrière un nom public, l'exploitant les met en HTTPS.
"""

from __future__ import annotations

import hmac
import secrets
import threading
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from simulators.logiciel_temoin.psc_parcours import Demande, Parcours, Reponse
from simulators.logiciel_temoin.psc_sessions import SessionOuverte

if TYPE_CHECKING:
    from simulators.logiciel_temoin.psc_service import Fournisseurs

HOTE = "localhost"
CORPS_MAX = 64 * 1024
ATTRIBUTS = "Path=/; HttpOnly; Secure; SameSite=Lax"
"""`Lax` : le retour du fournisseur est une navigation venue d'un autre site, qui doit porter le cookie."""
_ENTETES = (
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
)


class ServeurPages:
    """Les pages, sur le port de l'installation ; sans lui, choisi par le système."""

    def __init__(self, service: Fournisseurs) -> None:
        self._parcours = Parcours(service, self)
        self._cle = secrets.token_bytes(32)
        gestionnaire = type("Pages", (_Gestionnaire,), {"pages": self})
        self._serveur = _Serveur(("127.0.0.1", service.labo.port_pages), gestionnaire)

    @property
    def url(self) -> str:
        return f"http://{HOTE}:{self._serveur.server_address[1]}"

    @property
    def apres_deconnexion(self) -> str:
        """`post_logout_redirect_uri` enregistrée."""
        return f"{self.url}/deconnexion/retour"

    def retour(self, fournisseur: str) -> str:
        """`redirect_uri` enregistrée : une par fournisseur, pour qu'aucun ne réponde à la place d'un autre."""
        return f"{self.url}/retour/{fournisseur}"

    def tentative(self, connexion_id: str) -> str:
        """Où le navigateur commence une connexion déjà demandée dans le logiciel."""
        return f"{self.url}/connexion/tentative/{connexion_id}"

    def adresse_de_deconnexion(self, ouverte: SessionOuverte) -> str:
        return self._parcours.preparer_deconnexion(ouverte)

    def demarrer(self) -> None:
        threading.Thread(
            target=self._serveur.serve_forever, kwargs={"poll_interval": 0.05}, name="pages", daemon=True
        ).start()

    def arreter(self) -> None:
        self._serveur.shutdown()
        self._serveur.server_close()

    # -- une requête -------------------------------------------------------------------------------------------

    def repondre(self, demande: Demande) -> Reponse:
        """La réponse, avec le cookie du poste s'il était neuf."""
        neuf = "" if demande.poste else secrets.token_urlsafe(32)
        demande.poste = demande.poste or neuf
        demande.jeton_attendu = self._jeton(demande.poste)
        reponse = self._parcours.jouer(demande)
        if neuf:
            reponse.cookies["labo_poste"] = neuf
        return reponse

    def _jeton(self, poste: str) -> str:
        """Jeton de formulaire, propre à ce navigateur."""
        return hmac.new(self._cle, poste.encode(), "sha256").hexdigest()


class _Serveur(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 32


class _Gestionnaire(BaseHTTPRequestHandler):
    pages: ServeurPages
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        self._traiter({})

    def do_POST(self) -> None:
        taille = int(self.headers.get("Content-Length") or 0)
        if taille > CORPS_MAX:
            self.close_connection = True
            self._envoyer(Reponse(413, "Formulaire trop long."))
            return
        self._traiter(_champs(self.rfile.read(taille).decode("utf-8", "replace")))

    def _traiter(self, champs: dict[str, str]) -> None:
        hote = (self.headers.get("Host") or "").partition(":")[0]
        if hote not in (HOTE, "127.0.0.1"):
            self._envoyer(Reponse(421, "Adresse inattendue."))
            return
        decoupee, cookies = urlsplit(self.path), self._cookies()
        demande = Demande(
            self.command, decoupee.path, _champs(decoupee.query), champs,
            session=cookies.get("labo_session", ""), poste=cookies.get("labo_poste", ""),
        )  # fmt: skip
        self._envoyer(self.pages.repondre(demande))

    def _cookies(self) -> dict[str, str]:
        pot: SimpleCookie = SimpleCookie()
        try:
            pot.load(self.headers.get("Cookie") or "")
        except CookieError:
            return {}
        return {nom: morceau.value for nom, morceau in pot.items()}

    def _envoyer(self, reponse: Reponse) -> None:
        octets = reponse.html.encode()
        self.send_response(reponse.statut)
        for nom, valeur in _ENTETES:
            self.send_header(nom, valeur)
        for nom, valeur in reponse.cookies.items():
            fin = "" if valeur else "; Max-Age=0"
            self.send_header("Set-Cookie", f"{nom}={valeur}; {ATTRIBUTS}{fin}")
        if reponse.vers:
            self.send_header("Location", reponse.vers)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """Rien sur la sortie d'erreur : l'adresse de retour porte un code."""


def _champs(texte: str) -> dict[str, str]:
    """Champs d'une adresse ou d'un formulaire ; d'un champ répété, seule la première valeur compte."""
    try:
        return dict(reversed(parse_qsl(texte, keep_blank_values=True, max_num_fields=40)))
    except ValueError:
        return {}
