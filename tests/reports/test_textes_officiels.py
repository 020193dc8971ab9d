"""Textes officiels importés : rattachés aux numéros du catalogue, jamais bloquants."""

from __future__ import annotations

from pathlib import Path

from reports.ecriture import ecrire_tout
from reports.options import OptionsRapports
from reports.textes_officiels import charger_textes, textes_de
from requirements.importation import Surcouche
from requirements.importation.classeur import Revision
from requirements.importation.contenu import ExigenceLue, PreuveLue, ScenarioLu
from tests.reports.fabrique import jeu_complet

_REVISION = Revision("REM-BIO.xlsx", "ab" * 32, 10, "Exigences", "", "2026-01-01")


def _surcouche(numero: str) -> Surcouche:
    preuve = PreuveLue(id=f"{numero}.01.01", texte="TEXTE P", correspondance=f"{numero}.01.01")
    scenario = ScenarioLu(id=f"{numero}.01", texte="TEXTE S", ligne=2, preuves=[preuve], correspondance=f"{numero}.01")
    exigence = ExigenceLue(id=numero, texte="TEXTE E", ligne=2, scenarios=[scenario], correspondance=numero)
    return Surcouche("biologie", "BIO", _REVISION, (exigence,))


def test_rattaches_par_numero() -> None:
    """Exigence, scénario et preuve retrouvent leur texte, avec le nom et l'empreinte du classeur."""
    lue, livre, _ = jeu_complet(1)
    numero = lue.resultats[0].exigence
    textes = textes_de(_surcouche(numero), livre)
    assert textes.exigences == {numero: "TEXTE E"}
    assert textes.scenarios == {f"{numero}.01": "TEXTE S"}
    assert textes.preuves == {f"{numero}.01.01": "TEXTE P"}
    assert textes.origine == f"REM-BIO.xlsx, SHA-256 {'ab' * 32}"


def test_rien_d_importe(tmp_path: Path) -> None:
    """Sans import, aucun texte et aucune origine."""
    _, livre, _ = jeu_complet(1)
    assert charger_textes(livre, tmp_path).origine == ""


def test_import_abime_n_empeche_pas_le_rapport(tmp_path: Path) -> None:
    """Une surcouche illisible laisse écrire les rapports, qui disent pourquoi les textes manquent."""
    lue, livre, _ = jeu_complet(1)
    (tmp_path / "surcouche.yaml").write_text("[", encoding="utf-8")
    textes = charger_textes(livre, tmp_path)
    ecrire_tout(tmp_path / "camp", lue, livre, None, OptionsRapports(textes=textes))
    assert "aucun : " in (tmp_path / "camp" / "rapport.html").read_text(encoding="utf-8")
