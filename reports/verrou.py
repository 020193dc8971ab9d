"""Un seul processus écrit dans un dossier de campagne : le verrou tombe avec son processus, même tué."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

FICHIER = ".verrou"


class DossierOccupe(OSError):
    """Un autre processus écrit dans ce dossier ; le message dit lequel, depuis quand, et que faire."""


class Verrou:
    """Tient un dossier de campagne ; `with Verrou(dossier, "dépôt de pièces"): …`, ou `prendre` puis `rendre`.

    Le verrou est celui du système sur le fichier `.verrou`, qui reste en place : son contenu ne sert qu'à dire qui.
    """

    def __init__(self, dossier: Path, quoi: str) -> None:
        self._chemin = dossier / FICHIER
        self._quoi = quoi
        self._fichier: BinaryIO | None = None

    def prendre(self) -> Self:
        """Prend le verrou ; DossierOccupe s'il est tenu."""
        # Ouvert sans troncature : qui le tient s'y lit encore si l'on n'y a pas droit.
        fichier = open(os.open(self._chemin, os.O_RDWR | os.O_CREAT, 0o644), "r+b")  # noqa: PTH123, SIM115  # gardé ouvert tant que le verrou est tenu
        try:
            _verrouiller(fichier)
        except OSError as erreur:
            occupant = _lire(fichier)
            fichier.close()
            raise DossierOccupe(
                f"{self._chemin.parent} est occupé : {occupant}. À faire : attendre la fin, ou déposer par l'écran de "
                "la campagne en cours ; rien n'a été écrit"
            ) from erreur
        qui = {"quoi": self._quoi, "processus": os.getpid(), "depuis": datetime.now(UTC).isoformat(timespec="seconds")}
        fichier.seek(_OCTETS_RESERVES)
        fichier.truncate()
        fichier.write(json.dumps(qui, ensure_ascii=False).encode())
        fichier.flush()
        self._fichier = fichier
        return self

    def rendre(self) -> None:
        """Rend le verrou ; sans effet la seconde fois."""
        if self._fichier is not None:
            fichier, self._fichier = self._fichier, None
            fichier.seek(_OCTETS_RESERVES)
            fichier.truncate()
            fichier.flush()
            _deverrouiller(fichier)
            fichier.close()

    def __enter__(self) -> Self:
        return self.prendre()

    def __exit__(
        self, genre: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.rendre()


# Windows interdit jusqu'à la lecture des octets verrouillés : on verrouille le premier, on écrit après.
_OCTETS_RESERVES = 1

if sys.platform == "win32":
    import msvcrt

    def _verrouiller(fichier: BinaryIO) -> None:
        fichier.seek(0)
        msvcrt.locking(fichier.fileno(), msvcrt.LK_NBLCK, _OCTETS_RESERVES)

    def _deverrouiller(fichier: BinaryIO) -> None:
        fichier.seek(0)
        msvcrt.locking(fichier.fileno(), msvcrt.LK_UNLCK, _OCTETS_RESERVES)
else:
    import fcntl

    def _verrouiller(fichier: BinaryIO) -> None:
        fcntl.flock(fichier, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _deverrouiller(fichier: BinaryIO) -> None:
        fcntl.flock(fichier, fcntl.LOCK_UN)


def _lire(fichier: BinaryIO) -> str:
    try:
        fichier.seek(_OCTETS_RESERVES)
        qui = json.loads(fichier.read(4096))
        return f"{qui['quoi']} en cours (processus {qui['processus']}, depuis {qui['depuis']})"
    except (OSError, ValueError, KeyError, TypeError):
        return "un autre processus y écrit"
