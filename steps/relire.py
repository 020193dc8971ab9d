"""`python -m steps relire` : refaire hors ligne chaque verdict de machine d'une campagne, et comparer."""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reports.campagne import ErreurCampagne
from reports.sceau import DossierIllisible, ouvrir_dossier
from simulators.socle.journal import JournalEchanges
from steps.relecture.campagne import relire_campagne
from steps.relecture.modele import Relecture
from steps.relecture.sortie import en_lignes

CODE_ILLISIBLE = 3


def relire(options: argparse.Namespace) -> int:
    """La commande ; rend son code de sortie."""
    try:
        with _dossier_de_campagne(options.dossier) as dossier, JournalEchanges.ouvrir(dossier) as journal:
            relecture = relire_campagne(dossier, journal, _avancer if _suivable(options) else lambda fait, total: None)
    except (ErreurCampagne, DossierIllisible, OSError, ValueError, RecursionError, sqlite3.Error) as erreur:
        print(f"Erreur : {options.dossier} ne se lit pas : {erreur}", file=sys.stderr)
        return CODE_ILLISIBLE
    _montrer(relecture, options)
    return relecture.code


@contextmanager
def _dossier_de_campagne(chemin: Path) -> Iterator[Path]:
    """Le dossier lui-même, ou celui qu'un dossier scellé contient, rebâti dans un dossier temporaire."""
    if chemin.is_dir():
        yield chemin
        return
    if not chemin.is_file():
        raise ErreurCampagne("ni un dossier, ni un fichier")
    with tempfile.TemporaryDirectory(prefix="banc-sons-relire-", ignore_cleanup_errors=True) as provisoire:
        yield ouvrir_dossier(chemin, Path(provisoire) / "dossier").dossier


def _suivable(options: argparse.Namespace) -> bool:
    return not options.json and sys.stderr.isatty()


def _avancer(fait: int, total: int) -> None:
    fin = "\n" if fait == total else ""
    print(f"\r{fait}/{total} verdicts relus", end=fin, file=sys.stderr, flush=True)


def _montrer(relecture: Relecture, options: argparse.Namespace) -> None:
    if options.json:
        print(json.dumps(relecture.en_dict(), ensure_ascii=False, indent=2))
        return
    for ligne in en_lignes(relecture, tout=options.tout):
        print(ligne)
