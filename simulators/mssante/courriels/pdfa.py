"""PDF/A-1b des documents joints : police embarquée, profil de couleurs, marque pdfaid (ISO 19005-1)."""

from __future__ import annotations

import io
import threading
from functools import lru_cache
from html import escape
from pathlib import Path

import pikepdf
import reportlab
from pikepdf import Array, Dictionary, Name
from PIL import ImageCms
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

_POLICE = "Vera"
_PRODUCTEUR = "Banc SONS, serveur de test"
_PAR_PAGE = 44
# Les polices de reportlab sont communes à tout le processus.
_VERROU = threading.Lock()
_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<r:Description r:about="" xmlns:d="http://purl.org/dc/elements/1.1/" xmlns:p="http://ns.adobe.com/pdf/1.3/"
 p:Producer="{producteur}"><d:title><r:Alt><r:li xml:lang="x-default">{titre}</r:li></r:Alt></d:title>
</r:Description><r:Description r:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>1</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance></r:Description>
</r:RDF></x:xmpmeta><?xpacket end="w"?>"""


def pdf_a1(titre: str, lignes: list[str]) -> bytes:
    """Un PDF/A-1b qui porte ces lignes ; mêmes octets pour le même contenu."""
    with pikepdf.open(io.BytesIO(_pages(titre, lignes))) as pdf:
        xmp = _XMP.format(producteur=_PRODUCTEUR, titre=escape(titre)).encode()
        pdf.Root.Metadata = pdf.make_stream(xmp, Type=Name.Metadata, Subtype=Name.XML)
        profil = pdf.make_indirect(pdf.make_stream(_profil_icc(), N=3))
        intention = Dictionary(
            Type=Name.OutputIntent, S=Name.GTS_PDFA1, OutputConditionIdentifier="sRGB", Info="sRGB",
            DestOutputProfile=profil,
        )  # fmt: skip
        pdf.Root.OutputIntents = Array([intention])
        pdf.trailer.Info = pdf.make_indirect(Dictionary(Title=titre, Producer=_PRODUCTEUR))
        sortie = io.BytesIO()
        pdf.save(
            sortie, deterministic_id=True, min_version="1.4", fix_metadata_version=False,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
        )  # fmt: skip
    return sortie.getvalue()


def pdf_ordinaire(titre: str, lignes: list[str]) -> bytes:
    """Le même contenu, sans rien de ce qui fait un PDF/A."""
    return _pages(titre, lignes)


def _pages(titre: str, lignes: list[str]) -> bytes:
    tampon = io.BytesIO()
    with _VERROU:
        if _POLICE not in pdfmetrics.getRegisteredFontNames():
            fichier = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"
            pdfmetrics.registerFont(TTFont(_POLICE, str(fichier)))
        toile = Canvas(tampon, pagesize=A4, invariant=1, initialFontName=_POLICE)
        toile.setTitle(titre)
        for debut in range(0, max(1, len(lignes)), _PAR_PAGE):
            toile.setFont(_POLICE, 10)
            for rang, ligne in enumerate(lignes[debut : debut + _PAR_PAGE]):
                toile.drawString(50, 790 - 16 * rang, ligne)
            toile.showPage()
        toile.save()
    return tampon.getvalue()


@lru_cache(maxsize=1)
def _profil_icc() -> bytes:
    """sRGB, en-tête de version 2 : le PDF/A-1 n'admet pas les profils de version 4."""
    octets = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    octets[8:10] = b"\x02\x10"
    return bytes(octets)
