"""Rouvrir un dossier scellé : la même campagne, le même journal, chaque pièce à sa place."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports.chargement_campagne import charger_campagne
from reports.preuves import controler_pieces
from reports.sceau import ouvrir_dossier
from reports.sceau.contenu import pieces_de
from simulators.socle.journal import JournalEchanges
from tests.reports.sceau.fabrique import PetiteCampagne


def test_le_dossier_rouvert_est_la_campagne(tmp_path: Path) -> None:
    """Journal, résultats, corps et pièces sont ceux d'avant le scellement, octet pour octet."""
    petite = PetiteCampagne(tmp_path / "campagne")
    ouvert = ouvrir_dossier(petite.sceller(tmp_path / "d.zip").chemin, tmp_path / "x")
    with JournalEchanges.ouvrir(petite.dossier) as avant, JournalEchanges.ouvrir(ouvert.dossier) as apres:
        assert list(apres.enregistrements()) == list(avant.enregistrements())
        assert apres.verifier_chaine() == []
        assert [e.requete.corps.octets for e in apres.echanges()] == [e.requete.corps.octets for e in avant.echanges()]
        relue = charger_campagne(ouvert.dossier, apres, petite.catalogue)
    assert relue.resultats == petite.campagne.resultats
    assert controler_pieces(ouvert.dossier, pieces_de(relue)) == []
    vignettes = [piece.vignette for piece in pieces_de(relue) if piece.vignette]
    assert len(vignettes) == 3
    assert all((ouvert.dossier / vignette).is_file() for vignette in vignettes)


def test_jamais_par_dessus(tmp_path: Path) -> None:
    """Un dossier qui contient déjà quelque chose n'est pas touché."""
    scelle = PetiteCampagne(tmp_path / "campagne", nombre=1).sceller(tmp_path / "d.zip")
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "a").write_text("à moi", encoding="utf-8")
    with pytest.raises(FileExistsError, match="dossier neuf"):
        ouvrir_dossier(scelle.chemin, tmp_path / "x")
