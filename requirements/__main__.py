"""`python -m requirements` : valider, couverture, differences, importer."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from pathlib import Path

from requirements import commandes
from requirements.erreurs import ErreurCatalogue, ErreurRequirements
from requirements.ligne_de_commande import AnalyseurFrancais
from requirements.matrice import FORMATS

_DEMANDE_IMPOSSIBLE = 2

_EPILOGUE = """codes de sortie :
  0  rien à redire
  1  données fautives, ou matrice qui n'est pas à jour
  2  demande impossible : argument, fichier ou classeur refusé"""


def analyseur() -> AnalyseurFrancais:
    """L'analyseur des arguments."""
    racine = AnalyseurFrancais(
        prog="python -m requirements", description="Le catalogue des exigences des REM.", epilog=_EPILOGUE
    )
    sous = racine.add_subparsers(dest="commande", required=True, metavar="commande", title="commandes")

    commande = sous.add_parser(
        "valider",
        help="valide les données (champs, numéros, références, textes)",
        description="Valide toutes les données d'un couloir et dit chaque anomalie : fichier, ligne, attendu, reçu.",
    )
    commande.add_argument("--couloir", help="un seul couloir ; par défaut tous")
    commande.add_argument(
        "--racine", type=Path, metavar="DOSSIER", help="dossier des couloirs ; par défaut ceux livrés"
    )
    commande.add_argument(
        "--features", type=Path, metavar="DOSSIER", help="ce que la machine juge ; par défaut features/"
    )
    commande.add_argument("--json", action="store_true", help="sortie pour un programme")
    commande.set_defaults(agir=commandes.valider)

    commande = sous.add_parser(
        "couverture",
        help="matrice exigence × scénario × feature × vérification × défaut",
        description="Dit, pour chaque exigence et chaque scénario, ce qui le joue, le vérifie et le met à l'épreuve.",
    )
    commande.add_argument("--couloir", default="biologie", help="couloir (par défaut biologie)")
    commande.add_argument("--format", choices=tuple(FORMATS), default="markdown", help="forme de la matrice")
    commande.add_argument("--sortie", type=Path, metavar="FICHIER", help="écrit la matrice dans ce fichier")
    commande.add_argument("--verifier", type=Path, metavar="FICHIER", help="compare cette matrice à celle recalculée")
    commande.add_argument("--features", type=Path, metavar="DOSSIER", help="par défaut features/")
    commande.add_argument("--verifications", type=Path, metavar="FICHIER", help="par défaut docs/verifications.json")
    commande.add_argument("--defauts", type=Path, metavar="FICHIER", help="par défaut tests/defauts.yaml")
    commande.set_defaults(agir=commandes.couverture)

    commande = sous.add_parser(
        "differences",
        help="ce qui change entre deux vagues, deux catalogues ou deux imports",
        description="Compare deux vagues (--de, --a), ou deux dossiers de catalogue ou d'import (--avant, --apres).",
    )
    commande.add_argument("--couloir", default="biologie", help="couloir (par défaut biologie)")
    commande.add_argument("--de", type=int, default=1, metavar="VAGUE", help="vague de départ (par défaut 1)")
    commande.add_argument("--a", type=int, default=2, metavar="VAGUE", help="vague d'arrivée (par défaut 2)")
    commande.add_argument(
        "--avant", type=Path, metavar="DOSSIER", help="dossier d'un catalogue ou d'un import plus ancien"
    )
    commande.add_argument(
        "--apres", type=Path, metavar="DOSSIER", help="dossier à lui comparer ; par défaut le catalogue livré"
    )
    commande.add_argument("--json", action="store_true", help="sortie pour un programme")
    commande.set_defaults(agir=commandes.differences)

    commande = sous.add_parser(
        "importer",
        help="importe le classeur officiel d'un REM dans votre dossier",
        description="""Lit votre copie du classeur d'un REM, quelle que soit sa révision, et rapproche ses exigences de
celles du catalogue par leur numéro. Écrit hors du projet surcouche.yaml (les textes officiels, que les
rapports montrent à côté de nos résumés) et rapport-import.txt (nouveau, changé, disparu). Une
exigence renumérotée n'est jamais rattachée d'office : elle est proposée, et vous la confirmez dans
correspondances.yaml.""",
    )
    commande.add_argument("classeur", type=Path, metavar="CLASSEUR.xlsx", help="votre copie du classeur")
    commande.add_argument("--couloir", required=True, help="couloir du REM")
    commande.add_argument(
        "--sortie", type=Path, metavar="DOSSIER", help="hors du projet ; par défaut rem-importe/<couloir>"
    )
    commande.add_argument("--feuille", metavar="NOM", help="feuille à lire quand plusieurs conviennent")
    commande.add_argument(
        "--vague", type=int, action="append", metavar="N", help="le classeur ne couvre que cette vague (répétable)"
    )
    commande.add_argument("--json", action="store_true", help="rapport pour un programme")
    commande.set_defaults(agir=commandes.import_classeur)
    return racine


def main(arguments: Sequence[str] | None = None) -> int:
    """Lance une commande et rend son code de sortie."""
    demande = analyseur().parse_args(arguments)
    try:
        code: int = demande.agir(demande)
    except ErreurCatalogue as erreur:
        print(erreur, file=sys.stderr)
        return commandes.FAUTIF
    except ErreurRequirements as erreur:
        print(erreur, file=sys.stderr)
        return _DEMANDE_IMPOSSIBLE
    return code


if __name__ == "__main__":
    # Une console Windows en page de code ancienne ne doit pas faire échouer la commande.
    for flux in (sys.stdout, sys.stderr):
        if isinstance(flux, io.TextIOWrapper):
            flux.reconfigure(encoding="utf-8", errors="replace")
    raise SystemExit(main())
