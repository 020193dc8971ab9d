"""L'horloge d'essai du produit : l'heure du système, avancée à la demande pour éprouver délais et échéances."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from simulators.logiciel_temoin.horloge import maintenant


class HorlogeEssai:
    """`maintenant()` sert les délais du produit (sessions, échéances, tâches) ; `avancer` ne recule jamais."""

    def __init__(self) -> None:
        self._avance = timedelta()
        self._verrou = threading.Condition()
        self._suites: list[Callable[[], object]] = []

    def maintenant(self) -> datetime:
        with self._verrou:
            return maintenant() + self._avance

    def avancer(self, secondes: float) -> datetime:
        """Avance d'autant, joue les tâches abonnées et rend la nouvelle heure."""
        if secondes < 0:
            raise ValueError("l'horloge d'essai ne recule pas")
        with self._verrou:
            self._avance += timedelta(seconds=secondes)
            suites = list(self._suites)
            self._verrou.notify_all()
        for suite in suites:
            suite()
        return self.maintenant()

    def a_l_avance(self, suite: Callable[[], object]) -> None:
        """Appelle `suite` après chaque avance : c'est là que les tâches planifiées s'exécutent."""
        with self._verrou:
            self._suites.append(suite)

    def dormir(self, secondes: float, arret: threading.Event) -> bool:
        """Dort cette durée, écourtée par `avancer` ; vrai si l'arrêt est demandé avant (voir `reveiller`)."""
        fin = self.maintenant() + timedelta(seconds=secondes)
        with self._verrou:
            while not arret.is_set():
                reste = (fin - maintenant() - self._avance).total_seconds()
                if reste <= 0:
                    return False
                self._verrou.wait(reste)
        return True

    def reveiller(self) -> None:
        """Fait relire leur demande d'arrêt à ceux qui dorment."""
        with self._verrou:
            self._verrou.notify_all()
