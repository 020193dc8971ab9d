"""Les options de `python -m steps relire`, sans rien importer de ce qui relit."""

from __future__ import annotations

import argparse
from pathlib import Path

DESCRIPTION = """\
Refait hors ligne chaque verdict de machine : les vérifications sont rappelées sur les arguments, échanges et corps que
le dossier a gardés, leurs constats et le verdict cumulé sont comparés à ceux du journal et de verdicts.json.
Aucun simulateur, aucun logiciel, aucun réseau. L'authenticité du dossier (signature, empreintes du manifeste) est
l'affaire de « python -m reports verifier »."""

EPILOGUE = """\
codes de sortie :
  0  tous les verdicts de machine ont été refaits et sont identiques
  1  au moins un diffère, n'a pas pu être refait, ou le dossier porte une anomalie
  3  dossier illisible

exemples :
  python -m steps relire campagnes/biologie-20261121-140311
  python -m steps relire DOSSIER.zip --json
"""


def declarer(analyseur: argparse.ArgumentParser) -> None:
    """Options de la commande."""
    analyseur.add_argument(
        "dossier", type=Path, metavar="DOSSIER", help="dossier de campagne, ou dossier scellé (.zip)"
    )
    analyseur.add_argument("--json", action="store_true", help="résultat entier en JSON")
    analyseur.add_argument("--tout", action="store_true", help="montrer toutes les différences, sans limite de nombre")
