"""Quand un scénario a commencé, et combien de temps il a duré : l'horloge de la machine peut bouger entre les deux."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic


def _maintenant() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Depart:
    """Le début d'un scénario : son heure à l'horloge de la machine, sa durée à une horloge qui ne recule jamais."""

    instant: datetime = field(default_factory=_maintenant)
    horloge: Callable[[], float] = monotonic
    _repere: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_repere", self.horloge())

    @property
    def duree_s(self) -> float:
        """Secondes écoulées depuis, jamais négatives."""
        return round(self.horloge() - self._repere, 6)

    @property
    def fin(self) -> datetime:
        """Le début plus la durée écoulée : une heure changée entre-temps ne fait pas finir avant d'avoir commencé."""
        return self.instant + timedelta(seconds=self.duree_s)
