"""Un PDF abîmé, chiffré ou démesuré est refusé proprement, sans mémoire ni temps démesurés."""

from __future__ import annotations

import io
import tracemalloc
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen import canvas

from reports.verdict import Verdict
from steps.verifications.pdf import PdfChiffre, PdfDemesure, PdfIllisible, images_des_pages, lire_pdf, pdf_ouvrable
from steps.verifications.pdf.flux import FLUX_MAX, IMAGE_MAX, _deplier, flux_decodes
from tests.verifications.pdf.aides import edition

SAIN = edition(["Compte rendu", "É œ ’ 1er"], pages_vides=1)


def objet_flux(donnees: bytes, filtre: bytes, plus: bytes = b"") -> bytes:
    """Un PDF minimal d'enveloppe correcte, qui porte ce flux."""
    return (
        b"%PDF-1.7\n1 0 obj\n<< /Length " + str(len(donnees)).encode() + b" /Filter " + filtre + plus + b" >>\nstream\n"
        + donnees + b"\nendstream\nendobj\ntrailer\n<<>>\n%%EOF\n"
    )  # fmt: skip


def test_lecture() -> None:
    """Le texte, page par page, et les métadonnées sont rendus."""
    lu = lire_pdf(SAIN)
    assert len(lu.pages) == 2
    assert "Compte rendu" in lu.pages[0]
    assert lu.metadonnees["Title"] == "Compte rendu"
    assert pdf_ouvrable(SAIN).verdict is Verdict.CONFORME


@pytest.mark.parametrize(
    "octets",
    [b"", b"%PDF-1.7", b"PK\x03\x04", SAIN[:-30], SAIN[: len(SAIN) // 2], b"%PDF-1.7\n%%EOF", b"<html>%%EOF"],
    ids=["vide", "entete", "zip", "sans_fin", "moitie", "creux", "html"],
)
def test_illisible(octets: bytes) -> None:
    """Ce qui n'est pas un PDF entier est un manquement, dit en français."""
    with pytest.raises(PdfIllisible):
        lire_pdf(octets)
    constat = pdf_ouvrable(octets)
    assert (constat.code, constat.verdict) == ("EDI-PDF-01", Verdict.NON_CONFORME)


@pytest.mark.parametrize("mot_de_passe", ["secret", ""])
def test_chiffre(mot_de_passe: str) -> None:
    """Un PDF chiffré, même s'il s'ouvre sans mot de passe, est signalé comme tel."""
    tampon = io.BytesIO()
    page = canvas.Canvas(tampon, encrypt=_chiffrement(mot_de_passe))
    page.drawString(50, 700, "Compte rendu")
    page.save()
    with pytest.raises(PdfChiffre):
        lire_pdf(tampon.getvalue())
    constat = pdf_ouvrable(tampon.getvalue())
    assert (constat.code, constat.verdict) == ("EDI-PDF-02", Verdict.A_VERIFIER)


def test_bombe_de_decompression() -> None:
    """Une bombe, simple, emboîtée ou codée, est refusée ; le banc ne conclut pas."""
    zeros = zlib.compress(bytes(FLUX_MAX + 1), 9)
    for donnees, filtre in (
        (zeros, b"/FlateDecode"),
        (zlib.compress(zeros), b"[/FlateDecode /FlateDecode]"),
        (zeros.hex().encode() + b">", b"[ /ASCIIHexDecode /FlateDecode ]"),
        (b"\x81\x00" * (FLUX_MAX // 128 + 2), b"/RunLengthDecode"),
        (bytes(100_000), b"/LZWDecode"),
    ):
        octets = objet_flux(donnees, filtre)
        with pytest.raises(PdfDemesure):
            lire_pdf(octets)
        assert pdf_ouvrable(octets).verdict is Verdict.NON_CONCLUANT


def test_bombe_sans_occuper_la_memoire() -> None:
    """Une image qui se décompresse en centaines de mégaoctets n'est jamais gardée en mémoire."""
    bloc = zlib.compressobj(9)
    zeros = bytes(8 * 1024 * 1024)
    donnees = b"".join(bloc.compress(zeros) for _ in range(IMAGE_MAX // len(zeros) + 1)) + bloc.flush()
    octets = objet_flux(donnees, b"/FlateDecode", b" /Subtype /Image /Width 10 /Height 10")
    tracemalloc.start()
    with pytest.raises(PdfDemesure):
        lire_pdf(octets)
    pic = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert pic < 16 * 1024 * 1024


def test_image_demesuree() -> None:
    """Une image qui annonce des milliards de points est refusée avant d'être décodée."""
    octets = objet_flux(b"x", b"/DCTDecode", b" /Subtype /Image /Width 100000 /Height 100000")
    with pytest.raises(PdfDemesure):
        lire_pdf(octets)


def test_flux_abime_tolere() -> None:
    """Un flux mal codé ne fait pas tomber l'examen : sa validité est l'affaire de pdfium."""
    assert list(flux_decodes(objet_flux(b"pas du zlib", b"/FlateDecode"))) == [b""]
    assert list(flux_decodes(objet_flux(b"zz", b"/ASCIIHexDecode"))) == [b"zz\n"]
    assert _deplier(b"\x02abc\xfez\x80reste") == b"abczzz"


def test_trop_de_pages() -> None:
    """Un document de plus de deux cents pages n'est pas lu, un de plus de trente n'est pas dessiné."""
    with pytest.raises(PdfDemesure):
        lire_pdf(edition(["x"], pages_vides=220))
    with pytest.raises(PdfDemesure):
        next(iter(images_des_pages(edition(["x"], pages_vides=40), 72)))


def test_page_geante() -> None:
    """Une page gigantesque est dessinée à une résolution réduite."""
    tampon = io.BytesIO()
    page = canvas.Canvas(tampon, pagesize=(14000, 14000))
    page.drawString(50, 700, "Compte rendu")
    page.save()
    image = next(iter(images_des_pages(tampon.getvalue(), 300)))
    assert image.width * image.height <= 31_000_000


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(SAIN) - 1), st.binary(min_size=1, max_size=8))
def test_octets_abimes(position: int, bruit: bytes) -> None:
    """Un PDF dont des octets sont écrasés se lit ou se refuse ; jamais d'autre exception."""
    abime = SAIN[:position] + bruit + SAIN[position + len(bruit) :]
    try:
        lire_pdf(abime)
    except PdfIllisible:
        return


def _chiffrement(mot_de_passe: str) -> object:
    return StandardEncryption(mot_de_passe, ownerPassword="proprietaire", canPrint=0)
