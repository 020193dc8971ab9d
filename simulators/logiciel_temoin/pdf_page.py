"""Le bas d'une page : lignes du pied, place qu'il prend, texte coupé à la largeur."""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen.canvas import Canvas

from simulators.logiciel_temoin import pdfa

_CORPS, _INTERLIGNE, _MARGE = 7, 3.2 * mm, 8 * mm
LARGEUR = 170 * mm


def couper(texte: str, largeur: float = LARGEUR, corps: int = 10) -> list[str]:
    """Le texte en lignes ; aucune si le texte est vide."""
    return list(simpleSplit(texte, pdfa.POLICE, corps, largeur)) if texte.strip() else []


def pied(texte: str) -> list[str]:
    """Les lignes du pied de page."""
    return couper(texte, corps=_CORPS)


def bas(lignes: Sequence[str]) -> float:
    """Hauteur au-dessous de laquelle le corps ne descend pas."""
    return float(max(15 * mm, _MARGE + (len(lignes) + 1) * _INTERLIGNE))


def fermer(toile: Canvas, lignes: Sequence[str]) -> None:
    """Écrit le pied et passe à la page suivante."""
    toile.setFont(pdfa.POLICE, _CORPS)
    for rang, ligne in enumerate(reversed(lignes)):
        toile.drawString(20 * mm, _MARGE + rang * _INTERLIGNE, ligne)
    toile.showPage()
