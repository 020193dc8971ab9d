"""Un fournisseur d'identité réduit à ce que l'opérateur lui demande : des jetons sûrs, périmés ou révoqués."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from simulators.mssante.etat import Bal
from simulators.socle.horloge import Horloge
from simulators.socle.jetons import JetonRefuse, JetonVerifie
from simulators.socle.journal import JournalEchanges


class Fournisseur:
    """Donne et vérifie des jetons opaques ; ceux d'une session finie ne valent plus."""

    def __init__(self, journal: JournalEchanges) -> None:
        self._journal = journal
        self._jetons: dict[str, tuple[str, str, datetime]] = {}
        self._finies: set[str] = set()
        self.horloge = Horloge()

    def emettre(self, rpps: str, *, duree: int = 120, session: str = "") -> str:
        """Jeton au nom de ce RPPS."""
        jeton = f"acces-{secrets.token_urlsafe(40)}"
        self._journal.proteger(jeton)
        self._jetons[jeton] = (rpps, session or f"s-{rpps}", self.horloge() + timedelta(seconds=duree))
        return jeton

    def jeton_pour(self, bal: Bal) -> str:
        """Jeton de qui ouvre cette BAL."""
        return self.emettre(bal.titulaire)

    def rafraichissement(self, identifiant: str) -> str:
        """Jeton de rafraîchissement de cette personne."""
        return f"rt-{identifiant}-{secrets.token_hex(4)}"

    def terminer(self, session: str) -> None:
        """Les jetons de cette session sont révoqués."""
        self._finies.add(session)

    def verifier(self, jeton: str, *, certificat_der: bytes | None = None) -> JetonVerifie:
        """L'interface de l'opérateur."""
        if jeton not in self._jetons:
            raise JetonRefuse("jeton inconnu de ce fournisseur")
        rpps, session, expire = self._jetons[jeton]
        if session in self._finies:
            raise JetonRefuse("jeton révoqué", "revoque", identifiant=f"8{rpps}", session=session)
        if self.horloge() >= expire:
            raise JetonRefuse("jeton expiré", "expire", identifiant=f"8{rpps}", session=session)
        return JetonVerifie(f"8{rpps}", rpps, session, expire, "essai")
