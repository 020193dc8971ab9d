"""Les vidéos : lues jusqu'au bout, qui durent, se voient et changent."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports.pieces.examen import examiner_piece
from reports.pieces.modele import Contexte, PieceExaminee, PieceRefusee
from requirements.modele import TypePiece
from tests.reports.pieces import fichiers

_ADMIS = (TypePiece.VIDEO, TypePiece.CAPTURE)


def _examiner(chemin: Path) -> PieceExaminee | PieceRefusee:
    return examiner_piece(chemin, _ADMIS, Contexte(nom=chemin.name))


@pytest.mark.parametrize(
    ("nom", "codec"),
    [("a.mp4", "mpeg4"), ("a.mov", "mpeg4"), ("a.webm", "libvpx"), ("a.mkv", "libx264"), ("a.avi", "mpeg4")],
)
def test_video_acceptee(nom: str, codec: str, tmp_path: Path) -> None:
    """Une vraie vidéo donne sa durée, ses dimensions, et l'image de son tiers en vignette."""
    rendu = _examiner(fichiers.video(tmp_path / nom, codec=codec))
    assert isinstance(rendu, PieceExaminee), rendu
    assert rendu.genre is TypePiece.VIDEO
    assert rendu.details["duree_s"] == pytest.approx(3.0, abs=0.3)
    assert (rendu.details["largeur"], rendu.details["hauteur"]) == (640, 400)
    assert rendu.vignette.startswith(b"\x89PNG")


@pytest.mark.parametrize(("nom", "codec"), [("a.mp4", "mpeg4"), ("a.webm", "libvpx"), ("a.mkv", "libx264")])
@pytest.mark.parametrize("part", [0.05, 0.3, 0.6])
def test_video_coupee(nom: str, codec: str, part: float, tmp_path: Path) -> None:
    """Une vidéo coupée avant la fin est refusée, quel que soit l'endroit de la coupure."""
    chemin = fichiers.video(tmp_path / nom, codec=codec)
    octets = chemin.read_bytes()
    chemin.write_bytes(octets[: int(len(octets) * part)])
    rendu = _examiner(chemin)
    assert isinstance(rendu, PieceRefusee), rendu
    assert rendu.code in ("illisible", "trop_courte")


def test_en_tete_seul(tmp_path: Path) -> None:
    """Un en-tête MP4 sans image n'est pas une vidéo."""
    chemin = tmp_path / "a.mp4"
    chemin.write_bytes(b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(2000))
    rendu = _examiner(chemin)
    assert isinstance(rendu, PieceRefusee)
    assert rendu.code == "illisible"


@pytest.mark.parametrize(("codec", "nom"), [("mpeg4", "a.mp4"), ("libvpx", "a.webm")])
def test_video_figee(codec: str, nom: str, tmp_path: Path) -> None:
    """Une vidéo d'une seule image tenue plusieurs secondes est refusée, bruit de compression compris."""
    rendu = _examiner(fichiers.video(tmp_path / nom, codec=codec, graines=(1,), secondes=4))
    assert isinstance(rendu, PieceRefusee)
    assert rendu.code == "figee"


def test_video_trop_courte(tmp_path: Path) -> None:
    """Une vidéo de quelques images est refusée en disant la durée attendue."""
    rendu = _examiner(fichiers.video(tmp_path / "a.mp4", secondes=0.6))
    assert isinstance(rendu, PieceRefusee)
    assert rendu.code == "trop_courte"
    assert "au moins 1,00 s" in rendu.attendu


def test_video_trop_petite(tmp_path: Path) -> None:
    """Une vidéo de la taille d'une vignette est refusée."""
    rendu = _examiner(fichiers.video(tmp_path / "a.mp4", taille=(160, 120)))
    assert isinstance(rendu, PieceRefusee)
    assert rendu.code == "trop_petite"


def test_liste_de_lecture_deguisee(tmp_path: Path) -> None:
    """Une liste de lecture nommée .mp4, qui ferait lire d'autres fichiers, n'est pas une vidéo."""
    chemin = tmp_path / "a.mp4"
    chemin.write_text("#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n", encoding="utf-8")
    rendu = _examiner(chemin)
    assert isinstance(rendu, PieceRefusee)
    assert rendu.code == "extension"
