"""Ce que l'opérateur répond, et ce que l'utilisateur doit en comprendre."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass, field

from simulators.logiciel_temoin.messagerie_connexion import ErreurConnexion
from simulators.logiciel_temoin.messagerie_jetons import JetonsIndisponibles, SessionFermee
from simulators.logiciel_temoin.messagerie_tls import CanalRefuse


@dataclass(frozen=True)
class Reponse:
    """Réponse de l'opérateur à une commande."""

    code: int
    texte: str

    @property
    def acceptee(self) -> bool:
        return 200 <= self.code < 300

    @property
    def temporaire(self) -> bool:
        return 400 <= self.code < 500

    def __str__(self) -> str:
        return f"{self.code} {self.texte}".strip()


@dataclass
class Issue:
    """Ce que l'opérateur a dit d'un envoi : une réponse par destinataire."""

    reponses: dict[str, Reponse] = field(default_factory=dict)
    incertaine: bool = False
    """Le message était transmis et l'opérateur n'a pas répondu : nul ne sait s'il est parti."""


def lire_reponse(code: int, texte: bytes | str) -> Reponse:
    """Code et texte, sur une ligne."""
    lisible = texte.decode("utf-8", "replace") if isinstance(texte, bytes) else str(texte)
    return Reponse(int(code), " ".join(lisible.split()))


def traduire(erreur: BaseException) -> BaseException:
    """Ce que l'utilisateur doit comprendre d'une connexion manquée ; l'erreur même si elle est d'un autre genre."""
    match erreur:
        case ssl.SSLError():
            return ErreurConnexion(f"canal TLS refusé : {erreur.reason or erreur}", definitive=True)
        case CanalRefuse():
            return ErreurConnexion(f"canal TLS refusé : {erreur}", definitive=True)
        case SessionFermee():
            return ErreurConnexion(str(erreur), definitive=True)
        case JetonsIndisponibles():
            return ErreurConnexion(f"Pro Santé Connect est injoignable : {erreur}", definitive=False)
        case smtplib.SMTPNotSupportedError():
            return ErreurConnexion(f"l'opérateur ne permet pas de s'identifier : {erreur}", definitive=True)
        case smtplib.SMTPResponseException():
            reponse = lire_reponse(erreur.smtp_code, erreur.smtp_error)
            return ErreurConnexion(f"l'opérateur refuse la connexion : {reponse}", definitive=erreur.smtp_code >= 500)
        case smtplib.SMTPException() | OSError():
            return ErreurConnexion(f"l'opérateur ne répond pas : {erreur}", definitive=False)
    return erreur
