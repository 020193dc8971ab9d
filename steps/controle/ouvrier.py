"""Processus d'examen : reçoit des tâches sur son entrée, rend des résultats ; garde le kit chaud entre deux."""

from __future__ import annotations

import os
import signal
import sys
from typing import BinaryIO

from steps.controle.jugement import Reglages, Tache, controler
from steps.controle.resultat import ecrire
from steps.controle.trames import envoyer, recevoir


def main() -> int:
    """Boucle jusqu'à la fin de l'entrée. La sortie ne porte que des trames : tout autre écrit va sur stderr."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sortie = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return servir(sys.stdin.buffer, sortie)


def servir(entree: BinaryIO, sortie: BinaryIO) -> int:
    """Sert les tâches d'un tube ; la première trame porte les réglages."""
    try:
        reglages: Reglages = recevoir(entree)
        while True:
            tache: Tache = recevoir(entree)
            controle, trace = controler(tache, reglages)
            envoyer(sortie, (ecrire(controle, tout=reglages.tout), trace))
    except (EOFError, BrokenPipeError):
        return 0


if __name__ == "__main__":
    sys.exit(main())
