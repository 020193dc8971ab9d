"""Les formats de fichier admis, reconnus à leurs octets, et les genres de preuve auxquels chacun peut répondre."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from reports.preuves import type_reel
from requirements.modele import TypePiece


class Famille(StrEnum):
    """Ce qu'un format porte ; deux formats d'une famille se confondent sans dommage."""

    IMAGE = "image"
    VIDEO = "vidéo"
    PDF = "PDF"
    BUREAUTIQUE = "document bureautique"
    XML = "XML"
    JSON = "JSON"
    TEXTE = "texte"
    COURRIEL = "courriel"
    ARCHIVE = "archive"


@dataclass(frozen=True, slots=True)
class Format:
    """Un format admis. `extensions` : la première est celle qu'une pièce sans extension reçoit."""

    mime: str
    nom: str
    famille: Famille
    extensions: tuple[str, ...]


_OOXML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."
FORMATS: tuple[Format, ...] = (
    Format("image/png", "image PNG", Famille.IMAGE, ("png",)),
    Format("image/jpeg", "image JPEG", Famille.IMAGE, ("jpg", "jpeg", "jfif")),
    Format("image/webp", "image WebP", Famille.IMAGE, ("webp",)),
    Format("image/gif", "image GIF", Famille.IMAGE, ("gif",)),
    Format("image/bmp", "image BMP", Famille.IMAGE, ("bmp",)),
    Format("image/tiff", "image TIFF", Famille.IMAGE, ("tif", "tiff")),
    Format("video/mp4", "vidéo MP4", Famille.VIDEO, ("mp4", "m4v", "mov")),
    Format("video/webm", "vidéo WebM ou Matroska", Famille.VIDEO, ("webm", "mkv")),
    Format("video/x-msvideo", "vidéo AVI", Famille.VIDEO, ("avi",)),
    Format("application/pdf", "PDF", Famille.PDF, ("pdf",)),
    Format(f"{_OOXML}wordprocessingml.document", "document Word (docx)", Famille.BUREAUTIQUE, ("docx",)),
    Format(f"{_OOXML}spreadsheetml.sheet", "classeur Excel (xlsx)", Famille.BUREAUTIQUE, ("xlsx",)),
    Format(f"{_OOXML}presentationml.presentation", "présentation (pptx)", Famille.BUREAUTIQUE, ("pptx",)),
    Format(f"{_ODF}text", "document OpenDocument (odt)", Famille.BUREAUTIQUE, ("odt",)),
    Format(f"{_ODF}spreadsheet", "classeur OpenDocument (ods)", Famille.BUREAUTIQUE, ("ods",)),
    Format(f"{_ODF}presentation", "présentation OpenDocument (odp)", Famille.BUREAUTIQUE, ("odp",)),
    Format("application/xml", "XML", Famille.XML, ("xml", "cda", "rdf")),
    Format("application/json", "JSON", Famille.JSON, ("json", "jsonl", "ndjson")),
    Format("message/rfc822", "courriel", Famille.COURRIEL, ("eml",)),
    Format("application/hl7-v2", "message HL7 v2", Famille.TEXTE, ("hl7", "txt", "er7")),
    Format("text/plain", "texte", Famille.TEXTE, ("txt", "log", "csv", "tsv", "mime", "http", "hl7")),
    Format("application/zip", "archive ZIP", Famille.ARCHIVE, ("zip",)),
)
PAR_MIME = {format_.mime: format_ for format_ in FORMATS}
_PAR_EXTENSION = {extension: format_ for format_ in reversed(FORMATS) for extension in format_.extensions}

_IMAGES = tuple(f.mime for f in FORMATS if f.famille is Famille.IMAGE)
_VIDEOS = tuple(f.mime for f in FORMATS if f.famille is Famille.VIDEO)
_BUREAUTIQUE = tuple(f.mime for f in FORMATS if f.famille is Famille.BUREAUTIQUE)
_PDF, _XML, _JSON, _TEXTE = "application/pdf", "application/xml", "application/json", "text/plain"
_EML, _HL7, _ZIP = "message/rfc822", "application/hl7-v2", "application/zip"
_TEXTES = (_TEXTE, _JSON, _XML)
_ECRITS = (f"{_OOXML}wordprocessingml.document", f"{_ODF}text")

ADMIS: dict[TypePiece, tuple[str, ...]] = {
    TypePiece.VIDEO: _VIDEOS,
    TypePiece.CAPTURE: (*_IMAGES, _PDF, *_ECRITS),
    TypePiece.DOCUMENT: (_PDF, *_BUREAUTIQUE, *_IMAGES, *_TEXTES, _EML, _HL7, _ZIP),
    TypePiece.ATTESTATION: (_PDF, *_IMAGES, *_ECRITS, _EML),
    TypePiece.MESSAGE: (_EML, _HL7, *_TEXTES, _ZIP),
    TypePiece.TRACE: (*_TEXTES, _HL7, _PDF, f"{_OOXML}spreadsheetml.sheet", _ZIP),
    TypePiece.EXPORT: (*_TEXTES, _HL7, _PDF, *_BUREAUTIQUE, _ZIP),
    TypePiece.FICHIER_CDA: (_XML, _ZIP),
    TypePiece.LIEN_PLATEFORME: (_JSON, _TEXTE),
    TypePiece.AUTRE: tuple(PAR_MIME),
}
"""Les formats qu'un genre accepte ; l'ordre est celui où un message les cite."""

# À quel genre un fichier répond quand la personne ne l'a pas dit : le plus précis d'abord.
_DEDUCTION: dict[Famille, tuple[TypePiece, ...]] = {
    Famille.IMAGE: (TypePiece.CAPTURE, TypePiece.ATTESTATION, TypePiece.DOCUMENT),
    Famille.VIDEO: (TypePiece.VIDEO,),
    Famille.PDF: (
        TypePiece.ATTESTATION,
        TypePiece.DOCUMENT,
        TypePiece.EXPORT,
        TypePiece.CAPTURE,
        TypePiece.TRACE,
    ),
    Famille.BUREAUTIQUE: (TypePiece.EXPORT, TypePiece.DOCUMENT, TypePiece.ATTESTATION, TypePiece.CAPTURE),
    Famille.XML: (
        TypePiece.FICHIER_CDA,
        TypePiece.MESSAGE,
        TypePiece.EXPORT,
        TypePiece.TRACE,
        TypePiece.DOCUMENT,
    ),
    Famille.JSON: (TypePiece.MESSAGE, TypePiece.EXPORT, TypePiece.TRACE, TypePiece.DOCUMENT),
    Famille.TEXTE: (TypePiece.TRACE, TypePiece.MESSAGE, TypePiece.EXPORT, TypePiece.DOCUMENT),
    Famille.COURRIEL: (TypePiece.MESSAGE, TypePiece.DOCUMENT, TypePiece.ATTESTATION),
    Famille.ARCHIVE: (
        TypePiece.FICHIER_CDA,
        TypePiece.MESSAGE,
        TypePiece.EXPORT,
        TypePiece.TRACE,
        TypePiece.DOCUMENT,
    ),
}

# Ce qui s'exécute, ou peut porter de quoi s'exécuter chez le relecteur.
_DANGEREUX: tuple[tuple[bytes, str, str], ...] = (
    (b"MZ", "programme Windows", "joignez une capture ou un document, jamais un programme"),
    (b"\x7fELF", "programme Linux", "joignez une capture ou un document, jamais un programme"),
    (b"\xcf\xfa\xed\xfe", "programme macOS", "joignez une capture ou un document, jamais un programme"),
    (b"#!", "script", "joignez-le en texte, sans sa première ligne « #! »"),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "document Office d'avant 2007, qui peut porter des macros",
        "enregistrez-le en docx, xlsx ou PDF",
    ),
    (b"Rar!", "archive RAR", "refaites l'archive en ZIP"),
    (b"7z\xbc\xaf\x27\x1c", "archive 7z", "refaites l'archive en ZIP"),
    (b"\x1f\x8b", "archive gzip", "décompressez-la, ou refaites l'archive en ZIP"),
)
_BALISE = re.compile(rb"<\s*(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")


def danger(debut: bytes) -> tuple[str, str] | None:
    """Ce que ce fichier est de dangereux et quoi joindre à la place ; None s'il ne l'est pas."""
    for signature, nom, que_faire in _DANGEREUX:
        if debut.startswith(signature):
            return nom, que_faire
    genre = type_reel(debut)
    premiere = _BALISE.search(debut)
    racine = premiere[1].lower() if premiere else b""
    if genre == "text/html" or racine == b"html":
        return "page HTML, qui peut porter un script", "imprimez-la en PDF, ou joignez une capture PNG"
    if racine == b"svg" and genre == "application/xml":
        return "image SVG, qui peut porter un script", "exportez-la en PNG"
    return None


def reconnaitre(debut: bytes, noms_zip: tuple[str, ...] = ()) -> Format | None:
    """Le format d'un fichier d'après ses octets ; `noms_zip` : les entrées d'une archive ZIP lisible."""
    if debut.startswith(b"BM") and len(debut) > 26:
        return PAR_MIME["image/bmp"]
    if debut.startswith((b"II*\0", b"MM\0*")):
        return PAR_MIME["image/tiff"]
    if debut[4:8] in (b"moov", b"mdat", b"wide", b"free"):  # QuickTime d'avant « ftyp »
        return PAR_MIME["video/mp4"]
    mime = type_reel(debut)
    if mime == "application/octet-stream" and b"\0" not in debut[:512] and debut:
        mime = "text/plain"  # latin-1, cp1252 : le contrôle du texte en jugera
    elif mime == "application/octet-stream" and debut.startswith((b"\xff\xfe", b"\xfe\xff")):
        mime = "text/plain"  # UTF-16 annoncé
    elif mime == "text/plain" and debut.lstrip(b"\xef\xbb\xbf\x0b\r\n").startswith((b"MSH|", b"FHS|", b"BHS|")):
        mime = _HL7
    if mime == _ZIP:
        mime = _dans_un_zip(debut, noms_zip)
    return PAR_MIME.get(mime)


def _dans_un_zip(debut: bytes, noms: tuple[str, ...]) -> str:
    # OpenDocument : « mimetype » est la première entrée, non compressée (ODF 1.3, partie 2, § 3.3).
    if debut[30:38] == b"mimetype":
        for format_ in FORMATS:
            if format_.mime.startswith(_ODF) and debut[38:].startswith(format_.mime.encode()):
                return format_.mime
    for prefixe, mime in (
        ("word/", f"{_OOXML}wordprocessingml.document"),
        ("xl/", f"{_OOXML}spreadsheetml.sheet"),
        ("ppt/", f"{_OOXML}presentationml.presentation"),
    ):
        if "[Content_Types].xml" in noms and any(nom.startswith(prefixe) for nom in noms):
            return mime
    return _ZIP


def selon_extension(nom: str) -> Format | None:
    """Le format que le nom annonce ; None s'il n'en annonce aucun de connu."""
    extension = nom.rpartition(".")[2].lower() if "." in nom else ""
    return _PAR_EXTENSION.get(extension)


def genre_deduit(format_: Format, acceptes: tuple[TypePiece, ...]) -> TypePiece | None:
    """Le genre, parmi ceux que la preuve accepte, auquel ce format répond le mieux."""
    possibles = [genre for genre in acceptes if format_.mime in ADMIS[genre]]
    for genre in _DEDUCTION[format_.famille]:
        if genre in possibles:
            return genre
    # Un texte d'une ligne n'est pas un lien tant que personne ne l'a dit.
    return next((genre for genre in possibles if genre is not TypePiece.LIEN_PLATEFORME), None)


def enumerer(genres: tuple[TypePiece, ...]) -> str:
    """« vidéo (MP4, WebM, AVI) ou capture d'écran (PNG, JPEG…) », pour un message."""
    return " ou ".join(f"{genre.libelle} ({', '.join(_courts(genre))})" for genre in genres)


def _courts(genre: TypePiece) -> list[str]:
    if genre is TypePiece.AUTRE:
        return ["tout format admis"]
    return list(dict.fromkeys(PAR_MIME[mime].extensions[0] for mime in ADMIS[genre]))
