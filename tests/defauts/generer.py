"""`python -m tests.defauts.generer [--couloir C] TOURS.jsonl…` : réécrit une table d'après des tours ; à relire."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from simulators.logiciel_temoin.defauts import CATALOGUE
from tests.defauts.boucle import SANS_DEFAUT, lire_tours
from tests.defauts.table import PREMIER, Resultat, comparer, ecrire_table, fichier, lire_table


def main(arguments: list[str]) -> int:
    analyseur = argparse.ArgumentParser(prog="python -m tests.defauts.generer", description=__doc__)
    analyseur.add_argument("tours", nargs="+", type=Path, metavar="TOURS.jsonl")
    analyseur.add_argument("--couloir", default=PREMIER)
    options = analyseur.parse_args(arguments)
    resultats: dict[str, Resultat] = dict(lire_table(options.couloir))
    for ecrit in options.tours:
        reference = {}
        for tour in lire_tours(ecrit):
            if tour["defaut"] == SANS_DEFAUT:
                reference = tour["scenarios"]
            else:
                resultats[tour["defaut"]] = comparer(reference, tour["scenarios"])
    touchants = {nom: r for nom, r in resultats.items() if r.scenarios and nom in CATALOGUE}
    ecrire_table(touchants, CATALOGUE, options.couloir)
    for nom in sorted(set(resultats) - set(touchants)):
        print(f"écarté, aucun scénario non conforme : {nom}")
    print(f"{len(touchants)} défauts écrits dans {fichier(options.couloir)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
