"""JSON canonique : une seule écriture par valeur, pour que le moindre octet changé se voie."""

from __future__ import annotations

import json
from typing import Any


def canonique(valeur: Any) -> bytes:
    """Clés triées, sans espace, ASCII."""
    return json.dumps(valeur, ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")


def lire_canonique(octets: bytes) -> Any:
    """Relit un JSON écrit par `canonique` ; `ValueError` s'il ne l'est pas, octet pour octet."""
    try:
        valeur = json.loads(octets)
    except RecursionError as erreur:
        raise ValueError("JSON trop imbriqué") from erreur
    if canonique(valeur) != octets:
        raise ValueError("le JSON n'est pas sous sa forme canonique : un octet y a changé")
    return valeur
