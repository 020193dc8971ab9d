"""Les gabarits d'une page que le banc écrit : tout est échappé, rien ne manque en silence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reports.texte import affichable


def ouvrir_gabarits(*dossiers: Path) -> Environment:
    """Les gabarits de ces dossiers, le premier d'abord."""
    return Environment(
        loader=FileSystemLoader(dossiers),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finaliser,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _finaliser(valeur: Any) -> Any:
    """Tout texte passe par ici avant l'échappement : un caractère de commande devient visible."""
    return affichable(valeur) if isinstance(valeur, str) and not isinstance(valeur, Markup) else valeur
