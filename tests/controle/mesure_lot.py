"""Mesure d'un grand lot : N documents distincts, deux ouvriers dask, l'un tué à mi-chemin ; vérifie que tout y est.

`python -m tests.controle.mesure_lot EXEMPLES [--documents 10000] [--kit DIR] [--sans-tuer]`, EXEMPLES étant un dossier
de CDA (ceux du kit public par exemple). Chaque document est un exemple rendu unique par un commentaire final.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import psutil  # type: ignore[import-untyped]

RACINE = Path(__file__).resolve().parents[2]


def main() -> int:
    """Fabrique, mesure, vérifie ; rend 0 si aucun résultat ne manque ni n'est en double."""
    analyseur = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    analyseur.add_argument("exemples", type=Path)
    analyseur.add_argument("--documents", type=int, default=10_000)
    analyseur.add_argument("--ouvriers", type=int, default=2)
    analyseur.add_argument("--kit", type=Path)
    analyseur.add_argument("--sans-tuer", action="store_true")
    options = analyseur.parse_args()
    with tempfile.TemporaryDirectory() as travail:
        dossier, sortie = Path(travail, "documents"), Path(travail, "resultats.jsonl")
        _fabriquer(options.exemples, dossier, options.documents)
        commande = [sys.executable, "-m", "steps", "controler", str(dossier), "--lot", str(sortie)]
        commande += ["--jobs", str(options.ouvriers)]
        commande += ["--kit-ci-sis", str(options.kit.resolve())] if options.kit else []
        debut = time.perf_counter()
        processus = subprocess.Popen(commande, cwd=RACINE, stdout=subprocess.PIPE, text=True)
        memoire = _surveiller(processus, sortie, 0 if options.sans_tuer else options.documents // 2)
        texte = processus.communicate()[0]
        secondes = time.perf_counter() - debut
        resultats = [json.loads(ligne) for ligne in sortie.read_bytes().splitlines()]
    durees = sorted(resultat["duree"] for resultat in resultats)
    fichiers = {resultat["fichier"] for resultat in resultats}
    print(texte)
    print(
        f"{len(resultats)} résultats, {len(fichiers)} fichiers distincts, {secondes:.1f} s, "
        f"{len(resultats) / secondes:.1f} documents/s ; par document : médiane {durees[len(durees) // 2]:.4f} s, "
        f"90e centile {durees[len(durees) * 9 // 10]:.4f} s ; mémoire au plus {memoire / 1e6:.0f} Mo"
    )
    print(dict(Counter(resultat["verdict"] for resultat in resultats)))
    return 0 if len(resultats) == len(fichiers) == options.documents else 1


def _fabriquer(exemples: Path, dossier: Path, nombre: int) -> None:
    modeles = [chemin.read_bytes() for chemin in sorted(exemples.glob("*.xml"))]
    for rang in range(nombre):
        cible = dossier / f"{rang // 1000:03}" / f"{rang:07}.xml"
        cible.parent.mkdir(parents=True, exist_ok=True)
        cible.write_bytes(modeles[rang % len(modeles)].rstrip() + f"<!-- {rang} -->\n".encode())


def _surveiller(processus: subprocess.Popen[str], sortie: Path, moitie: int) -> int:
    """Tue un ouvrier dask quand `moitie` résultats sont écrits ; rend la mémoire la plus haute vue, en octets."""
    maximum = 0
    tic = threading.Event()
    banc = psutil.Process(processus.pid)
    while processus.poll() is None:
        tic.wait(0.5)
        try:
            enfants = banc.children(recursive=True)
            maximum = max(maximum, sum(enfant.memory_info().rss for enfant in [banc, *enfants]))
            if moitie and sortie.exists() and sortie.read_bytes().count(b"\n") >= moitie:
                moitie = 0
                victimes = [e for e in banc.children() if any("spawn_main" in mot for mot in e.cmdline())]
                print(f"ouvrier {victimes[0].pid} tué", flush=True)
                os.kill(victimes[0].pid, signal.SIGKILL)
        except psutil.Error:
            continue
    return maximum


if __name__ == "__main__":
    sys.exit(main())
