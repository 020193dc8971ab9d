"""Jetons d'accès présentés à un service : ce qu'il demande au fournisseur d'identité, et ce qu'il en note.

Un service ne connaît que `VerificateurJetons` ; le fournisseur Pro Santé Connect simulé (`simulators/psc`) l'offre.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, Protocol

from simulators.socle.requete import RequeteRecue

Etat = Literal["expire", "revoque", "inconnu", "autre_audience", "non_lie"]
EPOQUE = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class JetonVerifie:
    """Ce que dit un jeton accepté : qui s'est authentifié, par quelle session et quel client, et jusqu'à quand.

    `identifiant` : identifiant national tel que le fournisseur le donne (`8` suivi du RPPS, ou une autre forme) ;
    `rpps` : vide si l'identifiant n'en est pas un.
    """

    identifiant: str
    rpps: str
    session: str = ""
    expire: datetime = EPOQUE
    client: str = ""


class JetonRefuse(ValueError):
    """Jeton qu'un service ne peut pas accepter ; le message dit pourquoi, sans le jeton."""

    def __init__(self, motif: str, etat: Etat = "inconnu", *, identifiant: str = "", session: str = "") -> None:
        super().__init__(motif)
        self.etat: Etat = etat
        self.identifiant = identifiant
        self.session = session


class VerificateurJetons(Protocol):
    """Ce qu'un service demande au fournisseur d'identité."""

    def verifier(self, jeton: str, *, certificat_der: bytes | None = None) -> JetonVerifie:
        """Signature, émetteur, validité, session, liaison au certificat ; `JetonRefuse` sinon."""
        ...


def rpps_de(identifiant: str) -> str:
    """RPPS d'un identifiant national (`8` puis onze chiffres) ; vide pour toute autre forme."""
    rpps = identifiant[1:]
    return rpps if len(identifiant) == 12 and identifiant[0] == "8" and rpps.isascii() and rpps.isdigit() else ""


def porteur(requete: RequeteRecue) -> str:
    """Jeton de l'en-tête `Authorization: Bearer` ; vide s'il n'y en a pas."""
    sorte, _, jeton = (requete.entete("Authorization") or "").strip().partition(" ")
    return jeton.strip() if sorte.lower() == "bearer" else ""


def presenter(
    verificateur: VerificateurJetons, requete: RequeteRecue, jeton: str, *, certificat_der: bytes | None = None
) -> JetonVerifie:
    """Fait vérifier un jeton et note ce qu'il est : `jeton_identifiant`, `jeton_session`, `jeton_etat`.

    Le refus est noté puis levé : au service de répondre dans sa langue.
    """
    try:
        verifie = verificateur.verifier(jeton, certificat_der=certificat_der)
    except JetonRefuse as refus:
        requete.noter("jeton_etat", refus.etat)
        if refus.identifiant:
            requete.noter("jeton_identifiant", refus.identifiant)
        if refus.session:
            requete.noter("jeton_session", refus.session)
        raise
    requete.noter("jeton_etat", "valide")
    requete.noter("jeton_identifiant", verifie.identifiant)
    requete.noter("jeton_session", verifie.session)
    return verifie
