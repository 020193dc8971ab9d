"""Un ouvrier dont l'examinateur obéit au contenu du fichier : lever, mourir, boucler, gonfler, bavarder."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

from reports.constat import Constat
from reports.verdict import Verdict
from steps.controle import ouvrier
from steps.controle.modele import ContexteControle, Examen, TypeFichier
from steps.controle.registre import EXAMINATEURS

GARDES: list[bytearray] = []


def examiner(octets: bytes, contexte: ContexteControle) -> Examen:
    """Exécute l'ordre écrit après l'en-tête PDF, puis juge *conforme*."""
    ordre, _, reste = octets.decode().partition("\n")[2].partition(" ")
    if ordre == "leve":
        raise RuntimeError("panne voulue")
    if ordre == "meurs" or (ordre == "meurs-une-fois" and not Path(reste).exists()):
        if reste:
            Path(reste).write_text("mort", encoding="utf-8")
        os.kill(os.getpid(), signal.SIGKILL)
    if ordre == "boucle":
        threading.Event().wait()
    if ordre == "gonfle":
        GARDES.append(bytearray(b"x" * 400_000_000))
        threading.Event().wait()
    if ordre == "bavarde":
        print("ceci ne doit jamais toucher les trames")
        os.write(1, b"ni cela\n")
    if ordre == "sort":
        sys.exit(7)
    constat = Constat("ESSAI-01", Verdict.CONFORME, f"{contexte.nom} lu", recu=str(os.getpid()))
    return Examen(TypeFichier.PDF, (constat,), ("examen d'essai",))


if __name__ == "__main__":
    EXAMINATEURS[TypeFichier.PDF] = ("tests.controle.ouvrier_piege", "examiner")
    sys.exit(ouvrier.main())
