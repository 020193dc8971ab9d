"""Ce que le produit écrit aux personnes : courriels par le relais de l'établissement, SMS par une passerelle."""

from __future__ import annotations

import contextlib
import smtplib
import ssl
import threading
from email.message import EmailMessage
from pathlib import Path

EXPEDITEUR = "Labo Témoin <ne-pas-repondre@labo-temoin.example>"
_DELAI = 10.0


class Courrier:
    """Envoie à une adresse ou à un numéro ; un message perdu ne fait pas échouer ce qui l'a provoqué."""

    def __init__(self, relais: tuple[str, int] | None, racines: Path) -> None:
        self._relais = relais
        self._racines = racines
        self._contexte: ssl.SSLContext | None = None
        self._client: smtplib.SMTP | None = None
        self._sms: dict[str, list[str]] = {}
        self._verrou = threading.Lock()

    def envoyer(self, coordonnee: str, objet: str, texte: str) -> bool:
        """Vrai si le message est parti."""
        if "@" not in coordonnee:
            with self._verrou:
                self._sms.setdefault(coordonnee, []).append(texte)
            return True
        if self._relais is None:
            return False
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = EXPEDITEUR, coordonnee, objet
        message.set_content(f"Bonjour,\n\n{texte}\n\nCordialement,\nLabo Témoin\n")
        with contextlib.suppress(OSError, smtplib.SMTPException):
            self._confier(message)
            return True
        return False

    def sms(self, numero: str) -> list[str]:
        """Textes remis à ce numéro par la passerelle d'essai."""
        with self._verrou:
            return list(self._sms.get(numero, ()))

    def fermer(self) -> None:
        """Quitte le relais."""
        with self._verrou:
            self._quitter()

    def _confier(self, message: EmailMessage) -> None:
        """Par la connexion gardée ; si le relais l'a fermée entre-temps, par une neuve."""
        with self._verrou:
            if self._client is not None:
                with contextlib.suppress(OSError, smtplib.SMTPException):
                    self._client.send_message(message)
                    return
                self._quitter()
            self._client = self._connecter()
            self._client.send_message(message)

    def _connecter(self) -> smtplib.SMTP:
        assert self._relais is not None
        client = smtplib.SMTP(*self._relais, timeout=_DELAI)
        client.ehlo()
        if client.has_extn("starttls"):
            client.starttls(context=self._confiance())
        return client

    def _quitter(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                client.quit()
            client.close()

    def _confiance(self) -> ssl.SSLContext:
        if self._contexte is None:
            self._contexte = ssl.create_default_context(cafile=str(self._racines))
        return self._contexte
