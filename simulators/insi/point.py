"""Un point d'accès : une opération du téléservice, trouvée au démarrage dans `endpoints/`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lxml import etree

from simulators.insi import endpoints
from simulators.insi.enveloppe import MessageInsi
from simulators.insi.erreurs import Faute
from simulators.insi.etat import EtatInsi, Issue

SCHEMAS = Path(__file__).parent / "schemas"


@dataclass(frozen=True)
class PointAcces:
    """Une opération : comment la reconnaître, son schéma, son traitement."""

    operation: str
    reconnaitre: Callable[[MessageInsi], bool]
    handle: Callable[[MessageInsi, EtatInsi], Issue | Faute]
    schema: str | None = None
    """Fichier de `schemas/` auquel le contenu du corps doit répondre ; None = structure non publiée."""
    normatif: bool = True
    """Faux : le contrat n'est pas public, la réponse est du banc."""


@cache
def points_acces() -> tuple[PointAcces, ...]:
    """Les points d'accès de `endpoints/`, un par dossier."""
    modules = sorted(info.name for info in pkgutil.iter_modules(endpoints.__path__))
    return tuple(importlib.import_module(f"{endpoints.__name__}.{nom}").POINT for nom in modules)


@cache
def schema(nom: str) -> etree.XMLSchema:
    """Un schéma du banc, compilé une fois."""
    return etree.XMLSchema(etree.parse(SCHEMAS / nom))


def defaut_de_structure(nom: str, element: etree._Element) -> str | None:
    """Premier défaut de l'élément selon le schéma, None s'il n'y en a pas."""
    try:
        schema(nom).assertValid(element)
    except etree.DocumentInvalid as erreur:
        return str(erreur)
    return None
