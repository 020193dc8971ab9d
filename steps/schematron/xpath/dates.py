"""xs:date, xs:dateTime et xs:time : lecture, ordre, écriture. Source : XML Schema Part 2, 3.2.7 à 3.2.9."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from .erreurs import ErreurXPath

_DATE = r"(?P<an>-?(?:[1-9]\d{3,}|0\d{3}))-(?P<mois>\d\d)-(?P<jour>\d\d)"
_HEURE = r"(?P<h>\d\d):(?P<m>\d\d):(?P<s>\d\d(?:\.\d+)?)"
_ZONE = r"(?P<zone>Z|[+-]\d\d:\d\d)?"
_FORMES = {
    "date": re.compile(rf"{_DATE}{_ZONE}\Z", re.ASCII),
    "dateTime": re.compile(rf"{_DATE}T{_HEURE}{_ZONE}\Z", re.ASCII),
    "time": re.compile(rf"{_HEURE}{_ZONE}\Z", re.ASCII),
}
_JOURS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def _bissextile(an: int) -> bool:
    return an % 4 == 0 and (an % 100 != 0 or an % 400 == 0)


def jours_depuis(an: int, mois: int, jour: int) -> int:
    """Nombre de jours du calendrier grégorien proleptique, l'an 0 compris."""
    an -= mois <= 2
    ere, reste = divmod(an, 400)
    rang = (153 * (mois + (-3 if mois > 2 else 9)) + 2) // 5 + jour - 1
    return ere * 146097 + reste * 365 + reste // 4 - reste // 100 + rang


def zone_locale() -> int:
    """Fuseau implicite, en minutes."""
    decalage = datetime.now().astimezone().utcoffset()
    return int(decalage.total_seconds() // 60) if decalage else 0


@dataclass(frozen=True, slots=True)
class Instant:
    """Une date, une heure ou les deux ; `zone` en minutes, None sans fuseau."""

    genre: str
    an: int
    mois: int
    jour: int
    heure: int
    minute: int
    seconde: Decimal
    zone: int | None

    @classmethod
    def lire(cls, genre: str, texte: str) -> Instant:
        """Lit la forme lexicale. Lève FORG0001 (ou FODT0001 hors du calendrier)."""
        lu = _FORMES[genre].match(texte.strip(" \t\r\n"))
        if lu is None:
            raise ErreurXPath("FORG0001", f"{texte[:60]!r} n'est pas un xs:{genre}")
        g = lu.groupdict()
        an, mois, jour = (int(g[k]) if g.get(k) else v for k, v in (("an", 1972), ("mois", 12), ("jour", 31)))
        heure, minute, seconde = int(g.get("h") or 0), int(g.get("m") or 0), Decimal(g.get("s") or 0)
        dernier = _JOURS[mois - 1] + (mois == 2 and _bissextile(an)) if 1 <= mois <= 12 else 0
        minuit = heure == 24 and minute == 0 and seconde == 0
        if not 1 <= jour <= dernier or (heure > 23 and not minuit) or minute > 59 or seconde >= 60:
            raise ErreurXPath("FORG0001", f"{texte[:60]!r} n'est pas un xs:{genre}")
        if minuit:
            heure = 0
            if genre == "dateTime":
                an, mois, jour = _lendemain(an, mois, jour, dernier)
        return cls(genre, an, mois, jour, heure, minute, seconde, _zone(g.get("zone"), texte))

    def ordre(self) -> Decimal:
        """Secondes sur une échelle commune, fuseau déduit ; sans fuseau, celui de la machine."""
        zone = zone_locale() if self.zone is None else self.zone
        minutes = (jours_depuis(self.an, self.mois, self.jour) * 24 + self.heure) * 60 + self.minute - zone
        return minutes * 60 + self.seconde

    def __str__(self) -> str:
        signe = "-" if self.an < 0 else ""
        date = f"{signe}{abs(self.an):04d}-{self.mois:02d}-{self.jour:02d}"
        entiere, _, fraction = f"{self.seconde:f}".partition(".")
        fraction = fraction.rstrip("0")
        heure = f"{self.heure:02d}:{self.minute:02d}:{int(entiere):02d}" + (f".{fraction}" if fraction else "")
        zone = ""
        if self.zone is not None:
            minutes = abs(self.zone)
            zone = f"{'-' if self.zone < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}" if self.zone else "Z"
        return {"date": date, "dateTime": f"{date}T{heure}", "time": heure}[self.genre] + zone


def _zone(texte: str | None, tout: str) -> int | None:
    if not texte:
        return None
    if texte == "Z":
        return 0
    heures, minutes = int(texte[1:3]), int(texte[4:])
    if minutes > 59 or heures * 60 + minutes > 14 * 60:
        raise ErreurXPath("FORG0001", f"{tout[:60]!r} : fuseau impossible")
    return (heures * 60 + minutes) * (-1 if texte[0] == "-" else 1)


def _lendemain(an: int, mois: int, jour: int, dernier: int) -> tuple[int, int, int]:
    if jour < dernier:
        return an, mois, jour + 1
    return (an, mois + 1, 1) if mois < 12 else (an + 1, 1, 1)
