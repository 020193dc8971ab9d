"""Les pièces d'une personne vues dans le rapport : une petite image en ligne, et ce que leur examen a lu."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from reports.resultat import PieceJointe
from reports.texte import date_lisible, duree_lisible

_LARGEUR = 200
_FICHIER_MAX = 2_000_000
_PIXELS_MAX = 400_000
Vignettes = Callable[[PieceJointe], str]


def sans_vignette(piece: PieceJointe) -> str:
    """Aucune image : le rapport est rendu sans dossier."""
    return ""


def vignettes_de(dossier: Path) -> Vignettes:
    """Rend, pour une pièce, l'image en `data:` à montrer ; vide si elle n'a pas de vignette lisible.

    Réduite et recomprimée : le rapport reste léger, et rien d'un fichier déposé n'y entre tel quel.
    """
    racine = dossier.resolve()

    def lire(piece: PieceJointe) -> str:
        if not piece.vignette:
            return ""
        chemin = (dossier / piece.vignette).resolve()
        if not chemin.is_relative_to(racine) or not chemin.is_file() or chemin.stat().st_size > _FICHIER_MAX:
            return ""
        try:
            with Image.open(chemin, formats=("PNG",)) as image:
                if image.width * image.height > _PIXELS_MAX:
                    return ""
                reduite = image.convert("RGB")
        except (OSError, SyntaxError, ValueError):
            return ""
        reduite.thumbnail((_LARGEUR, _LARGEUR))
        octets = io.BytesIO()
        reduite.save(octets, "JPEG", quality=70)
        return "data:image/jpeg;base64," + base64.b64encode(octets.getvalue()).decode()

    return lire


def details_lisibles(piece: PieceJointe) -> str:
    """« déposée par X le … · 1280 × 720 · 12 s · n° … » ; vide pour une pièce de la machine sans détail."""
    details: dict[str, Any] = dict(piece.details)
    morceaux = []
    if piece.de_personne:
        par = piece.depose_par or "une personne qui ne s'est pas nommée"
        morceaux.append(f"déposée par {par}" + (f" le {date_lisible(piece.depose_le)}" if piece.depose_le else ""))
    if details.get("largeur") and details.get("hauteur"):
        morceaux.append(f"{details['largeur']} × {details['hauteur']}")
    if isinstance(details.get("duree_s"), int | float):
        morceaux.append(duree_lisible(float(details["duree_s"])))
    if details.get("pages"):
        morceaux.append(f"{details['pages']} page" + ("s" if int(details["pages"]) > 1 else ""))
    morceaux += [f"{libelle} {details[cle]}" for cle, libelle in _MENTIONS if details.get(cle)]
    return " · ".join(morceaux)


_MENTIONS = (
    ("numero", "n°"),
    ("produit", "produit"),
    ("version", "version"),
    ("date", "du"),
    ("expire_le", "expire le"),
    ("hote", "hôte"),
    ("identifiant", "identifiant"),
)
