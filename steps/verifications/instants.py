"""Date et heure relevées dans un logiciel : tombent-elles pendant le scénario ?"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from steps.verifications.cda.dates import PARIS

TOLERANCE_S = 60
"""Écart d'horloge admis entre le poste du banc et celui du logiciel."""

_FRANCAIS = re.compile(r"(\d{2})/(\d{2})/(\d{4})[ T,à]+(\d{2})[:h](\d{2})(?::(\d{2}))?")


def pendant(horodatage: Any, debut: datetime, fin: datetime) -> bool:
    """Vrai si c'est une date et une heure comprises dans le scénario, à une minute près.

    Sans décalage horaire, l'heure est celle d'un fuseau inconnu : tout décalage d'un nombre entier d'heures convient.
    Une date seule ne suffit pas : les règles demandent aussi l'heure.
    """
    instant = _lire(str(horodatage))
    if instant is None:
        return False
    bas, haut = debut.timestamp() - TOLERANCE_S, fin.timestamp() + TOLERANCE_S
    if instant.tzinfo is not None:
        return bas <= instant.timestamp() <= haut
    secondes = instant.replace(tzinfo=UTC).timestamp()
    return any(bas <= secondes - heures * 3600 <= haut for heures in range(-12, 15))


def instant_decale(texte: str) -> datetime | None:
    """L'instant d'une date et d'une heure ISO qui portent leur décalage ; None pour toute autre forme."""
    instant = _lire(texte)
    return instant if instant is not None and instant.tzinfo is not None else None


def secondes_de(texte: str) -> float:
    """L'instant en secondes, à l'heure de Paris sans décalage dit ; l'infini s'il ne se lit pas."""
    try:
        instant = datetime.fromisoformat(texte)
    except ValueError:
        return float("inf")
    return (instant if instant.tzinfo else instant.replace(tzinfo=PARIS)).timestamp()


def _lire(texte: str) -> datetime | None:
    francais = _FRANCAIS.fullmatch(texte.strip())
    if francais:
        jour, mois, annee, heure, minute, seconde = (int(groupe or 0) for groupe in francais.groups())
        try:
            return datetime(annee, mois, jour, heure, minute, seconde)  # noqa: DTZ001 - fuseau inconnu
        except ValueError:
            return None
    if len(texte.strip()) <= len("2026-01-31"):
        return None
    try:
        return datetime.fromisoformat(texte.strip())
    except ValueError:
        return None
