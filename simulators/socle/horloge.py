"""L'heure d'un simulateur, qu'un scénario peut avancer : des règles de minutes ou d'heures s'essaient sans attendre."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def _maintenant() -> datetime:
    return datetime.now(UTC)


class Horloge:
    """Heure UTC : celle de la source, plus ce qu'on y a ajouté."""

    def __init__(self, source: Callable[[], datetime] = _maintenant) -> None:
        self._source = source
        self._decalage = timedelta(0)

    def __call__(self) -> datetime:
        return self._source() + self._decalage

    @property
    def decalage(self) -> timedelta:
        """Avance prise sur la source."""
        return self._decalage

    def avancer(self, duree: timedelta) -> None:
        """Avance l'heure de cette durée."""
        self._decalage += duree

    def remettre(self) -> None:
        """Revient à l'heure de la source."""
        self._decalage = timedelta(0)
