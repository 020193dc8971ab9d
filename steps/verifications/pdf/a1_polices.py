"""PDF/A-1, articles 6.3 : les polices des textes."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

import pikepdf

from steps.verifications.pdf.a1 import DocumentA1
from steps.verifications.pdf.a1_contenu import polices_visibles
from steps.verifications.pdf.objets import entree, nom_de

_SIMPLES = ("Type1", "MMType1", "TrueType")
_CODAGES = ("MacRomanEncoding", "WinAnsiEncoding")
_SOUS_ENSEMBLE = re.compile(r"[A-Z]{6}\+")
_IDENTITES = ("Identity-H", "Identity-V")
_SYMBOLIQUE = 4
STANDARD = frozenset(
    {
        "Courier", "Courier-Bold", "Courier-Oblique", "Courier-BoldOblique", "Helvetica", "Helvetica-Bold",
        "Helvetica-Oblique", "Helvetica-BoldOblique", "Times-Roman", "Times-Bold", "Times-Italic",
        "Times-BoldItalic", "Symbol", "ZapfDingbats",
    }
)  # fmt: skip


def _polices(document: DocumentA1) -> Iterator[tuple[str, str, pikepdf.Object, object]]:
    """(nom, genre, police, descripteur) de chaque police visible ; d'une Type0, celui de sa descendante."""
    for police in polices_visibles(document.usages):
        genre = nom_de(entree(police, "/Subtype"))
        porteuse = _descendante(police) if genre == "Type0" else police
        nom = nom_de(entree(police, "/BaseFont")) or nom_de(entree(porteuse, "/BaseFont")) or "sans nom"
        yield nom, genre, police, entree(porteuse, "/FontDescriptor")


def _descendante(police: object) -> object:
    descendantes = entree(police, "/DescendantFonts")
    return descendantes[0] if isinstance(descendantes, pikepdf.Array) and len(descendantes) else None


def _incorporee(descripteur: object) -> bool:
    return any(
        isinstance(entree(descripteur, cle), pikepdf.Stream) for cle in ("/FontFile", "/FontFile2", "/FontFile3")
    )


def dictionnaires(document: DocumentA1) -> list[str]:
    """6.3.2 : Type, Subtype, BaseFont ; FirstChar, LastChar et Widths d'une police simple non standard."""
    fautes = []
    for nom, genre, police, _ in _polices(document):
        if nom_de(entree(police, "/Type")) != "Font":
            fautes.append(f"{nom} : Type absent")
        if genre not in (*_SIMPLES, "Type3", "Type0"):
            fautes.append(f"{nom} : Subtype {genre or 'absent'}")
        if genre not in _SIMPLES or nom in STANDARD:
            continue
        premier, dernier, largeurs = (entree(police, cle) for cle in ("/FirstChar", "/LastChar", "/Widths"))
        if not isinstance(premier, int) or not isinstance(dernier, int) or not isinstance(largeurs, pikepdf.Array):
            fautes.append(f"{nom} : FirstChar, LastChar ou Widths absent")
        elif len(largeurs) != dernier - premier + 1:
            fautes.append(f"{nom} : {len(largeurs)} largeurs pour {dernier - premier + 1} caractères")
    return fautes


def composites(document: DocumentA1) -> list[str]:
    """6.3.3 : CIDToGIDMap d'une CIDFontType2 ; CMap incorporée ou d'identité."""
    fautes = []
    for nom, genre, police, _ in _polices(document):
        if genre != "Type0":
            continue
        descendante, codage = _descendante(police), entree(police, "/Encoding")
        if nom_de(entree(descendante, "/Subtype")) == "CIDFontType2" and entree(descendante, "/CIDToGIDMap") is None:
            fautes.append(f"{nom} : CIDToGIDMap absent")
        fautes += _systemes(nom, codage, descendante)
        if not isinstance(codage, pikepdf.Stream) and nom_de(codage) not in _IDENTITES:
            fautes.append(f"{nom} : CMap « {nom_de(codage) or 'absente'} » non incorporée")
    return fautes


def _systemes(nom: str, codage: object, descendante: object) -> list[str]:
    """Registry et Ordering d'une CMap incorporée sont ceux de la police qu'elle sert."""
    sienne, autre = entree(codage, "/CIDSystemInfo"), entree(descendante, "/CIDSystemInfo")
    if not isinstance(sienne, pikepdf.Dictionary) or not isinstance(autre, pikepdf.Dictionary):
        return []
    return [
        f"{nom} : {cle[1:]} de la CMap et de la police diffèrent"
        for cle in ("/Registry", "/Ordering")
        if str(entree(sienne, cle)) != str(entree(autre, cle))
    ]


def incorporees(document: DocumentA1) -> list[str]:
    """6.3.4 : programme de police dans le fichier, sauf Type3."""
    return [
        f"{nom} ({genre})"
        for nom, genre, _, descripteur in _polices(document)
        if genre != "Type3" and not _incorporee(descripteur)
    ]


def sous_ensembles(document: DocumentA1) -> list[str]:
    """6.3.5 : CIDSet ou CharSet d'un sous-ensemble."""
    fautes = []
    for nom, genre, _, descripteur in _polices(document):
        if not _SOUS_ENSEMBLE.match(nom) or not _incorporee(descripteur):
            continue
        if genre == "Type0" and not isinstance(entree(descripteur, "/CIDSet"), pikepdf.Stream):
            fautes.append(f"{nom} : CIDSet absent")
        if genre in ("Type1", "MMType1") and not str(entree(descripteur, "/CharSet") or ""):
            fautes.append(f"{nom} : CharSet absent ou vide")
    return fautes


def unicodes(document: DocumentA1) -> list[str]:
    """6.3.8 : dans un PDF/A-1a, une police composite de CMap d'identité dit ses caractères (ToUnicode)."""
    if document.niveau != "A":
        return []
    return [
        f"{nom} : ToUnicode absent"
        for nom, genre, police, _ in _polices(document)
        if genre == "Type0"
        and nom_de(entree(police, "/Encoding")) in _IDENTITES
        and not isinstance(entree(police, "/ToUnicode"), pikepdf.Stream)
        and not _jeu_connu(_descendante(police))
    ]


def _jeu_connu(descendante: object) -> bool:
    """Vrai si le jeu de caractères d'Adobe dit déjà l'Unicode de chaque CID."""
    systeme = entree(descendante, "/CIDSystemInfo")
    return str(entree(systeme, "/Ordering") or "") in ("GB1", "CNS1", "Japan1", "Korea1")


def codages(document: DocumentA1) -> list[str]:
    """6.3.7 : MacRoman ou WinAnsi pour une TrueType non symbolique ; aucun codage, une seule cmap, si symbolique."""
    fautes = []
    for nom, genre, police, descripteur in _polices(document):
        if genre != "TrueType":
            continue
        drapeaux, codage = entree(descripteur, "/Flags"), entree(police, "/Encoding")
        symbolique = isinstance(drapeaux, int) and bool(drapeaux & _SYMBOLIQUE)
        if symbolique and codage is not None:
            fautes.append(f"{nom} : symbolique, avec un Encoding")
        elif symbolique and (cmaps := _cmaps(entree(descripteur, "/FontFile2"))) not in (1, None):
            fautes.append(f"{nom} : symbolique, avec {cmaps} tables cmap")
        elif not symbolique:
            base = nom_de(codage) or nom_de(entree(codage, "/BaseEncoding"))
            if base not in _CODAGES or entree(codage, "/Differences") is not None:
                fautes.append(f"{nom} : non symbolique, codage {base or 'absent'} ou Differences")
    return fautes


def _cmaps(programme: object) -> int | None:
    """Nombre de sous-tables cmap d'un programme TrueType ; None s'il ne se lit pas."""
    if not isinstance(programme, pikepdf.Stream):
        return None
    try:
        octets = programme.read_bytes()
        (tables,) = struct.unpack_from(">H", octets, 4)
        for rang in range(tables):
            nom, _, position, _ = struct.unpack_from(">4sIII", octets, 12 + 16 * rang)
            if nom == b"cmap":
                return int(struct.unpack_from(">H", octets, position + 2)[0])
    except (pikepdf.PdfError, struct.error):
        return None
    return 0
