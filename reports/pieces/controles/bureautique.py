"""Un document bureautique : archive sûre, partie principale présente et non vide, sans macro ni lien externe actif."""

from __future__ import annotations

import re
from pathlib import Path

from lxml import etree

from reports.pieces.bornes import MO
from reports.pieces.controles import archive as archives
from reports.pieces.controles.lecture import Lecture
from reports.pieces.controles.xml import analyser
from reports.pieces.refus import Refus, illisible

_REFAIRE = "réenregistrez le document depuis votre traitement de texte, ou exportez-le en PDF"
_PRINCIPALES = {
    "wordprocessingml.document": "word/document.xml",
    "spreadsheetml.sheet": "xl/workbook.xml",
    "presentationml.presentation": "ppt/presentation.xml",
}
_MACROS = re.compile(r"vbaProject\.bin$|^Basic/|^Scripts/|\.(?:exe|dll|js|vbs|ps1)$", re.IGNORECASE)
_IMAGES = re.compile(r"^(?:word|xl|ppt)/media/|^Pictures/")
_PARTIES = re.compile(r"^(?:word/document|xl/sharedStrings|xl/worksheets/sheet\d+|ppt/slides/slide\d+|content)\.xml$")


def controler(chemin: Path, mime: str, *, images: bool = False) -> Lecture:
    """Contrôle un docx, xlsx, pptx, odt, ods ou odp ; `images` : il tient lieu de captures, il en faut une."""
    principale = next((partie for cle, partie in _PRINCIPALES.items() if mime.endswith(cle)), "content.xml")
    with archives.ouvrir(chemin) as archive:
        noms = archive.namelist()
        if principale not in noms:
            raise illisible("un document bureautique", f"une archive sans {principale}", _REFAIRE)
        if macro := next((nom for nom in noms if _MACROS.search(nom)), ""):
            raise Refus("dangereux", "un document sans macro", f"une macro ou un programme ({macro})", _REFAIRE)
        textes = [
            _texte(analyser(archives.lire(archive, nom, 100 * MO), f"la partie {nom}"))
            for nom in noms
            if nom == principale or _PARTIES.match(nom)
        ]
        nombre_images = sum(bool(_IMAGES.match(nom)) for nom in noms)
    caracteres = sum(len(texte.strip()) for texte in textes)
    if not caracteres and not nombre_images:
        raise Refus("vide", "un document qui dit ou montre quelque chose", "un document sans texte ni image", _REFAIRE)
    if images and not nombre_images:
        raise Refus(
            "format",
            "un document qui porte les captures d'écran",
            "un document de texte, sans image",
            "collez-y les captures, ou déposez-les une à une en PNG",
        )
    return Lecture({"caracteres": caracteres, "images": nombre_images}, textes=[texte.encode() for texte in textes])


def _texte(racine: etree._Element) -> str:
    return " ".join(str(morceau) for morceau in racine.itertext())
