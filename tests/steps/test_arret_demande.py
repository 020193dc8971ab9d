"""Un Ctrl-C avalé en route n'est pas perdu."""

from __future__ import annotations

import signal
import sys

import pytest

from steps.arret_demande import ArretDemande, sans_interruption


def test_ctrl_c_avale() -> None:
    """L'exception disparaît dans la fin de vie d'un objet ; `exiger` la relève."""
    # Lancés en arrière-plan, les essais héritent d'un SIGINT ignoré.
    herite = signal.signal(signal.SIGINT, signal.default_int_handler)
    avant = signal.getsignal(signal.SIGINT)
    arret = ArretDemande()
    avalees: list[sys.UnraisableHookArgs] = []

    class Avaleur:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGINT)

    ancien, sys.unraisablehook = sys.unraisablehook, avalees.append
    try:
        with arret:
            arret.exiger()
            Avaleur()
            with pytest.raises(KeyboardInterrupt):
                arret.exiger()
    finally:
        sys.unraisablehook = ancien
    assert [type(vue.exc_value) for vue in avalees] == [KeyboardInterrupt]
    assert signal.signal(signal.SIGINT, herite) is avant


def test_signal_ignore() -> None:
    """Lancée en arrière-plan avec SIGINT ignoré, la campagne le laisse ignoré."""
    avant = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with ArretDemande() as arret:
            signal.raise_signal(signal.SIGINT)
            arret.exiger()
    finally:
        signal.signal(signal.SIGINT, avant)


def test_arret_sans_trace() -> None:
    """L'arrêt sort sans les cadres où il est tombé : pytest ne saurait pas toujours les montrer."""
    herite = signal.signal(signal.SIGINT, signal.default_int_handler)

    def profond() -> None:
        signal.raise_signal(signal.SIGINT)

    try:
        with pytest.raises(KeyboardInterrupt) as arret, ArretDemande():
            profond()
    finally:
        signal.signal(signal.SIGINT, herite)
    assert "profond" not in [entree.name for entree in arret.traceback]
    assert "profond" not in str(arret.getrepr(style="short"))


def test_une_cloture_ne_s_interrompt_pas() -> None:
    """Ctrl-C pendant que les rapports s'écrivent n'arrête rien, puis redevient ce qu'il était."""
    herite = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with sans_interruption():
            signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, herite)
