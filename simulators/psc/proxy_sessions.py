"""Les sessions d'un proxy e-Santé : une personne, un logiciel, une session Pro Santé Connect. Quatre heures."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

DUREE = timedelta(hours=4)
TRACES_MAX = 2000


@dataclass
class SessionProxy:
    """`jeton_api` : obtenu au premier envoi, gardé ici, jamais rendu au logiciel."""

    identifiant: str
    personne: str
    client: str
    session_psc: str
    acces: str
    id_token: str
    ouverte: datetime
    jeton_api: str = ""
    rafraichissement_api: str = ""


@dataclass
class SessionsProxy:
    """Les sessions ouvertes, et les traces de ce qu'elles ont fait. Sûr entre fils d'exécution."""

    _sessions: dict[str, SessionProxy] = field(default_factory=dict)
    _traces: list[dict[str, Any]] = field(default_factory=list)
    _verrou: threading.Lock = field(default_factory=threading.Lock)

    def ouvrir(
        self, personne: str, client: str, session_psc: str, jetons: dict[str, Any], instant: datetime
    ) -> SessionProxy:
        """Une session neuve."""
        session = SessionProxy(
            f"proxy-{secrets.token_urlsafe(24)}", personne, client, session_psc, str(jetons["access_token"]),
            str(jetons.get("id_token", "")), instant,
        )  # fmt: skip
        with self._verrou:
            self._sessions[session.identifiant] = session
        return session

    def lire(self, identifiant: str, instant: datetime) -> SessionProxy | None:
        """La session, si elle a moins de quatre heures."""
        with self._verrou:
            session = self._sessions.get(identifiant)
            if session is not None and instant >= session.ouverte + DUREE:
                del self._sessions[identifiant]
                return None
            return session

    def fermer(self, identifiant: str) -> None:
        """Oublie la session."""
        with self._verrou:
            self._sessions.pop(identifiant, None)

    def tracer(self, instant: datetime, genre: str, **faits: object) -> None:
        """Une trace ; les plus anciennes cèdent la place."""
        with self._verrou:
            self._traces.append({"timestamp": instant.isoformat(), "type": genre, **faits})
            del self._traces[:-TRACES_MAX]

    def traces(self, debut: datetime | None, fin: datetime | None) -> list[dict[str, Any]]:
        """Traces de cette période, bornes comprises."""
        return [
            trace
            for trace in self._copie()
            if (debut is None or datetime.fromisoformat(trace["timestamp"]) >= debut)
            and (fin is None or datetime.fromisoformat(trace["timestamp"]) <= fin)
        ]

    def _copie(self) -> Iterator[dict[str, Any]]:
        with self._verrou:
            return iter(list(self._traces))

    def vider(self) -> list[str]:
        """Oublie tout ; rend les identifiants oubliés."""
        with self._verrou:
            oublies, self._sessions, self._traces = list(self._sessions), {}, []
        return oublies
