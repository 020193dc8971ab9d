"""Ce qui a été vu sur le fil : un échange, ses octets, son contexte TLS."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, Protocol


class Corps(Protocol):
    """Les octets exacts d'une requête ou d'une réponse, désignés par leur SHA-256."""

    @property
    def sha256(self) -> str: ...

    @property
    def taille(self) -> int: ...

    @property
    def octets(self) -> bytes: ...

    def ouvrir(self) -> BinaryIO: ...


@dataclass(frozen=True)
class CorpsMemoire:
    """Corps tenu en mémoire : essais, petits messages, `controler`."""

    octets: bytes = b""

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.octets).hexdigest()

    @property
    def taille(self) -> int:
        return len(self.octets)

    def ouvrir(self) -> BinaryIO:
        return io.BytesIO(self.octets)


@dataclass(frozen=True)
class CorpsFichier:
    """Corps rangé dans le journal ; lu à la demande, pour qu'un lot de 60 Mo ne soit pas tenu en mémoire."""

    chemin: Path
    sha256: str
    taille: int

    @property
    def octets(self) -> bytes:
        return self.chemin.read_bytes()

    def ouvrir(self) -> BinaryIO:
        return self.chemin.open("rb")


VIDE = CorpsMemoire(b"")


@dataclass(frozen=True, slots=True)
class Tls:
    """Poignée de main acceptée. Certificats en DER, feuille d'abord."""

    version: str
    suite: str
    sni: str | None = None
    certificat: bytes | None = None
    chaine: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Requete:
    """Requête HTTP telle que reçue ; `cible` comprend la chaîne de requête, `entetes` garde ordre et doublons."""

    methode: str
    cible: str
    entetes: tuple[tuple[str, str], ...] = ()
    corps: Corps = VIDE
    version_http: str = "1.1"

    def entete(self, nom: str) -> str | None:
        """Première valeur de l'en-tête, sans distinction de casse ; None s'il est absent."""
        return _entete(self.entetes, nom)


@dataclass(frozen=True)
class Reponse:
    """Réponse envoyée par le simulateur."""

    statut: int
    entetes: tuple[tuple[str, str], ...] = ()
    corps: Corps = VIDE

    def entete(self, nom: str) -> str | None:
        """Première valeur de l'en-tête, sans distinction de casse ; None s'il est absent."""
        return _entete(self.entetes, nom)


def _entete(entetes: tuple[tuple[str, str], ...], nom: str) -> str | None:
    return next((valeur for cle, valeur in entetes if cle.lower() == nom.lower()), None)


@dataclass(frozen=True)
class Echange:
    """Une requête et sa réponse vues par un simulateur.

    `numero` : rang dans le journal, cité par les constats. `service` : `insi`, `dmp`… `operation` : nom de
    la transaction reconnue par le simulateur (`rechercherInsAvecTraitsIdentite`, `TD2.1`…), vide si inconnue.
    `reponse` vaut None quand la connexion a été coupée. `panne` : panne jouée, s'il y en a une.
    `notes` : ce que le simulateur a compris (code répondu, matricule…), jamais un jugement.
    """

    numero: int
    service: str
    operation: str
    debut: datetime
    fin: datetime
    requete: Requete
    reponse: Reponse | None = None
    pair: str = ""
    tls: Tls | None = None
    panne: str | None = None
    scenario: str | None = None
    notes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PoigneeRefusee:
    """Poignée de main TLS qui n'a pas abouti : qui, quand, pourquoi (raison d'OpenSSL)."""

    numero: int
    service: str
    instant: datetime
    raison: str
    pair: str = ""
    scenario: str | None = None
