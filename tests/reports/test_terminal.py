"""Résumé de terminal : complet, en français, sans couleur ni commande hors de propos."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest

from reports.terminal import couleurs_permises, ligne_scenario, resumer
from tests.reports.fabrique import jeu_complet, jeu_hostile


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_resume() -> None:
    """Le résumé donne comptes, sections, non conformes, preuves à apporter et le rapport."""
    lue, _, _ = jeu_complet(12)
    texte = "\n".join(resumer(replace(lue, demonstration=True), Path("camp"), largeur=100))
    for attendu in (
        "REM BIO, couloir biologie, vagues 1, 2 · LaboTest 4.2",
        "DÉMONSTRATION, non recevable",
        "12 scénarios de conformité",
        "✗ non conforme",
        "INS/va1.01.01  Le premier appel porte deux prénoms",
        "Reste à apporter : 8 preuves",
        f"Rapport : {Path('camp') / 'rapport.html'}",
    ):
        assert attendu in texte, attendu
    assert "\x1b" not in texte


def test_couleurs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Des couleurs sur un terminal seulement, jamais contre NO_COLOR."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert couleurs_permises(_Terminal())
    assert not couleurs_permises(io.StringIO())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not couleurs_permises(_Terminal())


def test_hostile_sans_commande() -> None:
    """Un titre hostile ne pilote pas le terminal et tient sur une ligne."""
    lue, _, _ = jeu_hostile()
    lignes = [ligne_scenario(fait, rang, 10) for rang, fait in enumerate(lue.resultats, start=1)]
    lignes += resumer(lue, Path("camp"), largeur=80)
    assert not any(set(ligne) & set("\x00\x07\x1b\x7f\r\n") for ligne in lignes)
    assert lignes[0].startswith("[ 1/10] ✗ non conforme   INS.01.01  <script>")
