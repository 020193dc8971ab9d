"""Un PDF s'ouvre sans mot de passe, a des pages, se rend à l'écran, et ne porte ni script ni programme."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
from PIL import Image

from reports.pieces.bornes import PAGES_MAX, PIXELS_MAX
from reports.pieces.controles.image import unie
from reports.pieces.controles.lecture import Lecture
from reports.pieces.controles.vignettes import reduire
from reports.pieces.refus import Refus, illisible, trop

_REFAIRE = "réenregistrez-le en PDF depuis le logiciel qui l'a produit"
_ACTIFS = ("/JavaScript", "/Launch", "/ImportData", "/SubmitForm")
_PAGES_REGARDEES = 20


def controler(chemin: Path, *, images: bool = False) -> Lecture:
    """Contrôle un PDF ; `images` : il tient lieu de captures et doit montrer au moins une image."""
    try:
        with pikepdf.open(chemin, suppress_warnings=True) as pdf:
            if pdf.is_encrypted:
                raise _chiffre()
            pages = len(pdf.pages)
            actif, jointes = _actif(pdf), len(pdf.attachments)
            porte_image = images and _porte_image(pdf)
    except pikepdf.PasswordError as erreur:
        raise _chiffre() from erreur
    except (pikepdf.PdfError, ValueError, OSError, RuntimeError) as erreur:
        raise illisible("un PDF", f"un fichier abîmé ({str(erreur)[-120:]})", _REFAIRE) from erreur
    if not pages:
        raise Refus("vide", "un PDF d'au moins une page", "un PDF sans page", _REFAIRE)
    if pages > PAGES_MAX:
        raise trop("un PDF", f"{PAGES_MAX} pages", f"{pages} pages", "déposez l'extrait qui répond à la preuve")
    if actif:
        raise Refus("dangereux", "un PDF sans action automatique", f"une action {actif}", "imprimez-le en PDF")
    if images and not porte_image:
        raise Refus(
            "format",
            "un PDF de captures d'écran, avec au moins une image",
            "un PDF de texte seul",
            "déposez les captures elles-mêmes (PNG), ou collez-les dans le document",
        )
    return _rendre(chemin, pages, jointes)


def _chiffre() -> Refus:
    return Refus("chiffre", "un PDF sans mot de passe", "un PDF chiffré", "enregistrez-le sans protection")


def _actif(pdf: pikepdf.Pdf) -> str:
    """La première action automatique, cherchée dans tous les objets ; vide s'il n'y en a pas."""
    for objet in pdf.objects:
        if isinstance(objet, pikepdf.Dictionary):
            action = str(objet.get("/S", "")) if "/S" in objet else ""
            if action in _ACTIFS:
                return action.lstrip("/")
            if "/JS" in objet:
                return "JavaScript"
    return ""


def _porte_image(pdf: pikepdf.Pdf) -> bool:
    return any(
        isinstance(objet, pikepdf.Stream) and str(objet.get("/Subtype", "")) == "/Image" for objet in pdf.objects
    )


def _rendre(chemin: Path, pages: int, jointes: int) -> Lecture:
    try:
        document = pypdfium2.PdfDocument(chemin)
    except (pypdfium2.PdfiumError, OSError) as erreur:
        raise illisible("un PDF", f"un fichier que rien n'affiche ({erreur})", _REFAIRE) from erreur
    try:
        images = _premieres(document)
        premiere = next(images, None)
        if premiere is None:
            raise illisible("un PDF", "des pages qui ne s'affichent pas", _REFAIRE)
        if unie(premiere) and all(unie(image) for image in images):
            raise Refus("unie", "un PDF qui montre quelque chose", "des pages vides", _REFAIRE)
        textes = list(_textes(document))
    finally:
        document.close()
    lecture = Lecture({"pages": pages}, reduire(premiere), textes=textes)
    if jointes:
        lecture.details["pieces_jointes"] = jointes
        lecture.avertissements.append(f"ce PDF porte {jointes} pièce(s) jointe(s) que l'examen n'a pas ouverte(s)")
    return lecture


def _premieres(document: Any) -> Iterator[Image.Image]:
    for rang in range(min(len(document), _PAGES_REGARDEES)):
        page = document[rang]
        largeur, hauteur = page.get_size()
        echelle = min(2.0, 900 / max(largeur, hauteur, 1))
        if largeur * hauteur * echelle**2 <= PIXELS_MAX and largeur > 0 and hauteur > 0:
            yield page.render(scale=echelle).to_pil()


def _textes(document: Any) -> Iterator[bytes]:
    for rang in range(min(len(document), 200)):
        yield str(document[rang].get_textpage().get_text_bounded()).encode("utf-8", "replace")
        yield b"\n"
