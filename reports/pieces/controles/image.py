"""Une image se décode en entier, se lit à l'écran, et montre quelque chose."""

from __future__ import annotations

import warnings
from pathlib import Path

from PIL import Image, ImageStat, UnidentifiedImageError

from reports.pieces.bornes import COTES_MIN, PIXELS_MAX
from reports.pieces.controles.lecture import Lecture
from reports.pieces.controles.vignettes import empreinte_visuelle, reduire
from reports.pieces.refus import Refus, illisible, trop
from reports.texte import nombre

_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
_REFAIRE = "refaites la capture d'écran et déposez le PNG obtenu"
_ECART_MIN = 1.5
"""Écart-type des gris, sur 255, sous lequel une image est dite unie : une page blanche portant une ligne le dépasse."""


def controler(chemin: Path) -> Lecture:
    """Contrôle une image ; Refus si elle ne se décode pas, est démesurée, minuscule ou unie."""
    Image.MAX_IMAGE_PIXELS = None  # la borne est la nôtre, appliquée avant tout décodage
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(chemin, formats=_FORMATS) as image:
                return _lire(image)
        except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as erreur:
            raise illisible("une image", f"un fichier abîmé ou tronqué ({_court(erreur)})", _REFAIRE) from erreur
        except (MemoryError, Image.DecompressionBombError) as erreur:
            raise trop("une image", f"{nombre(PIXELS_MAX)} pixels", "une image démesurée", _REFAIRE) from erreur


def _lire(image: Image.Image) -> Lecture:
    largeur, hauteur = image.size
    if largeur * hauteur > PIXELS_MAX:
        recu = f"{nombre(largeur)} × {nombre(hauteur)} pixels annoncés ; rien n'a été décodé"
        raise trop("une image", f"{nombre(PIXELS_MAX)} pixels", recu, "réduisez la capture, ou coupez-la en plusieurs")
    exiger_lisible(largeur, hauteur)
    image.load()
    if unie(image):
        raise Refus(
            "unie",
            "une image qui montre l'écran du logiciel",
            f"une image d'une seule couleur ({largeur} × {hauteur})",
            "vérifiez que la fenêtre était affichée, puis refaites la capture",
        )
    return Lecture(
        {"largeur": largeur, "hauteur": hauteur, "empreinte_visuelle": empreinte_visuelle(image)}, reduire(image)
    )


def exiger_lisible(largeur: int, hauteur: int) -> None:
    """Refuse une image si petite qu'un relecteur n'y lirait rien."""
    grand, petit = COTES_MIN
    if max(largeur, hauteur) < grand or min(largeur, hauteur) < petit:
        raise Refus(
            "trop_petite",
            f"une image lisible, d'au moins {grand} × {petit} pixels",
            f"{largeur} × {hauteur} pixels",
            "capturez la fenêtre entière, sans réduire l'image",
        )


def unie(image: Image.Image) -> bool:
    """Vrai si l'image n'a qu'une couleur, au bruit de compression près."""
    petite = image.convert("RGB")
    petite.thumbnail((1024, 1024), Image.Resampling.BOX)
    if max(ImageStat.Stat(petite).stddev) >= _ECART_MIN:
        return False
    # Peu d'encre sur une grande page : quelques pixels francs suffisent à dire qu'elle n'est pas vide.
    bandes = image.convert("RGB").getextrema()
    return all(isinstance(b, tuple) and b[1] - b[0] < 32 for b in bandes)


def _court(erreur: BaseException) -> str:
    return str(erreur).splitlines()[0][:120] if str(erreur) else type(erreur).__name__
