"""Greffon d'une campagne d'essai : l'heure de la machine avance de 3 h puis recule de 6 h, en pleine campagne."""

from __future__ import annotations

import datetime
import sys
from datetime import timedelta, tzinfo
from typing import Self

_DECALAGES = [timedelta(hours=3), timedelta(hours=-3)]
_VRAIE = datetime.datetime
_actuel = timedelta(0)


class _Deplacee(_VRAIE):
    """La classe `datetime`, dont seul le présent est déplacé."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        vrai = _VRAIE.now(tz) + _actuel
        return cls.combine(vrai.date(), vrai.timetz())


def pytest_runtest_logfinish() -> None:
    """À la fin de chacun des premiers scénarios, l'heure change pour tous les modules du banc."""
    global _actuel
    if not _DECALAGES:
        return
    _actuel = _DECALAGES.pop(0)
    for nom, module in list(sys.modules.items()):
        if nom.startswith(("steps.", "simulators.", "reports.")) and vars(module).get("datetime") in (
            _VRAIE,
            _Deplacee,
        ):
            vars(module)["datetime"] = _Deplacee
