"""Qui peut ouvrir la console : un lien à usage unique, un cookie, des requêtes qui viennent de la page elle-même."""

from __future__ import annotations

import hmac
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

JETON_OCTETS = 32
ENTETES: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; "
        "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Posés sur chaque réponse : rien ne vient d'ailleurs, rien ne s'ouvre ailleurs, rien ne se garde."""


class AccesRefuse(Exception):
    """Cette requête n'a rien à faire ici ; le message dit pourquoi, et que faire."""


@dataclass(frozen=True, slots=True)
class Session:
    """Un navigateur admis. `csrf` : ce que sa page doit rappeler à chaque écriture."""

    cookie: str = field(repr=False)
    csrf: str = field(repr=False)


class Acces:
    """Le lien de départ, brûlé au premier usage, et les navigateurs admis. Sûr entre fils."""

    def __init__(self) -> None:
        self._verrou = threading.Lock()
        self._jeton: str | None = None
        self._sessions: dict[str, Session] = {}
        self.port = 0

    @property
    def nom_cookie(self) -> str:
        """Un cookie se partage entre les ports d'un même hôte : le sien porte son port."""
        return f"banc_sons_console_{self.port}"

    @property
    def origine(self) -> str:
        """L'adresse de la console."""
        return f"http://127.0.0.1:{self.port}"

    def nouveau_lien(self) -> str:
        """Un lien neuf, de 256 bits ; le précédent, s'il n'a pas servi, ne vaut plus rien."""
        with self._verrou:
            self._jeton = secrets.token_urlsafe(JETON_OCTETS)
            return f"{self.origine}/entrer?jeton={self._jeton}"

    def entrer(self, jeton: str) -> Session:
        """Échange le jeton du lien contre une session, une seule fois."""
        with self._verrou:
            attendu, bon = self._jeton, False
            if attendu is not None:
                bon = hmac.compare_digest(attendu.encode(), jeton.encode())
            if not bon:
                raise AccesRefuse("ce lien a déjà servi, ou n'est pas celui que le terminal affiche")
            self._jeton = None
            session = Session(secrets.token_urlsafe(JETON_OCTETS), secrets.token_urlsafe(JETON_OCTETS))
            self._sessions[session.cookie] = session
            return session

    def exiger_hote(self, hote: str) -> None:
        """Un nom d'hôte étranger trahit une page web qui vise la boucle locale (DNS rebinding)."""
        if hote.lower() not in (f"127.0.0.1:{self.port}", f"localhost:{self.port}"):
            raise AccesRefuse(f"la console ne répond qu'à 127.0.0.1:{self.port}")

    def exiger_session(self, cookie: str | None) -> Session:
        """Le navigateur admis qui porte ce cookie."""
        session = self._sessions.get(cookie or "")
        if session is None:
            raise AccesRefuse("ouvrez la console par le lien que le terminal affiche")
        return session

    def exiger_page(self, session: Session, hote: str, origine: str | None, csrf: str | None) -> None:
        """Une écriture vient de la page de la console, pas d'une autre page du même navigateur."""
        if origine != f"http://{hote}":
            raise AccesRefuse(f"écriture refusée : elle ne vient pas de la console (origine {origine or 'absente'})")
        if not hmac.compare_digest(session.csrf.encode(), (csrf or "").encode()):
            raise AccesRefuse("écriture refusée : rechargez la page de la console")
