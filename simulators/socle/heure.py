"""L'heure de la machine, et ce qu'elle a sauté : une horloge se règle, un portable se met en veille."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

TOLERANCE_S = 2.0
"""En deçà, c'est une remise à l'heure ordinaire (NTP), sans effet sur la lecture du journal."""

_DERIVE_MAX = 1e-3
"""Deux horloges saines s'écartent d'autant, par seconde écoulée, au plus."""


def _heure() -> datetime:
    return datetime.now(UTC)


def _ecoule() -> float:
    """Secondes qui ne reculent ni ne sautent ; sous Linux, elles passent aussi pendant une mise en veille."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


@dataclass(frozen=True, slots=True)
class Saut:
    """L'heure de la machine a changé de `secondes` (négatif : reculé) depuis le dernier enregistrement."""

    secondes: float

    def en_dict(self) -> dict[str, object]:
        """L'incident à noter."""
        sens = "avancé" if self.secondes > 0 else "reculé"
        return {
            "nature": "horloge",
            "ecart_s": round(self.secondes, 3),
            "message": f"L'horloge de la machine a {sens} de {_duree(abs(self.secondes))} pendant la campagne : "
            "les heures affichées ne se suivent plus à cet endroit. L'ordre est celui des numéros du journal ; délais "
            "et durées sont mesurés par une horloge que ce réglage ne touche pas.",
        }


class Heure:
    """Rend l'heure, et dit quand elle a sauté depuis la fois d'avant."""

    def __init__(self, horloge: Callable[[], datetime] = _heure, ecoule: Callable[[], float] = _ecoule) -> None:
        self._horloge = horloge
        self._ecoule = ecoule
        self._precedente: tuple[datetime, float] | None = None

    def lire(self) -> tuple[datetime, Saut | None]:
        """L'heure, et le saut constaté."""
        instant, repere = self._horloge(), self._ecoule()
        avant, self._precedente = self._precedente, (instant, repere)
        if avant is None:
            return instant, None
        ecoule = repere - avant[1]
        ecart = (instant - avant[0]).total_seconds() - ecoule
        return instant, Saut(ecart) if abs(ecart) > TOLERANCE_S + _DERIVE_MAX * ecoule else None

    def continuer_apres(self, dernier: datetime) -> Saut | None:
        """Le recul constaté à la reprise d'un journal dont le dernier enregistrement porte cette heure."""
        recul = (self._horloge() - dernier).total_seconds()
        return Saut(recul) if recul < -TOLERANCE_S else None


def _duree(secondes: float) -> str:
    if secondes < 120:
        return f"{secondes:.0f} s"
    minutes, heures = secondes / 60, secondes / 3600
    if minutes < 120:
        return f"{minutes:.0f} min"
    return f"{heures:.0f} h" if heures < 48 else f"{heures / 24:.0f} jours"
