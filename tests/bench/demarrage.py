"""Ce qui se paie une fois : tous les simulateurs, le catalogue."""

from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path

from requirements.catalogue import charger
from simulators.banc import Banc
from simulators.socle.journal import JournalEchanges
from tests.bench.mesure import Mesure, chronometrer, mediane
from tests.interop.lancement import RACINE, lancer


def mesurer(dossier: Path, *, rapide: bool) -> list[Mesure]:
    """Démarrage dans ce processus, démarrage de la commande entière, chargement du catalogue."""
    fois = 1 if rapide else 7
    rangs = itertools.count()

    def banc() -> None:
        with JournalEchanges.creer(dossier / f"banc-{next(rangs)}") as journal, Banc(journal, peupler=True):
            pass

    def commande() -> None:
        ici = dossier / f"commande-{next(rangs)}"
        ici.mkdir()
        with lancer(ici):
            pass

    def vide() -> None:
        subprocess.run([sys.executable, "-c", ""], cwd=RACINE, check=True)

    premier = chronometrer(banc, 1)[0]
    return [
        Mesure(
            "demarrage_simulateurs",
            "Démarrage et arrêt de tous les simulateurs",
            mediane(banc, fois),
            "s",
            1.0,
            {
                "première fois (s)": premier,
                "commande « lancer », jusqu'à l'annonce (s)": mediane(commande, fois),
                "Python seul (s)": mediane(vide, fois),
            },
        ),
        Mesure(
            "catalogue", "Chargement du catalogue de biologie", mediane(lambda: charger("biologie"), fois), "s", 0.3
        ),
    ]
