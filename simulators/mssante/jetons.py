"""Jetons d'accès Pro Santé Connect : un émetteur local, derrière l'interface que l'opérateur interroge.

Un JWT signé ES256, valable deux minutes, obtenu contre un jeton de rafraîchissement. L'émetteur disparaîtra derrière le
fournisseur Pro Santé Connect simulé : l'opérateur ne connaît que `VerificateurJetons`.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from simulators.mssante.etat import Bal
from simulators.socle.acteurs import PROFESSIONNELS
from simulators.socle.journal import JournalEchanges

EMETTEUR = "https://psc.banc-sons.test/auth/realms/esante-wallet"
CLIENT = "banc-sons-lps"
ROLE = "10^1.2.250.1.213.1.1.5.5"


@dataclass(frozen=True)
class JetonVerifie:
    """Ce que dit un jeton accepté : le RPPS de qui s'est authentifié, et jusqu'à quand."""

    rpps: str
    expire: datetime


class JetonRefuse(ValueError):
    """Jeton que l'opérateur ne peut pas accepter ; le message dit pourquoi, sans le jeton."""


class RafraichissementRefuse(ValueError):
    """Jeton de rafraîchissement inconnu ou dont la session est finie (`invalid_grant`)."""


class VerificateurJetons(Protocol):
    """Ce que l'opérateur demande au fournisseur d'identité."""

    def verifier(self, jeton: str) -> JetonVerifie:
        """Signature, émetteur et validité ; `JetonRefuse` sinon."""
        ...


class EmetteurJetons:
    """Émet et vérifie les jetons du banc. Tous sont protégés au journal dès leur naissance."""

    def __init__(self, journal: JournalEchanges, *, horloge: Callable[[], datetime], duree: int = 120) -> None:
        # La bibliothèque JOSE est chargée au premier banc, pas à l'import : `lancer --help` reste immédiat.
        from joserfc import jwk

        self._journal = journal
        self._horloge = horloge
        self.duree = duree
        self._verrou = threading.Lock()
        self._kid = secrets.token_hex(8)
        self._cle = jwk.ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256", "kid": self._kid})
        self._fausse = jwk.ECKey.generate_key("P-256")
        self._sessions: dict[str, str] = {}
        self._adresses: dict[str, str] = {}
        self._rompues: set[str] = set()
        self._vivants: list[str] = []

    # -- émission ----------------------------------------------------------------------------------------------

    def jeton_rafraichissement(self, bal: Bal) -> str:
        """Jeton de rafraîchissement de qui ouvre cette BAL ; le même pendant toute la vie du banc."""
        with self._verrou:
            if bal.adresse.lower() not in self._adresses:
                jeton = f"banc-sons-rt-{secrets.token_urlsafe(24)}"
                self._adresses[bal.adresse.lower()] = jeton
                self._sessions[jeton] = titulaire(bal)
                self._journal.proteger(jeton)
            return self._adresses[bal.adresse.lower()]

    def emettre(self, rpps: str, *, duree: int | None = None, emetteur: str = EMETTEUR, signe: bool = True) -> str:
        """Jeton d'accès au nom de ce RPPS. `duree` négative : né périmé. `signe` faux : signé d'une clé inconnue."""
        from joserfc import jwt

        maintenant = int(self._horloge().timestamp())
        vie = self.duree if duree is None else duree
        contenu: dict[str, Any] = {
            "iss": emetteur,
            "sub": f"f:banc-sons:8{rpps}",
            "aud": CLIENT,
            "azp": CLIENT,
            "typ": "Bearer",
            "scope": "openid scope_all",
            "acr": "eidas1",
            "iat": min(maintenant, maintenant + vie - self.duree),
            "exp": maintenant + vie,
            "jti": secrets.token_hex(12),
            "preferred_username": f"8{rpps}",
            "SubjectNameID": f"8{rpps}",
            "SubjectRole": [ROLE],
        }
        jeton = jwt.encode({"alg": "ES256", "kid": self._kid}, contenu, self._cle if signe else self._fausse)
        self._journal.proteger(jeton)
        with self._verrou:
            self._vivants.append(jeton)
        return jeton

    def jeton_pour(self, bal: Bal) -> str:
        """Jeton d'accès de qui ouvre cette BAL."""
        return self.emettre(titulaire(bal))

    def rafraichir(self, rafraichissement: str) -> str:
        """RPPS de la session ; `RafraichissementRefuse` si elle est inconnue ou finie."""
        with self._verrou:
            rpps = self._sessions.get(rafraichissement)
            if rpps is None:
                raise RafraichissementRefuse("jeton de rafraîchissement inconnu")
            if rafraichissement in self._rompues:
                raise RafraichissementRefuse("session Pro Santé Connect terminée")
            return rpps

    def terminer_session(self, bal: Bal) -> None:
        """La session Pro Santé Connect de cette BAL est finie : plus aucun jeton n'en sera tiré."""
        jeton = self.jeton_rafraichissement(bal)
        with self._verrou:
            self._rompues.add(jeton)

    # -- vérification ------------------------------------------------------------------------------------------

    def verifier(self, jeton: str) -> JetonVerifie:
        """Signature ES256 de l'émetteur, `iss`, `exp` et `iat` ; `JetonRefuse` sinon."""
        from joserfc import errors, jwt

        try:
            contenu = jwt.decode(jeton, self._cle, algorithms=["ES256"]).claims
        except (errors.JoseError, ValueError) as erreur:
            raise JetonRefuse("jeton illisible ou signature fausse") from erreur
        if contenu.get("iss") != EMETTEUR:
            raise JetonRefuse("émetteur du jeton inconnu")
        maintenant = self._horloge().timestamp()
        expire, emis = contenu.get("exp"), contenu.get("iat")
        if not isinstance(expire, int) or not isinstance(emis, int):
            raise JetonRefuse("jeton sans date d'émission ou d'expiration")
        if maintenant >= expire:
            raise JetonRefuse("jeton expiré")
        if emis > maintenant + 60:
            raise JetonRefuse("jeton émis dans l'avenir")
        identifiant = str(contenu.get("preferred_username", ""))
        if len(identifiant) != 12 or not identifiant.startswith("8"):
            raise JetonRefuse("jeton sans identifiant national de professionnel")
        return JetonVerifie(identifiant[1:], datetime.fromtimestamp(expire, UTC))

    def jwks(self) -> dict[str, Any]:
        """Clé publique de l'émetteur (JWK Set)."""
        return {"keys": [dict(self._cle.as_dict(private=False))]}

    def vider(self) -> None:
        """Sessions rouvertes ; les jetons émis ne sont plus cherchés au journal (ils sont périmés en deux minutes)."""
        with self._verrou:
            self._rompues.clear()
            vivants, self._vivants = self._vivants, []
        self._journal.oublier(vivants)


def titulaire(bal: Bal) -> str:
    """RPPS de qui ouvre cette BAL : son titulaire, ou la première personne habilitée."""
    return bal.rpps or next(iter(bal.habilites), PROFESSIONNELS[0].rpps)
