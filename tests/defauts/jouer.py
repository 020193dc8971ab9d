"""`python -m tests.defauts.jouer SORTIE.jsonl DÉFAUT…` : joue des défauts l'un après l'autre, sans rapports."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import pytest

from tests.defauts.boucle import Boucle, Prises
from tests.defauts.table import lire_table, propres


def main(arguments: list[str]) -> int:
    analyseur = argparse.ArgumentParser(prog="python -m tests.defauts.jouer", description=__doc__)
    analyseur.add_argument("sortie", type=Path, help="fichier écrit : une ligne JSON par défaut, la première sans")
    analyseur.add_argument("defauts", nargs="*", metavar="DÉFAUT", help="`a+b` : ensemble")
    analyseur.add_argument(
        "--couloir", default="biologie", help="hors la biologie, seuls ses scénarios propres se jouent"
    )
    analyseur.add_argument("--tout", action="store_true", help="joue tous les scénarios à chaque tour")
    analyseur.add_argument("--plafond", type=int, help="au-delà, un défaut ne joue qu'une partie de ses scénarios")
    analyseur.add_argument("--prises", type=Path, help="dossier partagé : ne jouer que les défauts que nul n'a pris")
    analyseur.add_argument(
        "--premier-tour", type=Path, help="fichier d'un autre processus, dont le premier tour suffit"
    )
    options = analyseur.parse_args(arguments)
    temoins = {nom: attendu.temoins for nom, attendu in lire_table(options.couloir).items()}
    with tempfile.TemporaryDirectory(prefix="defauts-") as dossier:
        return pytest.main(
            [
                f"--couloir={options.couloir}",
                f"--dossier={dossier}/campagne",
                "--volume=reduit",
                "--supplements",
                "-p",
                "no:cacheprovider",
                "-p",
                "no:hypothesispytest",
                # Les rapports Allure ne servent pas ici, et coûtent un sixième de chaque tour.
                "-p",
                "no:allure_pytest",
                # Le plugin du banc est déjà importé, par ce module.
                "-W",
                "ignore::pytest.PytestAssertRewriteWarning",
            ],
            plugins=[
                Boucle(
                    options.defauts,
                    options.sortie,
                    tout=options.tout,
                    plafond=options.plafond,
                    temoins=temoins,
                    prises=Prises(options.prises) if options.prises else None,
                    premier_tour=options.premier_tour,
                    seulement=propres(options.couloir),
                )
            ],
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
