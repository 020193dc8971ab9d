"""Joue les essais d'un mutant dans un processus fourché du processus chaud, et dit s'il en meurt."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol

from tests.mutations.greffe import Ingreffable, greffer
from tests.mutations.mutants import Mutant

_CALCUL = 20
"""Secondes de calcul laissées à un mutant, en plus de cinq fois ce que ses essais demandent sans faute."""
_ATTENTE = 300
"""Secondes d'horloge au-delà desquelles un mutant qui ne calcule pas est interrompu."""
_MEMOIRE = 1 << 31


class Issue(StrEnum):
    """Ce qu'il advient d'un mutant."""

    TUE = "tué"
    SURVIVANT = "survivant"
    SANS_ESSAI = "sans essai"
    DELAI = "délai"
    INGREFFABLE = "ingreffable"

    @property
    def pris(self) -> bool:
        """Un essai l'a vu, ou il n'a pas fini."""
        return self in (Issue.TUE, Issue.DELAI)


_INGREFFABLE = 77


def jouer(mutant: Mutant, source: str, fichier: Path, essais: Sequence[pytest.Item], calcul: float) -> Issue:
    """Fourche, sème la faute, joue les essais jusqu'au premier qui échoue."""
    if not essais:
        return Issue.SANS_ESSAI
    return attendre(lambda: _enfant(mutant, source, fichier, essais), int(_CALCUL + 5 * calcul))


def attendre(enfant: Callable[[], int], calcul: int) -> Issue:
    """Le sort d'un processus fourché : son code de sortie, ou la limite qui l'a arrêté."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            os.setsid()
            _borner(calcul)
            code = enfant()
        except Ingreffable:
            code = _INGREFFABLE
        finally:
            os._exit(code)
    _, etat = os.waitpid(pid, 0)
    # Un essai interrompu laisse parfois un produit ou un navigateur derrière lui : ils sont de son groupe.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    if os.WIFSIGNALED(etat):
        return Issue.DELAI if os.WTERMSIG(etat) in (signal.SIGXCPU, signal.SIGALRM) else Issue.TUE
    codes = {0: Issue.SURVIVANT, _INGREFFABLE: Issue.INGREFFABLE}
    return codes.get(os.WEXITSTATUS(etat), Issue.TUE)


def _borner(calcul: int) -> None:
    """Calcul, horloge, mémoire : un mutant peut tourner sans fin, ou ouvrir une bombe."""
    resource.setrlimit(resource.RLIMIT_CPU, (calcul, calcul + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    occupee = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (occupee + _MEMOIRE, occupee + _MEMOIRE))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(_ATTENTE)


def _enfant(mutant: Mutant, source: str, fichier: Path, essais: Sequence[pytest.Item]) -> int:
    nul = os.open(os.devnull, os.O_RDWR)
    for flux in (1, 2):
        os.dup2(nul, flux)
    greffer(mutant, source, str(fichier))
    return int(un_echec(essais))


def un_echec(essais: Sequence[pytest.Item]) -> bool:
    """Vrai dès qu'un essai échoue, mise en place et fin comprises."""
    for rang, essai in enumerate(essais):
        suivant = essais[rang + 1] if rang + 1 < len(essais) else None
        if any(rapport.failed for rapport in runtestprotocol(essai, log=False, nextitem=suivant)):
            return True
    return False
