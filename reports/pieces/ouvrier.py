"""Processus d'examen : une demande JSON par ligne, une réponse par ligne ; sa mort ne coûte qu'un refus."""

from __future__ import annotations

import base64
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from reports.pieces.bornes import MEMOIRE_OCTETS
from reports.pieces.controles.aiguillage import lire
from reports.pieces.refus import Refus
from requirements.modele import TypePiece


def main() -> int:
    """Boucle jusqu'à la fin de l'entrée. La sortie ne porte que des réponses : tout autre écrit va sur stderr."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _borner_la_memoire()
    sortie = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for ligne in sys.stdin.buffer:
        print(json.dumps(examiner(json.loads(ligne)), ensure_ascii=True), file=sortie, flush=True)
    return 0


def examiner(demande: dict[str, Any]) -> dict[str, Any]:
    """La lecture d'un fichier, ou son refus, en JSON."""
    try:
        genre = TypePiece(demande["genre"])
        lecture = lire(Path(demande["chemin"]), demande["mime"], genre, demande["nom"], demande["permis"])
    except Refus as refus:
        return {"refus": refus.piece.en_dict()}
    except MemoryError:
        return {"refus": Refus("trop_grand", *_MEMOIRE).piece.en_dict()}
    return {
        "details": lecture.details,
        "vignette": base64.b64encode(lecture.vignette).decode(),
        "avertissements": lecture.avertissements,
    }


_MEMOIRE = (
    "une pièce qui se lit dans la mémoire accordée",
    "un contenu démesuré",
    "réduisez-la, ou coupez-la en plusieurs pièces",
)


def _borner_la_memoire() -> None:
    """Le système refuse la mémoire au-delà : une bombe ne coûte que ce processus. Sans effet sous Windows."""
    if sys.platform != "win32":
        import resource

        _, dure = resource.getrlimit(resource.RLIMIT_AS)
        limite = MEMOIRE_OCTETS if dure == resource.RLIM_INFINITY else min(MEMOIRE_OCTETS, dure)
        resource.setrlimit(resource.RLIMIT_AS, (limite, dure))


if __name__ == "__main__":
    sys.exit(main())
