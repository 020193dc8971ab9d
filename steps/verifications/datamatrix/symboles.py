"""Les codes à barres d'un PDF, lus sur l'image de ses pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import zxingcpp
from PIL import Image

from steps.verifications.pdf import bandes_des_pages, images_des_pages

_BANDE, _RECOUVREMENT = 3.5, 1.2
"""En pouces : 9 cm, dont 3 cm repris ; un Data Matrix de 3 cm se lit déjà à 300 points par pouce."""


@dataclass(frozen=True, slots=True)
class Symbole:
    """Un code à barres lu sur une page (à partir de 1). `contenu` : octets décodés, en latin-1 si besoin."""

    page: int
    format: str
    contenu: str

    @property
    def est_ins(self) -> bool:
        """Vrai pour un Data Matrix de l'INS : son en-tête commence par IS ; un tube, un dossier ont le leur."""
        return self.format == "DataMatrix" and self.contenu.startswith("IS")


def lire_symboles(
    octets: bytes, *, datamatrix_seulement: bool = False, pages_max: int | None = None, pages_fines: int | None = None
) -> tuple[Symbole, ...]:
    """Les codes à barres des pages d'un PDF ; lève les erreurs de lecture de PDF.

    `pages_max` : les premières pages seulement ; None : toutes, et `PdfDemesure` au-delà de la limite du banc. La
    résolution fine ne sert que si la première n'a pas vu celui de l'INS, petit : la page s'y lit par bandes qui se
    recouvrent de plus que leur taille ; `pages_fines` : sur les premières pages seulement.
    """
    formats = zxingcpp.BarcodeFormat.DataMatrix if datamatrix_seulement else zxingcpp.BarcodeFormat.All
    vus = dict.fromkeys(
        symbole
        for page, image in enumerate(images_des_pages(octets, 300, pages_max=pages_max), 1)
        for symbole in _lire(page, image, formats)
    )
    if not any(symbole.est_ins for symbole in vus):
        for page, bande in bandes_des_pages(octets, 450, _BANDE, _RECOUVREMENT, pages_max=pages_fines or pages_max):
            vus.update(dict.fromkeys(_lire(page, bande, zxingcpp.BarcodeFormat.DataMatrix)))
    return tuple(vus)


def _lire(page: int, image: Image.Image, formats: zxingcpp.BarcodeFormat) -> Iterator[Symbole]:
    for code in zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormats([formats])):
        yield Symbole(page, _nom_de_format(code.format), _texte(code.bytes))


def _nom_de_format(code: zxingcpp.BarcodeFormat) -> str:
    return str(code).rpartition(".")[2].replace(" ", "")


def _texte(octets: bytes) -> str:
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("latin-1")
