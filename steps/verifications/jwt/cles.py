"""Les clés publiques d'un fournisseur, telles que son JWKS les donne."""

from __future__ import annotations

from dataclasses import dataclass

from joserfc.jwk import Key


@dataclass(frozen=True, slots=True)
class ClePublique:
    """Une clé du JWKS. `usage` : `use`, `sig` s'il manque ; il n'est pas laissé à la bibliothèque, mais jugé."""

    kid: str
    usage: str
    cle: Key


Jwks = tuple[ClePublique, ...]
