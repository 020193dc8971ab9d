"""Les pages que la personne voit : gabarits Jinja2 échappés, une feuille de style incorporée, aucun script."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulators.socle.requete import ReponseSimulee

if TYPE_CHECKING:
    from jinja2 import Environment

    from simulators.psc.contexte import Contexte

DOSSIER = Path(__file__).parent
_HTML = "text/html; charset=utf-8"


def rendre(gabarit: str, contexte: Contexte, *, statut: int = 200, **valeurs: Any) -> ReponseSimulee:
    """Une page. Rien d'extérieur n'y est chargé, aucune autre page ne peut l'encadrer, rien n'est gardé en cache."""
    page = (
        _environnement()
        .get_template(gabarit)
        .render(fournisseur=contexte.profil.nom, psc=contexte.profil.revendications_psc, style=_style(), **valeurs)
    )
    return ReponseSimulee(statut, page.encode(), _HTML, _protections())


@cache
def _environnement() -> Environment:
    # Jinja2 n'est chargé qu'à la première page : le démarrage du banc n'en a pas besoin.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(DOSSIER), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip


@cache
def _style() -> str:
    return (DOSSIER / "mire.css").read_text("utf-8")


@cache
def _protections() -> tuple[tuple[str, str], ...]:
    empreinte = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    politique = f"default-src 'none'; style-src 'sha256-{empreinte}'; base-uri 'none'; frame-ancestors 'none'"
    return (
        ("Content-Security-Policy", politique),
        ("X-Frame-Options", "DENY"),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Cache-Control", "no-store"),
        ("Content-Language", "fr"),
    )
