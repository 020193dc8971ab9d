"""Clés de signature : RSA 2048, publiées au JWKS, tournées à la demande. Rien n'est calculé avant le premier usage."""

from __future__ import annotations

import secrets
import threading
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from joserfc.jwk import RSAKey


class Cles:
    """La clé courante d'abord, puis les précédentes, encore publiées : un ID token déjà émis reste vérifiable."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._verrou = threading.RLock()
        self._cles: list[RSAKey] = []
        self._cachee: RSAKey | None = None

    @property
    def courante(self) -> RSAKey:
        """Celle qui signe."""
        with self._verrou:
            if not self._cles:
                self._cles.append(_de_depart(self._service))
            return self._cles[0]

    @property
    def cachee(self) -> RSAKey:
        """Une clé qui signe mais n'est jamais publiée : panne `cle_inconnue`."""
        with self._verrou:
            if self._cachee is None:
                self._cachee = _de_depart(f"{self._service}:cachee")
            return self._cachee

    def tourner(self) -> str:
        """Une clé neuve signe désormais ; rend son `kid`."""
        with self._verrou:
            _ = self.courante
            self._cles.insert(0, _neuve())
            return str(self._cles[0].kid)

    def jwks(self) -> dict[str, Any]:
        """Clés publiques (JWK Set)."""
        with self._verrou:
            _ = self.courante
            return {"keys": [dict(cle.as_dict(private=False)) for cle in self._cles]}

    @property
    def kids(self) -> tuple[str, ...]:
        """Identifiants publiés, la courante d'abord."""
        with self._verrou:
            _ = self.courante
            return tuple(str(cle.kid) for cle in self._cles)

    def publique(self, kid: str) -> RSAKey | None:
        """La clé publiée sous ce nom."""
        with self._verrou:
            return next((cle for cle in self._cles if cle.kid == kid), None)

    def remettre(self) -> None:
        """Oublie les rotations : la clé de départ signe de nouveau."""
        with self._verrou:
            del self._cles[:-1]


def _neuve() -> RSAKey:
    # joserfc n'est chargé qu'ici : `lancer --help` et le démarrage du banc n'en ont pas besoin.
    from joserfc.jwk import RSAKey

    return RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256", "kid": secrets.token_urlsafe(16)})


@lru_cache(maxsize=8)
def _de_depart(nom: str) -> RSAKey:
    """Une par fournisseur et par processus : deux bancs du même processus n'en calculent pas deux."""
    return _neuve()
