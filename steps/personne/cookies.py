"""Les cookies d'un navigateur, gardés par origine. Sans entrée-sortie."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

_LOCAUX = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Cookie:
    """Un cookie posé par une origine ; `attributs` : tels qu'écrits, sans la valeur."""

    origine: str
    nom: str
    valeur: str = field(repr=False)
    chemin: str = "/"
    securise: bool = False
    expire: datetime | None = None
    attributs: str = ""

    @property
    def affiche(self) -> str:
        """`SESSION; Secure; HttpOnly` : ce qui se montre sans secret."""
        return "; ".join(m for m in (self.nom, self.attributs) if m)


class Cookies:
    """Le pot d'un navigateur : deux services sur un même hôte ne partagent rien si leur port diffère.

    Un vrai navigateur les partagerait ; les services que le banc remplace ont chacun leur nom, et un cookie de l'un
    n'atteint jamais l'autre.
    """

    def __init__(self, maintenant: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._maintenant = maintenant
        self._gardes: dict[tuple[str, str, str], Cookie] = {}

    def recevoir(self, origine: str, url: str, entete: str) -> Cookie | None:
        """Garde ce que dit un `Set-Cookie` ; rend le cookie, ou None s'il est effacé ou illisible."""
        cookie = self._lire(origine, url, entete)
        if cookie is None:
            return None
        cle = (origine, cookie.chemin, cookie.nom)
        if cookie.expire is not None and cookie.expire <= self._maintenant():
            self._gardes.pop(cle, None)
            return None
        self._gardes[cle] = cookie
        return cookie

    def pour(self, origine: str, url: str) -> str:
        """L'en-tête `Cookie` à envoyer à cette adresse ; vide s'il n'y a rien."""
        lue = urlsplit(url)
        sur = lue.scheme == "https" or lue.hostname in _LOCAUX
        chemin = lue.path or "/"
        gardes = [c for c in self if c.origine == origine and _couvre(c.chemin, chemin) and (sur or not c.securise)]
        # RFC 6265 § 5.4 : le chemin le plus long d'abord.
        return "; ".join(f"{c.nom}={c.valeur}" for c in sorted(gardes, key=lambda c: -len(c.chemin)))

    def __iter__(self) -> Iterator[Cookie]:
        maintenant = self._maintenant()
        return iter([c for c in self._gardes.values() if c.expire is None or c.expire > maintenant])

    def _lire(self, origine: str, url: str, entete: str) -> Cookie | None:
        premier, *reste = entete.split(";")
        nom, egal, valeur = premier.partition("=")
        if not egal or not nom.strip():
            return None
        attributs = {cle.strip().lower(): texte.strip() for cle, _, texte in (a.partition("=") for a in reste)}
        chemin = attributs.get("path", "")
        return Cookie(
            origine=origine,
            nom=nom.strip(),
            valeur=valeur.strip(),
            chemin=chemin if chemin.startswith("/") else _dossier(urlsplit(url).path),
            securise="secure" in attributs,
            expire=self._expiration(attributs),
            attributs="; ".join(a.strip() for a in reste if a.strip()),
        )

    def _expiration(self, attributs: dict[str, str]) -> datetime | None:
        if "max-age" in attributs:
            try:
                return self._maintenant() + timedelta(seconds=max(0, int(attributs["max-age"])))
            except (ValueError, OverflowError):
                return None
        try:
            date = parsedate_to_datetime(attributs["expires"])
        except (KeyError, ValueError, TypeError):
            return None
        return date if date.tzinfo else date.replace(tzinfo=UTC)


def _couvre(chemin: str, demande: str) -> bool:
    return demande == chemin or demande.startswith(chemin if chemin.endswith("/") else f"{chemin}/")


def _dossier(chemin: str) -> str:
    """RFC 6265 § 5.1.4 : le chemin par défaut est celui de la page, sans son dernier morceau."""
    return chemin.rpartition("/")[0] or "/"
