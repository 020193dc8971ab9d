"""Codes à usage unique fondés sur l'heure (RFC 6238) : HMAC-SHA-1, 6 chiffres, pas de 30 secondes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime

PAS = 30


def nouveau_secret() -> str:
    """Secret de 160 bits, en base32."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def rang(instant: datetime) -> int:
    """Numéro du pas de temps."""
    return int(instant.timestamp()) // PAS


def code_du_rang(secret: str, numero: int) -> str:
    """Code du pas de temps (RFC 4226, section 5.3)."""
    condense = hmac.new(base64.b32decode(secret), numero.to_bytes(8, "big"), hashlib.sha1).digest()
    debut = condense[-1] & 0x0F
    entier = int.from_bytes(condense[debut : debut + 4], "big") & 0x7FFFFFFF
    return f"{entier % 10**6:06d}"
