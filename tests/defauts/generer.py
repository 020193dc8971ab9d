"""`python -m tests.defauts.generer TOURS.jsonl…` : réécrit la table d'après des tours ; le résultat est à relire."""

from __future__ import annotations

import sys
from pathlib import Path

from simulators.logiciel_temoin.defauts import CATALOGUE
from tests.defauts.boucle import SANS_DEFAUT, lire_tours
from tests.defauts.table import TABLE, Resultat, comparer, ecrire_table, lire_table


def main(arguments: list[str]) -> int:
    resultats: dict[str, Resultat] = dict(lire_table())
    for fichier in arguments:
        reference = {}
        for tour in lire_tours(Path(fichier)):
            if tour["defaut"] == SANS_DEFAUT:
                reference = tour["scenarios"]
            else:
                resultats[tour["defaut"]] = comparer(reference, tour["scenarios"])
    touchants = {nom: r for nom, r in resultats.items() if r.scenarios and nom in CATALOGUE}
    ecrire_table(touchants, CATALOGUE)
    for nom in sorted(set(resultats) - set(touchants)):
        print(f"écarté, aucun scénario non conforme : {nom}")
    print(f"{len(touchants)} défauts écrits dans {TABLE}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
