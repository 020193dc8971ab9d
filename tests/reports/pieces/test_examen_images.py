"""Les images : décodées en entier, lisibles, qui montrent quelque chose ; les pièges refusés en le disant."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from reports.pieces.controles.lecture import distance
from reports.pieces.controles.vignettes import empreinte_visuelle
from reports.pieces.examen import examiner_piece
from reports.pieces.modele import Contexte, PieceExaminee, PieceRefusee
from requirements.modele import TypePiece
from tests.reports.pieces import fichiers

_ADMIS = (TypePiece.VIDEO, TypePiece.CAPTURE)


def _examiner(octets: bytes, nom: str = "ecran.png", *admis: TypePiece) -> PieceExaminee | PieceRefusee:
    return examiner_piece(octets, admis or _ADMIS, Contexte(nom=nom))


def _refus(octets: bytes, nom: str = "ecran.png", *admis: TypePiece) -> PieceRefusee:
    rendu = _examiner(octets, nom, *admis)
    assert isinstance(rendu, PieceRefusee), rendu
    return rendu


@pytest.mark.parametrize("format_", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"])
def test_image_acceptee(format_: str) -> None:
    """Une capture de chaque format admis donne ses dimensions et une vignette d'au plus 320 pixels."""
    rendu = _examiner(fichiers.image(format_=format_), f"ecran.{format_.lower()}")
    assert isinstance(rendu, PieceExaminee), rendu
    assert rendu.genre is TypePiece.CAPTURE
    assert (rendu.details["largeur"], rendu.details["hauteur"]) == (640, 400)
    with Image.open(io.BytesIO(rendu.vignette)) as vignette:
        assert vignette.format == "PNG"
        assert vignette.size == (320, 200)


def test_extension_voisine_signalee() -> None:
    """Un JPEG nommé .png entre sous sa vraie extension, et cela se dit."""
    rendu = _examiner(fichiers.image(format_="JPEG"), "écran d'accueil.png")
    assert isinstance(rendu, PieceExaminee)
    assert rendu.nom == "ecran_d_accueil.jpg"
    assert "en réalité : image JPEG" in rendu.avertissements[0]


def test_sans_extension() -> None:
    """Un nom sans extension reçoit celle du contenu."""
    rendu = _examiner(fichiers.image(), "etape 1.2")
    assert isinstance(rendu, PieceExaminee)
    assert rendu.nom == "etape_1.2.png"


@pytest.mark.parametrize(
    ("octets", "nom", "code", "dit"),
    [
        (b"", "a.png", "vide", "fichier vide"),
        (fichiers.unie(), "a.png", "unie", "une seule couleur"),
        (fichiers.unie((0, 0, 0)), "a.png", "unie", "une seule couleur"),
        (fichiers.image(taille=(90, 60)), "a.png", "trop_petite", "90 × 60"),
        (fichiers.bombe_png(), "a.png", "trop_grand", "rien n'a été décodé"),
        (fichiers.image()[: len(fichiers.image()) // 2], "a.png", "illisible", "tronqué"),
        (fichiers.image(format_="JPEG")[:2500], "a.jpg", "illisible", "tronqué"),
        (b"\x89PNG\r\n\x1a\n" + b"n'importe quoi" * 50, "a.png", "illisible", "abîmé"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "a.svg", "dangereux", "SVG"),
        (b"<?xml version='1.0'?>\n<!-- x --><svg><script/></svg>", "a.png", "dangereux", "SVG"),
        (b"<!DOCTYPE html><html><script>alert(1)</script>", "a.html", "dangereux", "HTML"),
        (b"MZ\x90\0" + bytes(500), "a.png", "dangereux", "programme Windows"),
        (bytes(range(256)) * 20, "a.png", "format", "ne reconnaît pas"),
        (b"du texte", "a.png", "extension", "texte"),
        (fichiers.pdf(), "a.png", "extension", "PDF"),
    ],
)
def test_image_refusee(octets: bytes, nom: str, code: str, dit: str) -> None:
    """Chaque image trompeuse est refusée, avec ce qui était attendu, ce qui est reçu et quoi faire."""
    refus = _refus(octets, nom)
    assert (refus.code, dit in refus.message) == (code, True), refus
    assert "attendu : " in refus.message and "À faire : " in refus.message


def test_trop_gros_sans_etre_lu(tmp_path: Path) -> None:
    """Un fichier de quatre gigaoctets est refusé à sa taille, sans être lu."""
    gros = tmp_path / "gros.png"
    with gros.open("wb") as fichier:
        fichier.truncate(4_000_000_000)
    rendu = examiner_piece(gros, _ADMIS, Contexte(nom=gros.name))
    assert isinstance(rendu, PieceRefusee)
    assert rendu.code == "trop_grand"
    assert "4,0 Go ; rien n'en a été lu" in rendu.recu


def test_page_presque_blanche_acceptee() -> None:
    """Un écran blanc qui porte une seule ligne de texte n'est pas une image unie."""
    image = Image.new("RGB", (1280, 800), (255, 255, 255))
    image.paste((0, 0, 0), (40, 40, 120, 44))
    tampon = io.BytesIO()
    image.save(tampon, "PNG")
    assert isinstance(_examiner(tampon.getvalue()), PieceExaminee)


def test_dossier_pour_fichier(tmp_path: Path) -> None:
    """Un dossier, ou un fichier absent, n'est pas une pièce."""
    for chemin in (tmp_path, tmp_path / "absent.png"):
        rendu = examiner_piece(chemin, _ADMIS, Contexte(nom=chemin.name))
        assert isinstance(rendu, PieceRefusee)
        assert rendu.code == "absent"


def test_genre_refuse() -> None:
    """Un genre inconnu, ou que la preuve n'accepte pas, est refusé en disant lesquels le sont."""
    inconnu = examiner_piece(fichiers.image(), _ADMIS, Contexte(nom="a.png", genre="photo"))
    assert isinstance(inconnu, PieceRefusee) and "video, capture, document" in inconnu.attendu
    autre = examiner_piece(fichiers.image(), _ADMIS, Contexte(nom="a.png", genre="attestation"))
    assert isinstance(autre, PieceRefusee) and "vidéo (mp4" in autre.attendu


def test_empreinte_visuelle() -> None:
    """La même image recompressée se ressemble ; deux écrans différents, non."""
    un, deux = fichiers.ecran(1), fichiers.ecran(2)
    with Image.open(io.BytesIO(fichiers.image(1, format_="JPEG"))) as recompressee:
        assert distance(empreinte_visuelle(un), empreinte_visuelle(recompressee)) <= 4
    assert distance(empreinte_visuelle(un), empreinte_visuelle(deux)) > 4


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=400), st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"%PDF-1.7\n", b"PK\x03\x04"])
)
def test_octets_quelconques(octets: bytes, debut: bytes) -> None:
    """Des octets quelconques sont refusés ou acceptés, jamais une exception."""
    rendu = examiner_piece(debut + octets, tuple(TypePiece), Contexte(nom="x"))
    assert isinstance(rendu, PieceExaminee | PieceRefusee)
