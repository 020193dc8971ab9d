"""Ce qu'un service demande au fournisseur d'identité quand un jeton d'accès lui est présenté."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

ETATS = ("valide", "expire", "revoque", "inconnu", "autre_audience", "non_lie")
"""Valeurs de la note `jeton_etat`."""


@dataclass(frozen=True)
class JetonVerifie:
    """Ce que dit un jeton accepté : qui, dans quelle session, jusqu'à quand, pour quel client."""

    identifiant: str
    """Identifiant national (`SubjectNameID`)."""
    rpps: str
    """Les onze chiffres du RPPS ; vide si l'identifiant n'en est pas un."""
    session: str
    expire: datetime
    client: str


class JetonRefuse(ValueError):
    """Jeton qui ne peut pas être accepté ; le message dit pourquoi, sans le jeton."""

    def __init__(self, message: str, etat: str = "inconnu", *, identifiant: str = "", session: str = "") -> None:
        super().__init__(message)
        self.etat = etat
        """`expire`, `revoque`, `inconnu`, `autre_audience` ou `non_lie`."""
        self.identifiant = identifiant
        """Connu même d'un jeton expiré ou révoqué."""
        self.session = session


class VerificateurJetons(Protocol):
    """Le fournisseur d'identité, vu d'un service."""

    def verifier(self, jeton: str, *, certificat_der: bytes | None = None) -> JetonVerifie:
        """`JetonRefuse` si le jeton n'est pas valable ici et maintenant, ou pas avec ce certificat de client."""
        ...


def rpps_de(identifiant: str) -> str:
    """Les onze chiffres d'un identifiant national `8` + RPPS, sinon vide."""
    rpps = identifiant[1:]
    return rpps if len(rpps) == 11 and identifiant[0] == "8" and rpps.isascii() and rpps.isdigit() else ""
