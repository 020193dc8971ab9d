"""Une réponse en morceaux, présentée au journal comme un corps : 20 Mo ne sont pas recopiés pour être écrits."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from functools import cached_property
from typing import BinaryIO, cast

from simulators.mssante.imap.fetch import Morceau
from simulators.socle.echange import Corps, CorpsMemoire

PETIT = 2**16


class CorpsMorceaux:
    """Corps fait de morceaux, lu une fois à la suite."""

    def __init__(self, morceaux: Sequence[Morceau]) -> None:
        self._morceaux = morceaux

    @cached_property
    def taille(self) -> int:
        """Octets en tout."""
        return sum(map(len, self._morceaux))

    @cached_property
    def sha256(self) -> str:
        """Empreinte du tout."""
        hache = hashlib.sha256()
        for morceau in self._morceaux:
            hache.update(morceau)
        return hache.hexdigest()

    @property
    def octets(self) -> bytes:
        """Le tout, recopié."""
        return b"".join(self._morceaux)

    def ouvrir(self) -> BinaryIO:
        """Lecture à la suite."""
        return cast(BinaryIO, io.BufferedReader(_Suite(self._morceaux), 2**18))


class _Suite(io.RawIOBase):
    def __init__(self, morceaux: Sequence[Morceau]) -> None:
        self._suite = iter(morceaux)
        self._courant = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, tampon: memoryview) -> int:  # type: ignore[override]
        while not self._courant:
            suivant = next(self._suite, None)
            if suivant is None:
                return 0
            self._courant = memoryview(suivant)
        lus = min(len(tampon), len(self._courant))
        tampon[:lus] = self._courant[:lus]
        self._courant = self._courant[lus:]
        return lus


def corps_de(morceaux: Sequence[Morceau]) -> Corps:
    """Corps de ces morceaux, en mémoire s'il est petit."""
    suite = CorpsMorceaux(morceaux)
    return CorpsMemoire(suite.octets) if suite.taille <= PETIT else suite
