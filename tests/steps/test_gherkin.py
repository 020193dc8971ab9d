"""Le mot-clé d'une étape, tel qu'il est écrit dans la feature."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from steps.gherkin import mot_cle


@dataclass
class Etape:
    """Ce que pytest-bdd donne d'une étape."""

    name: str
    line_number: int
    keyword: str = "Étant Donné Que"


@pytest.mark.parametrize(
    ("ligne", "texte", "attendu"),
    [
        ("    Étant donné un patient « Zoé »", "un patient « Zoé »", "Étant donné"),
        ("    Étant donné que le patient existe", "le patient existe", "Étant donné que"),
        ("Et qu'il est né", "il est né", "Et qu'"),
        ("\t* une étape à puce", "une étape à puce", "*"),
        ("    Quand <role> appelle INSi", "agent_accueil appelle INSi", "Quand"),
        ("    Alors oui", "oui", "Alors"),
    ],
)
def test_mot_ecrit(tmp_path: Path, ligne: str, texte: str, attendu: str) -> None:
    """Le mot-clé garde sa casse et son « que »."""
    feature = tmp_path / "a.feature"
    feature.write_text(f"# language: fr\n{ligne}\n", encoding="utf-8")
    assert mot_cle(str(feature), Etape(texte, 2, "Quand" if "Quand" in ligne else "Étant Donné Que")) == attendu


def test_ligne_introuvable(tmp_path: Path) -> None:
    """Une ligne hors du fichier : le mot-clé du modèle, faute de mieux."""
    feature = tmp_path / "a.feature"
    feature.write_text("# language: fr\n", encoding="utf-8")
    assert mot_cle(str(feature), Etape("texte", 9, "Quand ")) == "Quand"
