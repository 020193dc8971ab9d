"""Les pièces d'une personne dans le rapport : une petite image sûre, qui l'a déposée, ce que l'examen a lu."""

from __future__ import annotations

import base64
import io
from pathlib import Path

from PIL import Image

from reports.resultat import OriginePiece, PieceJointe
from reports.vignettes import details_lisibles, vignettes_de


def _piece(vignette: str = "", **details: object) -> PieceJointe:
    return PieceJointe(
        "preuves/X/a.png",
        "0" * 64,
        1,
        "image/png",
        origine=OriginePiece.PERSONNE,
        depose_par="Mme Durand",
        depose_le="2026-11-22T10:00:00+00:00",
        details=details,
        vignette=vignette,
    )


def test_une_vignette_est_reduite_et_recomprimee(tmp_path: Path) -> None:
    """L'image en ligne est un JPEG d'au plus 200 pixels, quelle que soit celle du dossier."""
    (tmp_path / "vignettes").mkdir()
    Image.new("RGBA", (320, 180), (10, 60, 200, 128)).save(tmp_path / "vignettes" / "a.png")
    adresse = vignettes_de(tmp_path)(_piece("vignettes/a.png"))
    entete, _, corps = adresse.partition(",")
    assert entete == "data:image/jpeg;base64"
    with Image.open(io.BytesIO(base64.b64decode(corps))) as image:
        assert image.format == "JPEG" and image.width == 200 and image.height in (112, 113)


def test_ce_qui_n_est_pas_une_vignette_ne_se_montre_pas(tmp_path: Path) -> None:
    """Absente, hors du dossier, démesurée ou d'un autre format : le rapport se passe d'image."""
    lire = vignettes_de(tmp_path)
    (tmp_path / "faux.png").write_bytes(b"<svg onload='alert(1)'/>")
    Image.new("RGB", (5000, 5000)).save(tmp_path / "geante.png")
    dehors = tmp_path.parent / "dehors.png"
    Image.new("RGB", (10, 10)).save(dehors)
    for chemin in ("", "absente.png", "faux.png", "geante.png", f"../{dehors.name}", str(dehors)):
        assert lire(_piece(chemin)) == "", chemin


def test_ce_que_l_examen_a_lu_se_dit() -> None:
    """Qui, quand, les dimensions, la durée, les mentions d'une attestation."""
    texte = details_lisibles(
        _piece(largeur=1280, hauteur=720, duree_s=12.5, pages=2, numero="CNDA-7", expire_le="2027-01-31")
    )
    for attendu in ("déposée par Mme Durand", "1280 × 720", "2 pages", "n° CNDA-7", "expire le 2027-01-31"):
        assert attendu in texte
    machine = PieceJointe("preuves/X/a.xml", "0" * 64, 1, "application/xml")
    assert details_lisibles(machine) == ""
