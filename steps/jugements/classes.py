"""Les classes qu'un jugement peut nommer : des valeurs à nous, jamais autre chose, car un dossier peut être hostile."""

from __future__ import annotations

import importlib
from dataclasses import is_dataclass
from enum import Enum
from functools import lru_cache
from typing import Any

PERMIS = (
    "simulators.annuaire.modele",
    "simulators.dmp",
    "simulators.insi",
    "simulators.mssante",
    "simulators.psc",
    "simulators.socle",
    "steps.flux",
    "steps.patients",
    "steps.logiciel.protocole",
    "steps.verifications",
)
"""Modules et paquets dont les dataclasses, énumérations et n-uplets nommés peuvent être relus."""


class NonCodable(Exception):
    """Une valeur ne se garde pas, ou ce qui a été gardé ne se relit pas : le message dit laquelle et pourquoi."""

    def __init__(self, pourquoi: str, ou: str = "") -> None:
        super().__init__(f"{ou} : {pourquoi}" if ou else pourquoi)
        self._pourquoi = pourquoi
        self._ou = ou

    def dans(self, contenant: str) -> NonCodable:
        """La même, dite depuis ce qui contient la valeur : « argument 1 », puis « [0] » ou « .champ »."""
        return NonCodable(self._pourquoi, f"{contenant}{self._ou}")


def chemin_de_classe(classe: type) -> str:
    """« module:nom » d'une classe permise, vérifié aussitôt par la lecture inverse ; lève `NonCodable`."""
    chemin = f"{classe.__module__}:{classe.__qualname__}"
    if _classe(chemin) is not classe:
        raise NonCodable(f"{chemin} ne désigne pas cette classe")
    return chemin


def classe_de_chemin(chemin: object, genre: str) -> Any:
    """La classe que ce chemin nomme ; `genre` : enum, objet ou n-uplet. Lève `NonCodable` pour toute autre."""
    if not isinstance(chemin, str):
        raise NonCodable(f"une classe est attendue, reçu {chemin!r}")
    classe = _classe(chemin)
    if _genre(classe) != genre:
        raise NonCodable(f"{chemin} n'est pas de genre « {genre} »")
    return classe


@lru_cache(maxsize=512)
def _classe(chemin: str) -> Any:
    module, _, nom = chemin.partition(":")
    if not any(module == permis or module.startswith(f"{permis}.") for permis in PERMIS) or "__" in module:
        raise NonCodable(f"classe {chemin!r} refusée : hors de ce qu'un jugement peut nommer")
    if not nom.isidentifier() or nom.startswith("__"):
        raise NonCodable(f"classe {chemin!r} refusée : nom inattendu")
    try:
        classe = getattr(importlib.import_module(module), nom, None)
    except ImportError as erreur:
        raise NonCodable(f"classe {chemin!r} introuvable : {erreur}") from erreur
    if not isinstance(classe, type) or classe.__module__ != module or not _genre(classe):
        raise NonCodable(f"classe {chemin!r} refusée : ni valeur figée, ni énumération")
    return classe


def _genre(classe: type) -> str:
    if issubclass(classe, Enum):
        return "enum"
    if is_dataclass(classe):
        return "objet"
    return "n-uplet" if issubclass(classe, tuple) and hasattr(classe, "_fields") else ""
