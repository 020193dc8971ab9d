"""Chargement automatique de l'annuaire, au rythme réglé par le site."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from simulators.logiciel_temoin.defauts import Defauts

_RYTHME_CONSTANT = 0.25
"""Secondes, pour le défaut qui ignore le rythme réglé."""


class Planification:
    """Charge dès que la durée réglée s'est écoulée depuis le chargement d'avant ; `None` : jamais.

    Le fil n'existe qu'une fois un rythme réglé. Un chargement raté est retenté au tour suivant.
    """

    def __init__(self, charger: Callable[[], object], defauts: Defauts) -> None:
        self._charger = charger
        self._defauts = defauts
        self._condition = threading.Condition()
        self._intervalle: float | None = None
        self._dernier = float("-inf")
        self._arrete = False
        self._fil: threading.Thread | None = None

    def regler(self, heures: Any) -> None:
        """Nouveau rythme, en heures ; s'applique aussitôt."""
        with self._condition:
            self._intervalle = None if heures is None else float(heures) * 3600
            if self._defauts.actif("frequence_annuaire_sans_effet"):
                self._intervalle = None
            if self._defauts.actif("frequence_annuaire_constante") and heures is not None:
                self._intervalle = _RYTHME_CONSTANT
            if self._intervalle is not None and self._fil is None:
                self._fil = threading.Thread(target=self._suivre, name="annuaire", daemon=True)
                self._fil.start()
            self._condition.notify_all()

    def charge(self) -> None:
        """Un chargement vient d'avoir lieu : le suivant se compte d'ici."""
        with self._condition:
            self._dernier = time.monotonic()
            self._condition.notify_all()

    def arreter(self) -> None:
        with self._condition:
            self._arrete = True
            self._condition.notify_all()

    def _attendre(self) -> bool:
        """Dort jusqu'à l'échéance ; faux si tout s'arrête."""
        with self._condition:
            while not self._arrete:
                if self._intervalle is None:
                    self._condition.wait()
                    continue
                reste = self._dernier + self._intervalle - time.monotonic()
                if reste <= 0:
                    self._dernier = time.monotonic()
                    return True
                self._condition.wait(reste)
            return False

    def _suivre(self) -> None:
        while self._attendre():
            self._charger()
