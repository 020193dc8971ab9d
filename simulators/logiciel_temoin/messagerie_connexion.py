"""Ce que SMTP et IMAP ont en commun : qui se connecte, par quel canal, avec quelle preuve."""

from __future__ import annotations

import contextlib
import secrets
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass

from simulators.logiciel_temoin.environnement import Bal, Certificat, Environnement, ServiceMss
from simulators.logiciel_temoin.messagerie_jetons import Jetons, JetonsIndisponibles
from simulators.logiciel_temoin.messagerie_tls import CanalTls

TRACE = Callable[[str, str, str], None]
"""Reçoit (opération, demande, réponse) : ce que le journal de traces garde, jamais le contenu d'un message."""

DELAI = 20.0
"""Secondes d'attente d'une réponse de l'opérateur."""

CERTIFICAT_APPLICATIF = "org_auth_cli"


class ErreurConnexion(Exception):
    """La BAL n'est pas joignable. `definitive` : recommencer ne servirait à rien sans une action de l'utilisateur."""

    def __init__(self, message: str, *, definitive: bool) -> None:
        super().__init__(message)
        self.definitive = definitive


@dataclass(frozen=True)
class Acces:
    """De quoi ouvrir une BAL : l'opérateur, le canal, les jetons."""

    service: ServiceMss
    environnement: Environnement
    canal: CanalTls
    jetons: Jetons

    def certificat(self, bal: Bal) -> Certificat | None:
        """Certificat client de la BAL applicative ; les autres BAL se prouvent par leur jeton."""
        if bal.type != "APP" or self.sans_certificat(bal):
            return None
        return self.environnement.certificats.get(CERTIFICAT_APPLICATIF)

    def sans_certificat(self, bal: Bal) -> bool:
        """Vrai quand un défaut fait demander la BAL applicative sans présenter de certificat."""
        return bal.type == "APP" and self.canal.defaut("mss_applicative_sans_certificat")

    def contexte(self, bal: Bal) -> ssl.SSLContext:
        return self.canal.contexte(self.certificat(bal))

    def xoauth2(self, bal: Bal) -> str:
        """Réponse SASL XOAUTH2 : la BAL et son jeton d'accès."""
        return f"user={bal.adresse}\x01auth=Bearer {self.jetons.acces(bal)}\x01\x01"

    def verifier_session(self, bal: Bal) -> None:
        """Lève `SessionFermee` si Pro Santé Connect ne reconnaît plus l'utilisateur (ECO.1.2.6).

        Une connexion gardée ne survit pas à la session ; un serveur de jetons muet ne la ferme pas.
        """
        if bal.type != "APP":
            with contextlib.suppress(JetonsIndisponibles):
                self.jetons.acces(bal)

    def perdre(self, bal: Bal) -> None:
        """L'opérateur a mis fin à la session : le prochain geste la rouvre, sauf défaut."""
        if self.canal.defaut("mss_session_non_rouverte"):
            raise ErreurConnexion(f"la session de {bal.adresse} est perdue : reconnectez-vous", definitive=True)

    def plain(self, bal: Bal) -> str:
        """Réponse SASL PLAIN : l'adresse pour identité ; c'est le certificat client qui fait foi."""
        return f"\0{bal.adresse}\0{secrets.token_urlsafe(12)}"


def regler_socket(canal: socket.socket) -> None:
    """Sans cela, la fin d'un message attendrait l'accusé TCP du morceau précédent."""
    canal.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
