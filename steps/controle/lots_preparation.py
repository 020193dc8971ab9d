"""Préparation d'un ouvrier de la grappe locale, importée par dask dans chaque ouvrier, neuf ou relancé."""

from __future__ import annotations

import signal
from typing import Any


def dask_setup(_: Any) -> None:
    """Un Ctrl-C au terminal atteint aussi les ouvriers : c'est à la commande seule de les arrêter."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
