"""`python -m requirements` : valider, couverture, differences, importer, gabarit."""

from __future__ import annotations

import io
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from requirements import commandes, commandes_couloirs, lieux
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
    _couloirs(commande, "--racine")
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
    _couloirs(commande)
    commande.add_argument("--format", choices=tuple(FORMATS), default="markdown", help="forme de la matrice")
    commande.add_argument("--sortie", type=Path, metavar="FICHIER", help="écrit la matrice dans ce fichier")
    commande.add_argument("--verifier", type=Path, metavar="FICHIER", help="compare cette matrice à celle recalculée")
    commande.add_argument("--features", type=Path, metavar="DOSSIER", help="par défaut features/")
    commande.add_argument("--verifications", type=Path, metavar="FICHIER", help="par défaut docs/verifications.json")
    commande.add_argument("--defauts", type=Path, metavar="FICHIER", help="par défaut tests/defauts.yaml")
    commande.set_defaults(agir=commandes.couverture)

    commande = sous.add_parser(
        "differences",
        help="ce qui change entre deux vagues, deux REM, deux catalogues ou deux imports",
        description="Compare deux vagues (--de, --a), deux couloirs (--avec), ou deux dossiers de catalogue ou "
        "d'import (--avant, --apres).",
    )
    commande.add_argument("--couloir", default="biologie", help="couloir (par défaut biologie)")
    _couloirs(commande)
    commande.add_argument("--de", type=int, default=1, metavar="VAGUE", help="vague de départ (par défaut 1)")
    commande.add_argument("--a", type=int, default=2, metavar="VAGUE", help="vague d'arrivée (par défaut 2)")
    commande.add_argument("--avec", metavar="COULOIR", help="le REM de --couloir devant celui-ci")
    commande.add_argument(
        "--publie", action="store_true", help="le catalogue devant ce qu'on sait du REM publié (numéros, confiance)"
    )
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
correspondances.yaml.
Avec --nouveau, le couloir n'est pas livré : un couloir entier est écrit chez vous, chaque scénario guidé.""",
    )
    commande.add_argument("classeur", type=Path, metavar="CLASSEUR.xlsx", help="votre copie du classeur")
    commande.add_argument("--couloir", required=True, help="couloir du REM")
    commande.add_argument(
        "--sortie",
        type=Path,
        metavar="DOSSIER",
        help="hors du projet ; par défaut rem-importe/<couloir>, ou couloirs/ avec --nouveau",
    )
    _couloirs(commande)
    commande.add_argument("--nouveau", action="store_true", help="écrit le couloir entier : le banc ne le livre pas")
    _identite(commande, obligatoire=False)
    commande.add_argument(
        "--reprendre-socle",
        action="store_true",
        help="avec --nouveau : reprend d'un couloir livré les exigences de même numéro (leurs textes peuvent différer)",
    )
    commande.add_argument("--feuille", metavar="NOM", help="feuille à lire quand plusieurs conviennent")
    commande.add_argument(
        "--vague", type=int, action="append", metavar="N", help="le classeur ne couvre que cette vague (répétable)"
    )
    commande.add_argument("--json", action="store_true", help="rapport pour un programme")
    commande.set_defaults(agir=commandes.import_classeur)

    commande = sous.add_parser(
        "gabarit",
        help="écrit un couloir minuscule et commenté, prêt à remplir",
        description="Écrit couloir.yaml, une section et une feature : le couloir se valide et se joue tel quel.",
    )
    commande.add_argument("couloir", help="nom du couloir, par exemple officine")
    commande.add_argument(
        "--sortie", type=Path, metavar="DIR", help="dossier de vos couloirs, hors du projet ; par défaut couloirs/"
    )
    _identite(commande, obligatoire=True)
    commande.set_defaults(agir=commandes_couloirs.gabarit)
    return racine


def _identite(commande: ArgumentParser, *, obligatoire: bool) -> None:
    """Ce qu'un couloir neuf doit dire de lui."""
    quand = "" if obligatoire else "avec --nouveau : "
    commande.add_argument(
        "--type-logiciel",
        default="LGO" if obligatoire else "",
        metavar="TYPE",
        help=f"{quand}code du type de logiciel et préfixe de ses numéros, par exemple LGO, DUI",
    )
    commande.add_argument("--titre", default="", help=f"{quand}titre du couloir dans les rapports")
    commande.add_argument("--rem", default="", metavar="CODE", help=f"{quand}code du REM ; par défaut trois lettres")


def _couloirs(commande: ArgumentParser, *autres_noms: str) -> None:
    commande.add_argument("--couloirs", *autres_noms, dest="couloirs", type=Path, metavar="DIR", help=lieux.AIDE)


def main(arguments: Sequence[str] | None = None) -> int:
    """Lance une commande et rend son code de sortie."""
    demande = analyseur().parse_args(arguments)
    try:
        with lieux.employer(getattr(demande, "couloirs", None)):
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
