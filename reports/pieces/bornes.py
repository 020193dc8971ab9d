"""Les bornes d'une pièce : de quoi la lire sans jamais remplir la mémoire ni faire attendre la personne."""

from __future__ import annotations

from reports.pieces.formats import Famille

MO = 1_000_000

TAILLE_MAX: dict[Famille, int] = {
    Famille.IMAGE: 40 * MO,
    Famille.VIDEO: 2_000 * MO,
    Famille.PDF: 100 * MO,
    Famille.BUREAUTIQUE: 100 * MO,
    Famille.XML: 50 * MO,
    Famille.JSON: 50 * MO,
    Famille.TEXTE: 50 * MO,
    Famille.COURRIEL: 50 * MO,
    Famille.ARCHIVE: 200 * MO,
}
TAILLE_MAX_TOUTES = max(TAILLE_MAX.values())

PIXELS_MAX = 60_000_000
"""Une capture de trois écrans 4K en fait 25 millions."""
COTES_MIN = (200, 100)
"""Grand et petit côté, en pixels : en dessous, un relecteur ne lit rien."""
VIDEO_COTES_MIN = (320, 200)
VIDEO_DUREE_MIN_S = 1.0
VIDEO_DUREE_MAX_S = 4 * 3600
IMAGES_REGARDEES = 9

ENTREES_MAX = 5_000
DECOMPRESSE_MAX = 600 * MO
RAPPORT_MAX = 200
"""Un octet d'archive ne peut en donner plus : un texte très répétitif en donne une centaine."""
PAGES_MAX = 5_000

DELAI_S = 90.0
MEMOIRE_OCTETS = 3_000 * MO
VIGNETTE_COTE = 320
