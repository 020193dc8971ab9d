"""Un programme lancé dans son propre groupe, ses sorties lues au fil de l'eau, bornées en temps et en taille."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import IO

_BLOC = 1 << 16
_BLOCS_EN_ATTENTE = 64
_ERREURS_MAX = 1 << 16
_GRACE_S = 1.0
"""Après la fin du programme, ce qu'il reste à lire : un enfant laissé derrière peut tenir la sortie ouverte."""


class ProgrammeAbsent(Exception):
    """Le programme n'existe pas, ou ne peut pas être lancé."""


class TropLong(Exception):
    """Le programme n'a pas répondu dans le délai."""


class TropGros(Exception):
    """Le programme écrit plus que permis."""


class Processus:
    """Le programme en marche ; à tuer, avec tout ce qu'il a lancé, dès que quelque chose tourne mal.

    `taille_max` : octets non encore lus que sa sortie standard peut contenir.
    """

    def __init__(
        self, commande: Sequence[str], *, dossier: Path, variables: Mapping[str, str], taille_max: int
    ) -> None:
        try:
            self._popen = subprocess.Popen(
                list(commande),
                cwd=dossier,
                env={**os.environ, **variables},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                start_new_session=True,
            )
        except (OSError, ValueError) as erreur:
            raise ProgrammeAbsent(str(erreur)) from erreur
        assert self._popen.stdin and self._popen.stdout and self._popen.stderr
        self._a_ecrire: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._taille_max = taille_max
        self._sortie: queue.Queue[bytes | None] = queue.Queue(_BLOCS_EN_ATTENTE)
        self._recu = bytearray()
        self._erreurs = bytearray()
        self._verrou = threading.Lock()
        self._finie = False
        self._fils = [
            threading.Thread(target=self._lire_sortie, args=(self._popen.stdout,), daemon=True),
            threading.Thread(target=self._lire_erreurs, args=(self._popen.stderr,), daemon=True),
            threading.Thread(target=self._veiller, daemon=True),
            threading.Thread(target=self._donner, args=(self._popen.stdin,), daemon=True),
        ]
        for fil in self._fils:
            fil.start()

    @property
    def vivant(self) -> bool:
        return self._popen.poll() is None

    def code(self) -> int | None:
        """Son code de sortie, s'il s'arrête ; None s'il reste en marche, sa sortie fermée."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._popen.wait(_GRACE_S)
        return None

    def ecrire(self, octets: bytes, *, dernier: bool) -> None:
        """Lui donne ces octets, sans attendre qu'il les lise ; `dernier` : son entrée se ferme ensuite."""

        self._a_ecrire.put(octets)
        if dernier:
            self._a_ecrire.put(None)

    def lire_tout(self, delai_s: float) -> bytes:
        """Toute sa sortie, une fois qu'il s'est arrêté."""
        echeance = monotonic() + delai_s
        while self._recevoir(echeance):
            pass
        try:
            self._popen.wait(max(0.0, echeance - monotonic()))
        except subprocess.TimeoutExpired:
            raise TropLong from None
        return self._prendre(len(self._recu))

    def lire_ligne(self, delai_s: float) -> bytes:
        """Sa prochaine ligne ; vide s'il s'est arrêté."""
        echeance = monotonic() + delai_s
        while (fin := self._recu.find(b"\n")) < 0:
            if not self._recevoir(echeance):
                return self._prendre(len(self._recu))
        return self._prendre(fin + 1)

    def erreurs(self) -> bytes:
        """Les derniers octets de sa sortie d'erreur, qui ne seront plus rendus ensuite."""
        if not self.vivant:
            self._fils[1].join(_GRACE_S)
        with self._verrou:
            rendues = bytes(self._erreurs)
            self._erreurs.clear()
        return rendues

    def tuer(self) -> None:
        """Arrête le programme et tout ce qu'il a lancé ; sans effet s'il s'est arrêté et n'a rien laissé."""
        with contextlib.suppress(OSError):
            if sys.platform == "win32":
                subprocess.run(["taskkill", "/F", "/T", "/PID", str(self._popen.pid)], capture_output=True, check=False)
            else:
                os.killpg(self._popen.pid, signal.SIGKILL)
        self._popen.wait()

    def rendre(self) -> None:
        """Ferme les tuyaux d'un programme arrêté ; ceux qu'un enfant tient encore se ferment avec leur fil."""
        self._a_ecrire.put(None)
        echeance = monotonic() + _GRACE_S
        while any(fil.is_alive() for fil in self._fils) and monotonic() < echeance:
            # Un fil qui attend de la place pour ce que personne ne lira plus se termine ainsi.
            with contextlib.suppress(queue.Empty):
                self._sortie.get(timeout=0.01)

    # ------------------------------------------------------------- intérieur
    def _recevoir(self, echeance: float) -> bool:
        """Reçoit un bloc de plus ; faux quand il n'y en aura plus."""
        if self._finie:
            return False
        try:
            bloc = self._sortie.get(timeout=max(0.0, echeance - monotonic()))
        except queue.Empty:
            raise TropLong from None
        if bloc is None:
            self._finie = True
            return False
        self._recu += bloc
        if len(self._recu) > self._taille_max:
            raise TropGros
        return True

    def _prendre(self, nombre: int) -> bytes:
        pris = bytes(self._recu[:nombre])
        del self._recu[:nombre]
        return pris

    def _donner(self, entree: IO[bytes]) -> None:
        """Seul ce fil ferme l'entrée : fermée ailleurs pendant qu'il écrit, son numéro repris par le programme suivant
        lui ferait lire la demande de celui-ci.
        """
        # Un programme qui s'arrête sans lire sa demande se voit à sa réponse.
        with contextlib.suppress(OSError), entree:
            while (octets := self._a_ecrire.get()) is not None:
                vue = memoryview(octets)
                while vue:
                    vue = vue[entree.write(vue) or 0 :]

    def _lire_sortie(self, sortie: IO[bytes]) -> None:
        with sortie:
            while bloc := sortie.read(_BLOC):
                self._sortie.put(bloc)
        self._sortie.put(None)

    def _lire_erreurs(self, sortie: IO[bytes]) -> None:
        with sortie:
            while bloc := sortie.read(_BLOC):
                with self._verrou:
                    self._erreurs += bloc
                    del self._erreurs[:-_ERREURS_MAX]

    def _veiller(self) -> None:
        """Un programme fini dont un enfant garde la sortie ouverte : la lecture s'arrête quand même."""
        self._popen.wait()
        self._fils[0].join(_GRACE_S)
        self._sortie.put(None)
