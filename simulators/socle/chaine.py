"""Forme canonique et chaînage des enregistrements du journal."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime

ORIGINE = "0" * 64
"""Empreinte qui précède le premier enregistrement."""

_encoder = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode


def canonique(valeur: object) -> str:
    """JSON canonique : clés triées, sans espace, UTF-8 littéral."""
    return _encoder(valeur)


def chainer(precedent: str, numero: int, genre: str, horodatage: str, donnees: str) -> str:
    """SHA-256 de l'empreinte précédente suivie de l'enregistrement sous sa forme canonique.

    `donnees` est déjà canonique : la forme de l'enregistrement s'écrit sans la relire, clés dans l'ordre.
    """
    texte = f'{precedent}{{"donnees":{donnees},"horodatage":"{horodatage}","numero":{numero},"type":"{genre}"}}'
    return hashlib.sha256(texte.encode("utf-8")).hexdigest()


def horodater(instant: datetime) -> str:
    """ISO 8601 en UTC, à la microseconde, de longueur fixe."""
    en_utc = instant if instant.tzinfo is UTC else instant.astimezone(UTC)
    return f"{en_utc.isoformat(timespec='microseconds')[:-6]}Z"


def lire_horodatage(texte: str) -> datetime:
    """Inverse de `horodater`."""
    return datetime.fromisoformat(texte)
