"""`python -m tests.defauts.generer [--couloir C] TOURS.jsonl…` : réécrit une table d'après des tours ; à relire.

Un tour de plusieurs défauts ne change aucune ligne : il dit seulement lesquels s'y cachent, et passent au lot suivant.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from simulators.logiciel_temoin.defauts import CATALOGUE
from tests.defauts.boucle import SANS_DEFAUT, lire_tours
from tests.defauts.groupes import DERNIER_LOT, attendu, membres, nommer
from tests.defauts.table import PREMIER, Resultat, comparer, ecrire_table, fichier, lire_table


def se_cachent(table: Mapping[str, Resultat], noms: Sequence[str], vu: Resultat, joues: Container[str]) -> list[str]:
    """Les défauts d'un groupe qui n'a pas donné l'union de leurs lignes : ceux dont une règle ou un scénario manque.

    Tous, si rien ne manque : l'un en montre plus qu'il ne devrait, et le tour ne dit pas lequel. Le premier reste : que
    tous passent au lot suivant referait le même groupe.
    """
    if vu.sans_ordre() == attendu(table, nommer(noms), joues).sans_ordre():
        return []
    montres, rouges = set(vu.regles), set(vu.scenarios)
    caches = [
        nom
        for nom in noms
        if not set(table[nom].regles) <= montres or not set(table[nom].parmi(joues).scenarios) <= rouges
    ]
    return caches if 0 < len(caches) < len(noms) else list(noms[1:])


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
            elif len(noms := membres(tour["defaut"])) > 1:
                for nom in se_cachent(resultats, noms, comparer(reference, tour["scenarios"]), tour["scenarios"]):
                    lot = min(resultats[nom].lot + 1, DERNIER_LOT)
                    resultats[nom] = replace(resultats[nom], lot=lot)
                    print(f"caché par son groupe, passe au lot {lot} : {nom}")
            else:
                nom = tour["defaut"]
                avant = resultats.get(nom, Resultat())
                resultats[nom] = replace(comparer(reference, tour["scenarios"]), lot=avant.lot)
    touchants = {nom: r for nom, r in resultats.items() if r.scenarios and nom in CATALOGUE}
    ecrire_table(touchants, CATALOGUE, options.couloir)
    for nom in sorted(set(resultats) - set(touchants)):
        print(f"écarté, aucun scénario non conforme : {nom}")
    print(f"{len(touchants)} défauts écrits dans {fichier(options.couloir)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
