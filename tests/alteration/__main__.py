"""`python -m tests.alteration --nombre 2000` : cherche un document abîmé qui ferait casser un lecteur du banc."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

from tests.alteration.alterations import alterer
from tests.alteration.epreuve import eprouver
from tests.alteration.modeles import modeles


def main(arguments: list[str]) -> int:
    """Sortie 1 si un incident est trouvé ; chaque document fautif est écrit dans `--sortie`."""
    analyseur = argparse.ArgumentParser(prog="python -m tests.alteration", description=__doc__)
    analyseur.add_argument("--nombre", type=int, default=500, help="documents abîmés par type")
    analyseur.add_argument("--graine", default="1")
    analyseur.add_argument("--type", action="append", default=[], help="se limiter à ce type (valeur de TypeFichier)")
    analyseur.add_argument("--sortie", type=Path, default=Path("alteration"))
    options = analyseur.parse_args(arguments)
    trouves = 0
    for type_fichier, modele in modeles().items():
        if options.type and type_fichier.value not in options.type:
            continue
        debut, pire, vus = time.process_time(), 0.0, Counter[str]()
        for rang in range(options.nombre):
            octets = alterer(modele, f"{options.graine}/{type_fichier.value}/{rang}")
            issue = eprouver(octets)
            pire = max(pire, issue.secondes)
            vus[issue.verdict] += 1
            if issue.incident:
                trouves += 1
                options.sortie.mkdir(parents=True, exist_ok=True)
                (options.sortie / f"{type_fichier.value}-{rang}").write_bytes(octets)
                print(f"{type_fichier.value} {rang} : {issue.incident.splitlines()[-1][:200]}")
        duree = time.process_time() - debut
        compte = ", ".join(f"{verdict} {nombre}" for verdict, nombre in vus.most_common())
        print(f"{type_fichier.value:14} {options.nombre} en {duree:.1f} s, pire {pire:.2f} s ; {compte}", flush=True)
    return 1 if trouves else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
