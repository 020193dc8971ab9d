"""Ce qu'un simulateur reçoit et rend : requête, réponse, route, port."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from urllib.parse import parse_qs, unquote, urlsplit

from cryptography import x509

from simulators.socle.echange import VIDE, Corps, CorpsMemoire, Requete, Tls


@dataclass(frozen=True)
class Port:
    """Un port d'écoute d'un service."""

    service: str
    numero: int
    tls: bool
    protocole: str = ""
    """`smtp`, `imap`… ; vide pour HTTP."""

    @property
    def url(self) -> str:
        """Adresse de base, sans barre finale."""
        if self.protocole:
            return f"{self.protocole}://localhost:{self.numero}"
        return f"https://localhost:{self.numero}" if self.tls else f"http://127.0.0.1:{self.numero}"


@dataclass(eq=False)
class RequeteRecue:
    """Requête donnée au simulateur. En-têtes et corps y sont en clair ; le journal en garde la forme expurgée."""

    service: str
    methode: str
    cible: str
    version_http: str
    entetes: tuple[tuple[str, str], ...]
    port: Port
    pair: str
    instant: datetime
    scenario: str | None
    tls: Tls | None = None
    corps: Corps = VIDE
    operation: str = ""
    panne: str | None = None
    notes: dict[str, str] = field(default_factory=dict)
    parti: asyncio.Event | None = None
    """Levé quand le client ferme la connexion ; None hors d'un serveur."""

    def entete(self, nom: str) -> str | None:
        """Première valeur de l'en-tête, sans distinction de casse ; None s'il est absent."""
        return next((valeur for cle, valeur in self.entetes if cle.lower() == nom.lower()), None)

    def noter(self, cle: str, valeur: object) -> None:
        """Note un fait compris de la requête ; il sera sur l'échange."""
        self.notes[cle] = str(valeur)

    @cached_property
    def chemin(self) -> str:
        """Chemin de la cible, décodé."""
        return unquote(self._cible_decoupee.path) or "/"

    @cached_property
    def parametres(self) -> dict[str, list[str]]:
        """Paramètres de la cible, décodés."""
        return parse_qs(self._cible_decoupee.query, keep_blank_values=True)

    @cached_property
    def type_contenu(self) -> str:
        """Type de média sans ses paramètres, en minuscules ; vide s'il est absent."""
        return (self.entete("Content-Type") or "").partition(";")[0].strip().lower()

    @cached_property
    def certificat_client(self) -> x509.Certificate | None:
        """Certificat présenté par le client."""
        if self.tls is None or self.tls.certificat is None:
            return None
        return x509.load_der_x509_certificate(self.tls.certificat)

    def en_requete(self, corps: Corps) -> Requete:
        """Forme à enregistrer, avec le corps rangé au journal."""
        return Requete(self.methode, self.cible, self.entetes, corps, self.version_http)

    @cached_property
    def _cible_decoupee(self) -> _Cible:
        # Une cible hostile (« //[ ») n'est pas une URL : elle reste un chemin que personne ne sert.
        try:
            decoupee = urlsplit(self.cible)
        except ValueError:
            return _Cible(self.cible, "")
        # « //a/b » en forme origine est un chemin, pas un nom d'hôte.
        if self.cible.startswith("/"):
            chemin, _, requete = self.cible.partition("#")[0].partition("?")
            return _Cible(chemin, requete)
        return _Cible(decoupee.path, decoupee.query)


@dataclass(frozen=True, slots=True)
class _Cible:
    path: str
    query: str


@dataclass(frozen=True)
class ReponseSimulee:
    """Réponse d'un simulateur ; `Content-Length`, `Date` et les en-têtes du banc sont ajoutés par le serveur."""

    statut: int = 200
    corps: bytes | Corps = b""
    type_contenu: str | None = None
    entetes: tuple[tuple[str, str], ...] = ()

    @property
    def contenu(self) -> Corps:
        """Le corps, quelle que soit sa forme."""
        return CorpsMemoire(self.corps) if isinstance(self.corps, bytes) else self.corps


Traitant = Callable[[RequeteRecue], Awaitable[ReponseSimulee]]


@dataclass(frozen=True)
class Route:
    """Chemin exact, ou préfixe s'il finit par `/*` ; `methode` vaut `*` pour toutes.

    `reconnaitre` donne l'opération avant le traitement, pour que les pannes puissent la viser ; sur une requête
    illisible elle rend "" ou lève ValueError ou LookupError.
    """

    methode: str
    chemin: str
    traitant: Traitant
    reconnaitre: Callable[[RequeteRecue], str] | None = None

    def sert(self, chemin: str) -> bool:
        """Vrai si ce chemin est le sien."""
        return chemin.startswith(self.chemin[:-1]) if self.chemin.endswith("/*") else chemin == self.chemin


def texte_simple(statut: int, message: str) -> ReponseSimulee:
    """Réponse du banc lui-même, lisible par une personne."""
    return ReponseSimulee(statut, f"{message}\n".encode(), "text/plain; charset=utf-8")
