"""`python -m simulators annuaire` : écrit les extractions d'une population fictive, de mille à des millions."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from simulators.annuaire.connus import PERSONNES_CONNUES, STRUCTURES_CONNUES
from simulators.annuaire.etat import NOMBRE_PAR_DEFAUT
from simulators.annuaire.extraction import archiver_correspondance, ecrire_libre_acces
from simulators.annuaire.population import Population


def declarer(analyseur: argparse.ArgumentParser) -> None:
    """Les options de la commande."""
    analyseur.add_argument(
        "--nombre", type=_nombre, default=NOMBRE_PAR_DEFAUT, metavar="N",
        help=f"professionnels fictifs ({NOMBRE_PAR_DEFAUT} par défaut ; deux millions tiennent en quelques minutes)",
    )  # fmt: skip
    analyseur.add_argument(
        "--sortie", type=Path, required=True, metavar="FICHIER.zip", help="archive PS_LibreAcces à écrire"
    )
    analyseur.add_argument(
        "--correspondance", type=Path, metavar="FICHIER.zip", help="archive de correspondance MSSanté à écrire aussi"
    )
    analyseur.add_argument(
        "--date", type=_date, metavar="AAAA-MM-JJThh:mm", help="date de génération inscrite (maintenant par défaut)"
    )
    analyseur.add_argument("--json", action="store_true", help="bilan en une ligne JSON, pour un programme")


def executer(options: argparse.Namespace) -> int:
    """Écrit les archives ; 1 si un fichier ne peut pas l'être."""
    instant = options.date or datetime.now(UTC)
    population = Population(options.nombre)
    structures = {s.finess: s for s in (*STRUCTURES_CONNUES, *population.structures, *population.juridiques)}
    bilan: dict[str, object] = {"professionnels": options.nombre + len(PERSONNES_CONNUES)}
    debut = time.perf_counter()
    try:
        with ExitStack() as pile:
            sortie = pile.enter_context(options.sortie.open("wb"))
            bals = pile.enter_context(tempfile.TemporaryFile()) if options.correspondance else None
            personnes = (p for source in (PERSONNES_CONNUES, population) for p in source)
            bilan["lignes"] = ecrire_libre_acces(
                sortie, personnes, structures, instant, nombre=options.nombre, lignes_de_bal=bals
            )
            if bals is not None:
                seconde = pile.enter_context(options.correspondance.open("wb"))
                bilan["bals"] = archiver_correspondance(seconde, bals, structures, instant, nombre=options.nombre)
    except OSError as erreur:
        print(f"Extraction non écrite : {erreur.filename or ''} {erreur.strerror or erreur}", file=sys.stderr)
        return 1
    bilan["secondes"] = round(time.perf_counter() - debut, 1)
    if options.json:
        print(json.dumps(bilan, ensure_ascii=False))
    else:
        fin = f", {bilan['bals']} BAL" if "bals" in bilan else ""
        print(f"{bilan['professionnels']} professionnels fictifs, {bilan['lignes']} lignes d'activité{fin}, "
              f"en {bilan['secondes']} s.")  # fmt: skip
    return 0


def _nombre(texte: str) -> int:
    try:
        return Population(int(texte)).nombre
    except ValueError as erreur:
        raise argparse.ArgumentTypeError(str(erreur)) from erreur


def _date(texte: str) -> datetime:
    try:
        lue = datetime.fromisoformat(texte)
    except ValueError as erreur:
        raise argparse.ArgumentTypeError(f"une date AAAA-MM-JJThh:mm est attendue, reçu {texte!r}") from erreur
    return lue if lue.tzinfo else lue.astimezone()
