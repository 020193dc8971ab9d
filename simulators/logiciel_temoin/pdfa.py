"""PDF/A-1b : polices incorporées, couleurs décrites, métadonnées XMP qui le déclarent (ISO 19005-1)."""

from __future__ import annotations

import io
import struct
from functools import cache
from xml.sax.saxutils import escape

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

POLICE = "LaboSans"
_PRODUCTEUR = "Labo Temoin 1.0.0"
# Bitstream Vera, livrée avec reportlab : les polices de base d'un PDF n'y sont pas incorporées, ce que PDF/A refuse.
pdfmetrics.registerFont(TTFont(POLICE, "Vera.ttf"))


def declarer(octets: bytes, titre: str, auteur: str) -> bytes:
    """Le même PDF, avec ce que PDF/A-1b demande en plus : profil de couleur, XMP, version 1.4."""
    with pikepdf.open(io.BytesIO(octets)) as pdf:
        profil = pdf.make_stream(_profil(), N=3, Alternate=Name.DeviceRGB)
        pdf.Root.OutputIntents = Array(
            [
                Dictionary(
                    Type=Name.OutputIntent,
                    S=Name.GTS_PDFA1,
                    OutputConditionIdentifier=String("sRGB"),
                    Info=String("sRGB"),
                    DestOutputProfile=profil,
                )
            ]
        )
        pdf.Root.Metadata = pdf.make_stream(_xmp(titre, auteur).encode(), Type=Name.Metadata, Subtype=Name.XML)
        pdf.trailer.Info = pdf.make_indirect(
            Dictionary(Title=String(titre), Author=String(auteur), Producer=String(_PRODUCTEUR))
        )
        sortie = io.BytesIO()
        pdf.save(
            sortie,
            force_version="1.4",
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            compress_streams=True,
        )
    return sortie.getvalue()


def est_declare(octets: bytes) -> bool:
    """Vrai si le PDF se dit PDF/A-1 dans ses métadonnées."""
    try:
        with pikepdf.open(io.BytesIO(octets)) as pdf:
            metadonnees = pdf.Root.get("/Metadata")
            lu = bytes(metadonnees.read_bytes()) if isinstance(metadonnees, pikepdf.Stream) else b""
    except (pikepdf.PdfError, ValueError):
        return False
    compact = b"".join(lu.split())
    return b"<pdfaid:part>1</pdfaid:part>" in compact or b'pdfaid:part="1"' in compact or b"pdfaid:part='1'" in compact


def _xmp(titre: str, auteur: str) -> str:
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
   <dc:format>application/pdf</dc:format>
   <dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(titre)}</rdf:li></rdf:Alt></dc:title>
   <dc:creator><rdf:Seq><rdf:li>{escape(auteur)}</rdf:li></rdf:Seq></dc:creator>
  </rdf:Description>
  <rdf:Description rdf:about="" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
   <pdf:Producer>{escape(_PRODUCTEUR)}</pdf:Producer>
  </rdf:Description>
  <rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
   <pdfaid:part>1</pdfaid:part>
   <pdfaid:conformance>B</pdfaid:conformance>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""


@cache
def _profil() -> bytes:
    """Profil ICC d'écran, version 2 : primaires sRGB ramenées à D50, gamma 2,2."""
    blanc = (0.9642, 1.0, 0.8249)
    rouge, vert, bleu = (0.43607, 0.22250, 0.01393), (0.38506, 0.71688, 0.09710), (0.14308, 0.06062, 0.71417)
    nom = b"sRGB\0"
    description = b"desc\0\0\0\0" + struct.pack(">I", len(nom)) + nom + bytes(4 + 4 + 2 + 1 + 67)
    courbe = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(2.2 * 256))
    etiquettes = [
        (b"desc", description),
        (b"cprt", b"text\0\0\0\0Domaine public\0"),
        (b"wtpt", _xyz(blanc)),
        (b"rXYZ", _xyz(rouge)),
        (b"gXYZ", _xyz(vert)),
        (b"bXYZ", _xyz(bleu)),
        (b"rTRC", courbe),
        (b"gTRC", courbe),
        (b"bTRC", courbe),
    ]
    place = 128 + 4 + 12 * len(etiquettes)
    table, corps = struct.pack(">I", len(etiquettes)), b""
    for signature, valeur in etiquettes:
        table += struct.pack(">4sII", signature, place + len(corps), len(valeur))
        corps += valeur + bytes(-len(valeur) % 4)
    entete = struct.pack(
        ">I4sI4s4s4s6H4sI",
        place + len(corps),
        b"\0\0\0\0",
        0x02100000,
        b"mntr",
        b"RGB ",
        b"XYZ ",
        *(2026, 1, 1, 0, 0, 0),
        b"acsp",
        0,
    )
    entete += bytes(24) + _fixes(blanc) + bytes(48)
    return entete + table + corps


def _fixes(valeurs: tuple[float, ...]) -> bytes:
    return b"".join(struct.pack(">i", round(v * 65536)) for v in valeurs)


def _xyz(valeurs: tuple[float, ...]) -> bytes:
    return b"XYZ \0\0\0\0" + _fixes(valeurs)
