"""Fabrique de PDF d'essai : chaque ligne est écrite à la hauteur demandée, dans l'ordre demandé."""

from __future__ import annotations

import io
from collections.abc import Sequence

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas

Ligne = tuple[float, str]
"""Hauteur en fraction de page, comptée du bas, et texte ; une tabulation sépare deux cellules."""


def pdf(*pages: Sequence[Ligne], rotation: int = 0) -> bytes:
    """Un PDF dont chaque page porte ces lignes."""
    tampon = io.BytesIO()
    toile = canvas.Canvas(tampon, pagesize=A4, invariant=1)
    for page in pages:
        for hauteur, texte in page:
            for rang, cellule in enumerate(texte.split("\t")):
                toile.drawString(50 + 200 * rang, hauteur * A4[1], cellule)
        if rotation:
            toile.setPageRotation(rotation)
        toile.showPage()
    toile.save()
    return tampon.getvalue()
