"""Fabrique de PDF/A-1b d'essai (reportlab, puis qpdf), et de quoi y poser un défaut et un seul."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import pikepdf
import reportlab
from pikepdf import Array, Dictionary, Name, Pdf
from PIL import ImageCms
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas

LIGNES = ("Compte rendu d'examens biologiques", "Nom de naissance : ÉTÉ", "20/11/2026")
_TITRE, _PRODUCTEUR = "Compte rendu", "Banc"
_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<r:Description r:about="" xmlns:d="http://purl.org/dc/elements/1.1/" xmlns:p="http://ns.adobe.com/pdf/1.3/"
 p:Producer="{producteur}"><d:title><r:Alt><r:li xml:lang="x-default">{titre}</r:li></r:Alt></d:title>
</r:Description><r:Description r:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>{partie}</pdfaid:part><pdfaid:conformance>{niveau}</pdfaid:conformance></r:Description>{ajout}
</r:RDF></x:xmpmeta><?xpacket end="w"?>"""


def xmp(partie: str = "1", niveau: str = "B", *, titre: str = _TITRE, ajout: str = "") -> bytes:
    """Un paquet XMP."""
    champs = {"partie": partie, "niveau": niveau, "titre": titre, "producteur": _PRODUCTEUR, "ajout": ajout}
    return _XMP.format(**champs).encode()


@lru_cache(maxsize=1)
def profil_icc() -> bytes:
    """Un profil sRGB, en-tête d'une version 2."""
    octets = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    octets[8:10] = b"\x02\x10"
    return bytes(octets)


@lru_cache(maxsize=4)
def _brut(lignes: tuple[str, ...]) -> bytes:
    if "Vera" not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont("Vera", str(Path(reportlab.__file__).parent / "fonts" / "Vera.ttf")))
    tampon = io.BytesIO()
    page = canvas.Canvas(tampon, pagesize=A4, invariant=1, initialFontName="Vera")
    page.setFont("Vera", 12)
    for rang, ligne in enumerate(lignes):
        page.drawString(50, 790 - 18 * rang, ligne)
    page.setFillColorRGB(0.2, 0.2, 0.8)
    page.rect(50, 600, 40, 40, fill=1)
    page.showPage()
    page.save()
    return tampon.getvalue()


def pdfa(
    modifier: Callable[[Pdf], object] | None = None,
    *,
    lignes: tuple[str, ...] = LIGNES,
    metadonnees: bytes | None = None,
    objets: pikepdf.ObjectStreamMode = pikepdf.ObjectStreamMode.disable,
    **enregistrer: object,
) -> bytes:
    """Un PDF/A-1b ; `modifier` y pose un défaut avant l'écriture."""
    with pikepdf.open(io.BytesIO(_brut(lignes))) as pdf:
        pdf.Root.Metadata = pdf.make_stream(metadonnees or xmp(), Type=Name.Metadata, Subtype=Name.XML)
        profil = pdf.make_indirect(pdf.make_stream(profil_icc(), N=3))
        pdf.Root.OutputIntents = Array(
            [Dictionary(Type=Name.OutputIntent, S=Name.GTS_PDFA1, OutputConditionIdentifier="sRGB",
                        Info="sRGB", DestOutputProfile=profil)]
        )  # fmt: skip
        pdf.trailer.Info = pdf.make_indirect(Dictionary(Title=_TITRE, Producer=_PRODUCTEUR))
        if modifier is not None:
            modifier(pdf)
        sortie = io.BytesIO()
        options = {"deterministic_id": True, "min_version": "1.4", "fix_metadata_version": False, **enregistrer}
        pdf.save(sortie, object_stream_mode=objets, compress_streams=False, **options)  # type: ignore[arg-type]
    return sortie.getvalue()
