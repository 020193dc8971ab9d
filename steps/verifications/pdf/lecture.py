"""Lecture d'un PDF par pdfium : texte par page, métadonnées, pièces jointes, image des pages.

Les limites (taille, pages, points) bornent le temps et la mémoire ; ce qui les dépasse est refusé et n'est pas jugé.
"""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import pypdfium2
from PIL import Image

from steps.verifications.pdf.flux import PdfDemesure, PdfIllisible, verifier_flux

TAILLE_MAX = 64 * 1024 * 1024
PAGES_MAX = 200
PAGES_RENDUES_MAX = 30
CARACTERES_MAX = 1_000_000
POINTS_MAX = 30_000_000
COTE_MAX = 20_000
HAUTEUR_PAR_BANDES_MAX = 4_000
"""En points typographiques ; une page plus haute qu'une A0 n'est lue que d'un seul tenant."""

# pdfium n'admet qu'un appel à la fois dans un processus.
_VERROU = threading.Lock()


class PdfChiffre(PdfIllisible):
    """Le PDF est chiffré : rien de son contenu ne peut être lu sans mot de passe."""


@dataclass(frozen=True, slots=True)
class PdfLu:
    """Ce qu'un PDF dit : texte de chaque page, métadonnées, pièces jointes (nom, octets)."""

    pages: tuple[str, ...]
    metadonnees: Mapping[str, str]
    pieces_jointes: tuple[tuple[str, bytes], ...]

    @property
    def texte(self) -> str:
        """Le texte de toutes les pages."""
        return "\n".join(self.pages)


def lire_pdf(octets: bytes) -> PdfLu:
    """Lit un PDF entier ; `PdfIllisible`, `PdfChiffre` ou `PdfDemesure` s'il ne peut pas l'être."""
    with document_ouvert(octets) as document:
        if len(document) == 0:
            raise PdfIllisible("le PDF n'a aucune page")
        return PdfLu(
            pages=tuple(_texte_de_page(document, rang) for rang in range(len(document))),
            metadonnees={nom: valeur for nom, valeur in document.get_metadata_dict().items() if valeur},
            pieces_jointes=tuple(_pieces_jointes(document)),
        )


@contextmanager
def document_ouvert(octets: bytes) -> Iterator[pypdfium2.PdfDocument]:
    """Le PDF ouvert par pdfium, dont le verrou est tenu le temps du bloc ; mêmes refus que `lire_pdf`."""
    _verifier_enveloppe(octets)
    verifier_flux(octets)
    with _VERROU, _ouvrir(octets) as document:
        yield document


def images_des_pages(octets: bytes, ppp: int, *, pages_max: int | None = None) -> Iterator[Image.Image]:
    """L'image de chaque page en niveaux de gris, à `ppp` points par pouce au plus.

    `pages_max` : les premières pages seulement ; None : toutes, et `PdfDemesure` au-delà de `PAGES_RENDUES_MAX`.
    """
    for rang in range(_pages_a_rendre(octets, pages_max)):
        with _VERROU, _ouvrir(octets) as document:
            image = _rendre(document, rang, ppp)
        yield image


def bandes_des_pages(
    octets: bytes, ppp: int, hauteur: float, recouvrement: float, *, pages_max: int | None = None
) -> Iterator[tuple[int, Image.Image]]:
    """Chaque page (à partir de 1) par bandes de `hauteur` pouces qui se recouvrent : une page fine tient en mémoire."""
    for rang in range(_pages_a_rendre(octets, pages_max)):
        haut, fin = 0.0, False
        while not fin:
            with _VERROU, _ouvrir(octets) as document:
                entiere = document[rang].get_size()[1]
                if entiere > HAUTEUR_PAR_BANDES_MAX:
                    break
                fin = haut + hauteur * 72 >= entiere
                image = _rendre(document, rang, ppp, (haut, max(0.0, entiere - haut - hauteur * 72)))
            yield rang + 1, image
            haut += (hauteur - recouvrement) * 72


def _pages_a_rendre(octets: bytes, pages_max: int | None) -> int:
    _verifier_enveloppe(octets)
    verifier_flux(octets)
    with _VERROU, _ouvrir(octets) as document:
        if pages_max is not None:
            return min(len(document), pages_max)
        if len(document) > PAGES_RENDUES_MAX:
            raise PdfDemesure(f"plus de {PAGES_RENDUES_MAX} pages à rendre")
        return len(document)


def _verifier_enveloppe(octets: bytes) -> None:
    if len(octets) > TAILLE_MAX:
        raise PdfDemesure(f"fichier de plus de {TAILLE_MAX} octets")
    if b"%PDF-" not in octets[:1024]:
        raise PdfIllisible("le fichier ne commence pas par %PDF-")
    if b"%%EOF" not in octets[-1024:]:
        raise PdfIllisible("le fichier ne finit pas par %%EOF : il est tronqué")


@contextmanager
def _ouvrir(octets: bytes) -> Iterator[pypdfium2.PdfDocument]:
    try:
        document = pypdfium2.PdfDocument(octets)
    except pypdfium2.PdfiumError as erreur:
        if b"/Encrypt" in octets:
            raise PdfChiffre("le PDF est chiffré et demande un mot de passe") from erreur
        raise PdfIllisible(f"pdfium n'ouvre pas le fichier : {erreur}") from erreur
    try:
        if pypdfium2.raw.FPDF_GetSecurityHandlerRevision(document) != -1:
            raise PdfChiffre("le PDF est chiffré")
        if len(document) > PAGES_MAX:
            raise PdfDemesure(f"plus de {PAGES_MAX} pages")
        yield document
    finally:
        document.close()


def _texte_de_page(document: pypdfium2.PdfDocument, rang: int) -> str:
    try:
        page = document[rang]
        zone = page.get_textpage()
    except pypdfium2.PdfiumError as erreur:
        raise PdfIllisible(f"la page {rang + 1} ne se charge pas : {erreur}") from erreur
    try:
        if zone.count_chars() > CARACTERES_MAX:
            raise PdfDemesure(f"page {rang + 1} de plus de {CARACTERES_MAX} caractères")
        texte = zone.get_text_range(errors="replace")
    finally:
        zone.close()
        page.close()
    # pdfium rend U+FFFE pour un trait d'union en fin de ligne.
    texte = texte.replace("\ufffe", "-").replace("\u00ad", "-").replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFKC", texte)


def _pieces_jointes(document: pypdfium2.PdfDocument) -> Iterator[tuple[str, bytes]]:
    for rang in range(min(document.count_attachments(), 100)):
        piece = document.get_attachment(rang)
        try:
            contenu = bytes(piece.get_data())
        except pypdfium2.PdfiumError:
            contenu = b""  # Pièce déclarée sans fichier : son nom reste à examiner.
        yield piece.get_name(), contenu


def _rendre(
    document: pypdfium2.PdfDocument, rang: int, ppp: int, marges: tuple[float, float] = (0.0, 0.0)
) -> Image.Image:
    """`marges` : points laissés en haut et en bas de la page."""
    try:
        page = document[rang]
        largeur, hauteur = page.get_size()
        echelle = min(ppp / 72, (POINTS_MAX / max(largeur * hauteur, 1)) ** 0.5, COTE_MAX / max(largeur, hauteur, 1))
        haut, bas = marges
        image: Image.Image = page.render(scale=echelle, grayscale=True, crop=(0, bas, 0, haut)).to_pil()
        page.close()
    except pypdfium2.PdfiumError as erreur:
        raise PdfIllisible(f"la page {rang + 1} ne se dessine pas : {erreur}") from erreur
    # La copie détache l'image du tampon de pdfium, libéré à la fermeture.
    return image.copy()
