"""Du format reconnu au contrôle qui le lit."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from reports.pieces.controles import archive, texte, xml
from reports.pieces.controles.lecture import Lecture
from reports.pieces.formats import PAR_MIME, Famille
from reports.pieces.refus import Refus
from requirements.modele import TypePiece
from simulators.socle.garde import GardeMatricules

_BLOC = 1 << 20
_FAMILLES_TEXTE = (Famille.XML, Famille.JSON, Famille.TEXTE, Famille.COURRIEL)


def lire(chemin: Path, mime: str, genre: TypePiece, nom: str, permis: Iterable[str]) -> Lecture:
    """Contrôle le fichier pour ce genre ; Refus s'il ne convient pas, ou s'il porte un matricule réel."""
    lecture = _controler(chemin, mime, genre, nom)
    if genre is TypePiece.FICHIER_CDA and mime == "application/zip" and not lecture.details.get("xdm"):
        raise Refus(
            "format",
            "un document CDA, ou une archive IHE_XDM",
            "une archive sans METADATA.XML",
            "déposez le document CDA lui-même, ou l'archive telle qu'échangée",
        )
    _refuser_matricule(chemin, mime, lecture, permis)
    return lecture


def _controler(chemin: Path, mime: str, genre: TypePiece, nom: str) -> Lecture:
    captures = genre is TypePiece.CAPTURE
    famille = PAR_MIME[mime].famille
    # Pillow, av, pikepdf, pdfium : lourds à charger, et rarement tous utiles.
    if famille is Famille.IMAGE:
        from reports.pieces.controles import image

        return image.controler(chemin)
    if famille is Famille.VIDEO:
        from reports.pieces.controles import video

        return video.controler(chemin, mime)
    if famille is Famille.PDF:
        from reports.pieces.controles import pdf

        return pdf.controler(chemin, images=captures)
    if famille is Famille.BUREAUTIQUE:
        from reports.pieces.controles import bureautique

        return bureautique.controler(chemin, mime, images=captures)
    if famille is Famille.XML:
        return xml.controler(chemin, cda=genre is TypePiece.FICHIER_CDA)
    if famille is Famille.ARCHIVE:
        return archive.controler(chemin)
    if famille is Famille.JSON:
        return texte.controler_json(chemin)
    if famille is Famille.COURRIEL:
        return texte.controler_courriel(chemin)
    if mime == "application/hl7-v2":
        return texte.controler_hl7(chemin)
    return texte.controler(chemin, nom)


def _refuser_matricule(chemin: Path, mime: str, lecture: Lecture, permis: Iterable[str]) -> None:
    garde = GardeMatricules()
    garde.autoriser(permis)
    examen = garde.examen()
    trouve = any(examen.suivre(bloc) for bloc in lecture.textes) or examen.finir()
    if not trouve and PAR_MIME[mime].famille in _FAMILLES_TEXTE:
        examen = garde.examen()
        with chemin.open("rb") as fichier:
            trouve = any(examen.suivre(bloc) for bloc in iter(lambda: fichier.read(_BLOC), b"")) or examen.finir()
    if trouve:
        raise Refus(
            "matricule_reel",
            "des identités de test",
            "un matricule INS sous un OID de production, qui peut être celui d'un patient réel ; rien n'a été gardé",
            "refaites la pièce avec les patients de test du banc",
        )
