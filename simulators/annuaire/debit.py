"""Le quota d'appels : au plus tant par fenêtre glissante."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable


class Debit:
    """Compte les appels des `fenetre` dernières secondes."""

    def __init__(self, maximum: int, fenetre: float, *, horloge: Callable[[], float] = time.monotonic) -> None:
        self.maximum = maximum
        self._fenetre = fenetre
        self._horloge = horloge
        self._appels: deque[float] = deque()
        self._verrou = threading.Lock()

    def admettre(self) -> bool:
        """Compte cet appel s'il tient dans le quota ; faux s'il le dépasse (un appel refusé ne compte pas)."""
        instant = self._horloge()
        with self._verrou:
            while self._appels and instant - self._appels[0] >= self._fenetre:
                self._appels.popleft()
            if len(self._appels) >= self.maximum:
                return False
            self._appels.append(instant)
            return True

    def vider(self) -> None:
        """Oublie les appels."""
        with self._verrou:
            self._appels.clear()
