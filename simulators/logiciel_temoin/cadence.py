"""Vitesse maximale d'alimentation : un jeton par transaction, rendu au rythme réglé."""

from __future__ import annotations

import threading
import time

_MARGE = 1.05
"""Les horloges de part et d'autre du fil ne sont pas les mêmes : on reste un peu au-dessous du plafond."""


class Cadence:
    """Espace les départs pour ne jamais dépasser `par_seconde` transactions par seconde."""

    def __init__(self, par_seconde: float) -> None:
        self._intervalle = _MARGE / par_seconde
        self._prochain = 0.0
        self._verrou = threading.Lock()

    def attendre(self) -> None:
        with self._verrou:
            maintenant = time.monotonic()
            depart = max(maintenant, self._prochain)
            self._prochain = depart + self._intervalle
        if depart > maintenant:
            time.sleep(depart - maintenant)
