"""Ctrl-C pendant un contrôle : ce qui est fini est rendu, rien n'est écrit à moitié."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

INTERROMPU = 130
"""Code de sortie d'une commande interrompue."""


class Interruption:
    """Ctrl-C attend la fin de l'écriture en cours : une sortie n'est jamais coupée au milieu d'un fichier."""

    def __init__(self) -> None:
        self._a_l_abri = False
        self._demandee = False

    def __enter__(self) -> Interruption:
        # Posé même si le signal était ignoré : une commande lancée en arrière-plan doit pouvoir être arrêtée.
        if threading.current_thread() is threading.main_thread():
            self._ancien = signal.signal(signal.SIGINT, self._recevoir)
        return self

    def __exit__(self, *_: object) -> None:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, self._ancien)

    @contextmanager
    def a_l_abri(self) -> Iterator[None]:
        """Le temps d'une écriture ; lève `KeyboardInterrupt` après, s'il a été demandé pendant."""
        self._a_l_abri = True
        try:
            yield
        finally:
            self._a_l_abri = False
        if self._demandee:
            self._demandee = False
            raise KeyboardInterrupt

    def _recevoir(self, *_: object) -> None:
        if self._a_l_abri:
            self._demandee = True
        else:
            raise KeyboardInterrupt
