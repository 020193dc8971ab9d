"""Vitesse maximale des envois : tant de départs par seconde, d'affilée s'il le faut, jamais un de plus."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_MARGE = 1.05
"""Les horloges de part et d'autre du fil ne sont pas les mêmes : on reste un peu au-dessous du plafond."""


class Cadence:
    """Ne laisse jamais partir plus de `par_seconde` envois en une seconde, quel que soit le temps qu'ils mettent.

    Une place se rend une seconde après la fin de l'envoi qui l'occupait : où que soit l'envoi entre son départ et sa
    réponse quand le serveur le compte, le serveur n'en compte pas un de trop.
    """

    def __init__(
        self,
        par_seconde: float,
        *,
        horloge: Callable[[], float] = time.monotonic,
        dormir: Callable[[float], None] = time.sleep,
    ) -> None:
        self._horloge, self._dormir = horloge, dormir
        places = max(1, int(par_seconde))
        self._periode = _MARGE * places / par_seconde
        self._libres = [float("-inf")] * places
        """Quand chaque place libre se rouvre ; une place prise n'y est pas."""
        self._etat = threading.Condition()

    @contextmanager
    def place(self) -> Iterator[None]:
        """À tenir le temps de l'envoi, réponse comprise ; attend d'abord qu'une place se rouvre."""
        with self._etat:
            while not self._libres:
                self._etat.wait()
            ouverture = min(self._libres)
            self._libres.remove(ouverture)
        try:
            if (attente := ouverture - self._horloge()) > 0:
                self._dormir(attente)
            yield
        finally:
            with self._etat:
                self._libres.append(self._horloge() + self._periode)
                self._etat.notify()
