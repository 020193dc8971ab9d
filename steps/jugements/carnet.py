"""Le carnet d'un essai : chaque vérification appelée entre au journal, avec ses arguments et ce qu'elle a rendu."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

from reports.constat import Constat
from simulators.socle.journal import JournalEchanges
from steps.jugements.classes import NonCodable
from steps.jugements.codage import Codeur

R = TypeVar("R")


class CarnetEssai:
    """Note les jugements d'un essai ; `numeros` reçoit leurs enregistrements dans le journal, dans l'ordre."""

    def __init__(self, journal: JournalEchanges, numeros: list[int]) -> None:
        self._journal = journal
        self._codeur = Codeur(journal)
        self._numeros = numeros

    def appeler(
        self, nom: str, fonction: Callable[..., R], positionnels: tuple[Any, ...], nommes: Mapping[str, Any]
    ) -> R:
        """Appelle la vérification puis note l'appel ; une exception est notée par son type, et suit son cours."""
        positionnels = tuple(_fixer(valeur) for valeur in positionnels)
        nommes = {cle: _fixer(valeur) for cle, valeur in nommes.items()}
        # Avant l'appel : une vérification qui toucherait à ses arguments ne doit pas changer ce qui est gardé d'eux.
        note = self._arguments(fonction, positionnels, nommes)
        try:
            rendu = fonction(*positionnels, **nommes)
        except Exception as erreur:
            self._noter(nom, {**note, "constats": 0, "leve": type(erreur).__name__})
            raise
        self._noter(nom, {**note, "constats": len(list(constats_de(rendu)))})
        return rendu

    def _arguments(
        self, fonction: Callable[..., Any], positionnels: tuple[Any, ...], nommes: Mapping[str, Any]
    ) -> dict[str, Any]:
        try:
            return {
                "arguments": {
                    "positionnels": [
                        self._codeur.argument(valeur, f"argument {rang}") for rang, valeur in enumerate(positionnels, 1)
                    ],
                    "nommes": [[cle, self._codeur.argument(valeur, cle)] for cle, valeur in nommes.items()],
                }
            }
        except NonCodable as erreur:
            return {"arguments": None, "non_rejouable": str(erreur)}

    def _noter(self, nom: str, note: Mapping[str, Any]) -> None:
        self._numeros.append(self._journal.ajouter("jugement", {"verification": nom, **note}))


def _fixer(valeur: Any) -> Any:
    """Un itérateur ne se lit qu'une fois : il devient un n-uplet, pour l'appel comme pour le journal."""
    return tuple(valeur) if inspect.isgenerator(valeur) or type(valeur).__name__ in _ITERATEURS else valeur


_ITERATEURS = frozenset({"map", "filter", "zip", "chain", "dict_values", "dict_keys", "dict_items"})


def constats_de(rendu: object) -> Iterator[Constat]:
    """Les constats que porte ce qu'une vérification a rendu : seul, en liste, ou dans un objet qui les accompagne."""
    if isinstance(rendu, Constat):
        yield rendu
    elif isinstance(rendu, list | tuple):
        yield from _de_chacun(rendu)
    elif is_dataclass(rendu) and not isinstance(rendu, type):
        yield from _de_chacun(getattr(rendu, champ.name) for champ in fields(rendu))


def _de_chacun(valeurs: Iterable[object]) -> Iterator[Constat]:
    for valeur in valeurs:
        yield from constats_de(valeur)
