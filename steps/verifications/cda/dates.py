"""Dates HL7 (`TS`) et XDS (`DTM`) : forme, passage en temps universel, égalité à la précision la plus courte."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

_TS = re.compile(r"^(?P<date>\d{4}(?:\d{2}){0,5})(?P<fraction>\.\d{1,9})?(?P<fuseau>[+-]\d{1,4})?$")
_FORMATS = {4: "%Y", 6: "%Y%m", 8: "%Y%m%d", 10: "%Y%m%d%H", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}


class _Paris(tzinfo):
    """Heure légale de Paris, exacte depuis 1996 ; sans base de fuseaux, que Windows n'a pas."""

    def utcoffset(self, dt: datetime | None) -> timedelta:
        return timedelta(hours=1) + self.dst(dt)

    def dst(self, dt: datetime | None) -> timedelta:
        if dt is None:
            return timedelta()
        local = dt.replace(tzinfo=None)
        ete = _dernier_dimanche(local.year, 3) + timedelta(hours=2) <= local
        fin = _dernier_dimanche(local.year, 10) + timedelta(hours=3)
        return timedelta(hours=1 if ete and local < fin else 0)

    def tzname(self, dt: datetime | None) -> str:
        return "CEST" if self.dst(dt) else "CET"


def _dernier_dimanche(annee: int, mois: int) -> datetime:
    dernier = datetime(annee, mois, 31)  # noqa: DTZ001 - heure locale, comparée à une heure locale
    return dernier - timedelta(days=(dernier.weekday() + 1) % 7)


PARIS = _Paris()


def ts_valide(valeur: str) -> bool:
    """Vrai si `valeur` est un horodatage HL7 qui désigne une date réelle."""
    trouve = _TS.match(valeur)
    if trouve is None:
        return False
    try:
        lire_chiffres(trouve["date"])
    except ValueError:
        return False
    return trouve["fuseau"] is None or _fuseau(trouve["fuseau"]) is not None


def dtm_valide(valeur: str) -> bool:
    """Vrai si `valeur` est une date XDS : chiffres seuls (le fuseau est toujours UTC), de l'année à la seconde."""
    return valeur.isdecimal() and ts_valide(valeur)


def a_un_decalage(valeur: str) -> bool:
    """Vrai si l'horodatage dit son décalage par rapport au temps universel, heures et minutes."""
    trouve = _TS.match(valeur)
    return trouve is not None and trouve["fuseau"] is not None and len(trouve["fuseau"]) == 5


def lire_chiffres(chiffres: str) -> datetime:
    """Instant (naïf, posé en UTC) écrit en chiffres ; lève ValueError."""
    if len(chiffres) not in _FORMATS:
        raise ValueError(f"date de {len(chiffres)} chiffres")
    return datetime.strptime(chiffres, _FORMATS[len(chiffres)]).replace(tzinfo=UTC)


def en_utc(valeur: str) -> str:
    """Horodatage HL7 en DTM UTC, à la même précision ; inchangé (fraction ôtée) sans décalage ou sans heure."""
    trouve = _TS.match(valeur)
    if trouve is None:
        return valeur
    chiffres = trouve["date"]
    fuseau = _fuseau(trouve["fuseau"]) if trouve["fuseau"] else None
    if fuseau is None or len(chiffres) < 10:
        return chiffres
    try:
        local = lire_chiffres(chiffres).replace(tzinfo=fuseau)
    except ValueError:
        return chiffres
    return local.astimezone(UTC).strftime(_FORMATS[len(chiffres)])


def meme_instant(cda: str, dtm: str) -> bool:
    """Vrai si la date XDS `dtm` (UTC) est celle du CDA, à la précision la plus courte des deux.

    Un CDA daté au jour, sans heure, n'a pas de temps universel : minuit local (la veille à 22 h ou 23 h UTC) et le même
    jour sont tous deux acceptés. Sans décalage, l'heure du CDA est prise telle quelle ou à l'heure de Paris.
    """
    return any(_memes_chiffres(candidat, dtm) for candidat in _candidats(cda))


def _candidats(cda: str) -> list[str]:
    trouve = _TS.match(cda)
    if trouve is None:
        return []
    chiffres = trouve["date"]
    if trouve["fuseau"] and len(chiffres) >= 10:
        return [en_utc(cda)]
    candidats = [chiffres]
    if len(chiffres) >= 8:
        try:
            instant = lire_chiffres(chiffres)
        except ValueError:
            return []
        longueur = max(len(chiffres), 10)
        candidats += [(instant - timedelta(hours=h)).strftime(_FORMATS[longueur]) for h in (1, 2)]
    return candidats


def _memes_chiffres(gauche: str, droite: str) -> bool:
    longueur = min(len(gauche), len(droite))
    return longueur >= 8 and gauche[:longueur] == droite[:longueur]


def jour(valeur: str) -> date | None:
    """Jour écrit dans l'horodatage (sans changer de fuseau) ; None s'il est illisible."""
    trouve = _TS.match(valeur)
    if trouve is None or len(trouve["date"]) < 8:
        return None
    try:
        return lire_chiffres(trouve["date"][:8]).date()
    except ValueError:
        return None


def instant_de(valeur: str) -> datetime | None:
    """Instant UTC d'un horodatage HL7 avec décalage ; None sans décalage ou illisible."""
    trouve = _TS.match(valeur)
    fuseau = _fuseau(trouve["fuseau"]) if trouve is not None and trouve["fuseau"] else None
    if trouve is None or fuseau is None:
        return None
    try:
        return lire_chiffres(trouve["date"]).replace(tzinfo=fuseau).astimezone(UTC)
    except ValueError:
        return None


def apres(gauche: str, droite: str) -> bool:
    """Vrai si `gauche` est sûrement après `droite`, à la précision la plus courte ; faux si l'une est illisible.

    Des décalages écrits des deux côtés se comparent en temps universel ; écrit d'un seul, seul le jour se compare.
    """
    lues = _TS.match(gauche), _TS.match(droite)
    if lues[0] is None or lues[1] is None:
        return False
    fuseaux = [lue["fuseau"] for lue in lues if lue is not None]
    longueur = min(len(lue["date"]) for lue in lues if lue is not None)
    if fuseaux[0] == fuseaux[1]:
        return lues[0]["date"][:longueur] > lues[1]["date"][:longueur]
    if all(fuseaux) and longueur >= 10:
        return en_utc(gauche)[:longueur] > en_utc(droite)[:longueur]
    return lues[0]["date"][: min(longueur, 8)] > lues[1]["date"][: min(longueur, 8)]


def _fuseau(texte: str) -> timezone | None:
    """Décalage `+hhmm` ; HL7 admet aussi `+hmm` et `+hh`, que des exemples officiels emploient."""
    chiffres = f"{texte[1:]:0>2}00" if len(texte) <= 3 else f"{texte[1:]:0>4}"
    heures, minutes = int(chiffres[:2]), int(chiffres[2:4])
    if heures > 14 or minutes > 59:
        return None
    ecart = timedelta(hours=heures, minutes=minutes)
    return timezone(-ecart if texte[0] == "-" else ecart)
