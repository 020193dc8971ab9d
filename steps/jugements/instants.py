"""Dates, heures et durées d'un jugement, fuseau compris : celui d'une heure fait partie de ce qu'elle dit."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, timezone, tzinfo
from typing import Any

from steps.jugements.classes import NonCodable
from steps.verifications.cda.dates import PARIS

_MICROSECONDE = timedelta(microseconds=1)


def coder_datetime(valeur: datetime) -> dict[str, Any]:
    """Une date et son heure."""
    return {"@": "datetime", "iso": _naif(valeur), "zone": _coder_fuseau(valeur.tzinfo), "fold": valeur.fold}


def coder_time(valeur: time) -> dict[str, Any]:
    """Une heure."""
    return {"@": "time", "iso": _naif(valeur), "zone": _coder_fuseau(valeur.tzinfo), "fold": valeur.fold}


def coder_timedelta(valeur: timedelta) -> dict[str, Any]:
    """Une durée."""
    return {"@": "timedelta", "microsecondes": valeur // _MICROSECONDE}


def lire_datetime(code: dict[str, Any]) -> datetime:
    """Inverse de `coder_datetime`."""
    return datetime.fromisoformat(code["iso"]).replace(tzinfo=_lire_fuseau(code["zone"]), fold=code["fold"])


def lire_time(code: dict[str, Any]) -> time:
    """Inverse de `coder_time`."""
    return time.fromisoformat(code["iso"]).replace(tzinfo=_lire_fuseau(code["zone"]), fold=code["fold"])


def lire_timedelta(code: dict[str, Any]) -> timedelta:
    """Inverse de `coder_timedelta`."""
    return timedelta(microseconds=code["microsecondes"])


def _naif(valeur: datetime | time) -> str:
    return valeur.replace(tzinfo=None, fold=0).isoformat()


def _coder_fuseau(zone: tzinfo | None) -> str | int | None:
    if zone is None:
        return None
    if zone is UTC:
        return "UTC"
    if zone is PARIS:
        return "Paris"
    if type(zone) is timezone:
        return zone.utcoffset(None) // _MICROSECONDE
    raise NonCodable(f"une heure du fuseau {zone!r} ne se garde pas")


def _lire_fuseau(code: object) -> tzinfo | None:
    if code is None:
        return None
    if isinstance(code, int):
        return timezone(timedelta(microseconds=code))
    if code in ("UTC", "Paris"):
        return UTC if code == "UTC" else PARIS
    raise NonCodable(f"fuseau horaire {code!r} inconnu")
