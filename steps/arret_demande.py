"""Ctrl-C pendant une campagne : jamais perdu, où qu'il tombe."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Self


class ArretDemande:
    """Retient qu'un arrêt a été demandé.

    L'exception peut naître là où Python l'avale (fin de vie d'un objet, rappel d'une bibliothèque) : la campagne
    continuerait sans le dire. `exiger` la relève au premier endroit sûr.
    """

    def __init__(self) -> None:
        self._demande = False
        self._ancien: Any = None

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._ancien = signal.getsignal(signal.SIGINT)
            # Un signal que le lanceur fait ignorer (arrière-plan) le reste.
            if self._ancien is not signal.SIG_IGN:
                signal.signal(signal.SIGINT, self._recevoir)
        return self

    def __exit__(self, genre: type[BaseException] | None, *_: object) -> None:
        if self._ancien is not None:
            signal.signal(signal.SIGINT, self._ancien)
        if self._demande and genre is KeyboardInterrupt:
            # Sans sa trace : au milieu de certaines instructions, Python 3.11 n'y met pas de ligne, et pytest, qui
            # veut la montrer, tombe en panne au lieu de s'arrêter.
            raise KeyboardInterrupt from None

    def exiger(self) -> None:
        """Lève `KeyboardInterrupt` si l'arrêt a été demandé."""
        if self._demande:
            raise KeyboardInterrupt

    def _recevoir(self, numero: int, pile: FrameType | None) -> None:
        self._demande = True
        raise KeyboardInterrupt


@contextmanager
def sans_interruption() -> Iterator[None]:
    """Le temps du bloc, Ctrl-C n'interrompt rien : une campagne qui se clôt écrit ses rapports et efface ses clés.

    Sans effet hors du fil principal, où Python n'admet pas de changer un signal.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    ancien = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        # None : posé hors de Python.
        signal.signal(signal.SIGINT, signal.SIG_DFL if ancien is None else ancien)
