"""La vignette d'une image, et l'empreinte qui dit si deux images se ressemblent."""

from __future__ import annotations

import io

from PIL import Image

from reports.pieces.bornes import VIGNETTE_COTE


def reduire(image: Image.Image) -> bytes:
    """Un PNG d'au plus 320 pixels de côté."""
    petite = image.convert("RGB")
    petite.thumbnail((VIGNETTE_COTE, VIGNETTE_COTE))
    tampon = io.BytesIO()
    petite.save(tampon, "PNG", optimize=True)
    return tampon.getvalue()


def empreinte_visuelle(image: Image.Image) -> str:
    """256 bits : chaque pixel d'une réduction 17 × 16 en gris est-il plus clair que son voisin de droite (dHash)."""
    gris = image.convert("L").resize((17, 16), Image.Resampling.BOX).tobytes()
    bits = 0
    for ligne in range(16):
        for colonne in range(16):
            gauche = ligne * 17 + colonne
            bits = bits << 1 | (gris[gauche] > gris[gauche + 1])
    return f"{bits:064x}"
