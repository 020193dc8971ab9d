"""Dates et heures : UTC sur le fil du DMP, heure de Paris pour les personnes et dans les CDA."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def _fuseau() -> tzinfo:
    try:
        return ZoneInfo("Europe/Paris")
    except ZoneInfoNotFoundError:
        # Windows sans base de fuseaux : l'heure légale d'hiver suffit à un produit de démonstration.
        return timezone(timedelta(hours=1))


PARIS = _fuseau()

_PARTIES_VIDES = ("0001", "01", "01", "00", "00", "00")
_TS = re.compile(r"^(\d{4})(\d{2})?(\d{2})?(\d{2})?(\d{2})?(\d{2})?(?:\.\d+)?([+-]\d{4}|Z)?$")


def maintenant() -> datetime:
    return datetime.now(UTC)


def iso(instant: datetime) -> str:
    """ISO 8601 avec décalage, à l'heure de Paris."""
    return instant.astimezone(PARIS).isoformat(timespec="milliseconds")


def lire_iso(texte: str) -> datetime:
    """Instant ISO 8601 ; sans décalage, il est pris à l'heure de Paris."""
    instant = datetime.fromisoformat(texte.replace("Z", "+00:00"))
    return instant if instant.tzinfo else instant.replace(tzinfo=PARIS)


def en_ts(instant: datetime) -> str:
    """Type TS de HL7 avec décalage : `20250912093000+0200`."""
    return instant.astimezone(PARIS).strftime("%Y%m%d%H%M%S%z")


def en_dtm(instant: datetime) -> str:
    """Type DTM des métadonnées XDS : UTC, sans décalage."""
    return instant.astimezone(UTC).strftime("%Y%m%d%H%M%S")


def lire_ts(texte: str) -> datetime:
    """Lit un TS de HL7, de l'année à la seconde ; sans décalage il est pris à l'heure de Paris."""
    trouve = _TS.match(texte.strip())
    if not trouve:
        raise ValueError(f"horodatage HL7 illisible : {texte!r}")
    champs = [
        int(partie) if partie else defaut
        for partie, defaut in zip(trouve.groups()[:6], (1, 1, 1, 0, 0, 0), strict=True)
    ]
    naif = f"{champs[0]:04d}{champs[1]:02d}{champs[2]:02d}{champs[3]:02d}{champs[4]:02d}{champs[5]:02d}"
    decalage = trouve.group(7)
    if decalage:
        return datetime.strptime(naif + decalage.replace("Z", "+0000"), "%Y%m%d%H%M%S%z")
    return datetime.strptime(naif + "+0000", "%Y%m%d%H%M%S%z").replace(tzinfo=PARIS)


def lire_dtm(texte: str) -> datetime:
    """Lit un DTM (UTC) des métadonnées XDS, de l'année à la seconde."""
    return lire_ts(texte.strip()[:14] + "+0000")


def debut_de_jour(texte: str) -> datetime:
    """Minuit à Paris du jour `AAAA-MM-JJ`."""
    jour = date.fromisoformat(texte)
    return datetime(jour.year, jour.month, jour.day, tzinfo=PARIS)


def jour_francais(date_iso: str) -> str:
    """`AAAA-MM-JJ` devient `JJ/MM/AAAA` ; laisse tel quel ce qui n'a pas cette forme."""
    parties = date_iso.split("-")
    return "/".join(reversed(parties)) if len(parties) == 3 else date_iso
