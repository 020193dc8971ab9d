"""Ce que les commandes partagent : la ligne de progression, l'analyseur d'une commande, le JSON de réponse."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any, TextIO


class Progression:
    """Une ligne qui se récrit sur la sortie d'erreur ; hors d'un terminal, une ligne par étape."""

    def __init__(self, verbe: str, sortie: TextIO | None = None, *, muette: bool = False) -> None:
        self._verbe = verbe
        self._sortie = sortie or sys.stderr
        self._muette = muette

    def __call__(self, etape: str) -> None:
        """Dit l'étape en cours."""
        if self._muette:
            return
        if self._sortie.isatty():
            self._sortie.write(f"\r\x1b[K{self._verbe} : {etape}…")
        else:
            self._sortie.write(f"{self._verbe} : {etape}…\n")
        self._sortie.flush()

    def finir(self) -> None:
        """Efface la ligne."""
        if not self._muette and self._sortie.isatty():
            self._sortie.write("\r\x1b[K")
            self._sortie.flush()


def declarer(commandes: Any, nom: str, aide: str, epilogue: str = "") -> argparse.ArgumentParser:
    """Une sous-commande, avec son aide et `--json`."""
    sous: argparse.ArgumentParser = commandes.add_parser(
        nom, help=aide, description=aide[0].upper() + aide[1:] + ".", epilog=epilogue or None
    )
    sous.add_argument("--json", action="store_true", help="réponse en JSON sur la sortie standard")
    return sous


def imprimer_json(valeur: Any) -> None:
    """La réponse d'une commande, pour un programme."""
    print(json.dumps(valeur, ensure_ascii=False, indent=2))
