"""Codes à usage unique fondés sur l'heure (RFC 6238), pour jouer la personne qui lit son application."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from datetime import datetime

PAS = 30
"""Secondes d'un pas de temps, valeur par défaut de la RFC."""


class SecretIllisible(ValueError):
    """Le secret montré à l'enrôlement n'est pas du base32."""


def rang(instant: datetime) -> int:
    """Numéro du pas de temps de cet instant."""
    return int(instant.timestamp()) // PAS


def code(secret: str, numero: int) -> str:
    """Code de 6 chiffres de ce pas ; le secret peut être écrit par groupes, sans remplissage, en minuscules."""
    net = "".join(secret.replace("-", "").split()).upper().rstrip("=")
    try:
        cle = base64.b32decode(net + "=" * (-len(net) % 8))
    except binascii.Error as erreur:
        raise SecretIllisible(f"secret TOTP illisible : base32 attendu ({erreur})") from erreur
    condense = hmac.new(cle, numero.to_bytes(8, "big"), hashlib.sha1).digest()
    debut = condense[-1] & 0x0F
    entier = int.from_bytes(condense[debut : debut + 4], "big") & 0x7FFFFFFF
    return f"{entier % 10**6:06d}"
