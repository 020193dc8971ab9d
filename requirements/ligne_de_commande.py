"""Un analyseur d'arguments qui parle français, aide et erreurs comprises."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable
from typing import NoReturn

_ERREURS: tuple[tuple[str, str], ...] = (
    (r"the following arguments are required: (.+)", r"argument obligatoire absent : \1"),
    (r"unrecognized arguments: (.+)", r"argument inconnu : \1"),
    (r"argument (.+?): invalid choice: (.+?) \(choose from (.+)\)", r"\1 : attendu l'un de \3, reçu \2"),
    (r"argument (.+?): invalid int value: (.+)", r"\1 : attendu un entier, reçu \2"),
    (r"argument (.+?): expected one argument", r"\1 : une valeur est attendue"),
    (r"argument (.+?): not allowed with argument (.+)", r"\1 : ne peut pas accompagner \2"),
    (r"argument (.+?): (.+)", r"\1 : \2"),
    (r"ambiguous option: (.+?) could match (.+)", r"option ambiguë : \1 peut être \2"),
)


class _Aide(argparse.RawDescriptionHelpFormatter):
    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup],
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, actions, groups, "utilisation : " if prefix is None else prefix)


class AnalyseurFrancais(argparse.ArgumentParser):
    """`ArgumentParser` dont l'aide, les titres et les erreurs sont en français."""

    def __init__(self, *, prog: str, description: str = "", epilog: str | None = None) -> None:
        super().__init__(prog=prog, description=description, epilog=epilog, formatter_class=_Aide, add_help=False)
        self._positionals.title = "arguments"
        self._optionals.title = "options"
        self.add_argument("-h", "--help", action="help", help="affiche cette aide")

    def error(self, message: str) -> NoReturn:
        """Dit l'erreur en français ; code de sortie 2."""
        for motif, traduction in _ERREURS:
            if re.fullmatch(motif, message):
                message = re.sub(f"^{motif}$", traduction, message)
                break
        self.exit(2, f"{self.prog} : {message}\nAide : {self.prog} --help\n")
