"""Chaque point d'accès répond à ses propres exemples."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulators.annuaire.point import BASE_FHIR, points_acces
from tests.simulators.annuaire.conftest import Essai

RACINE = Path(__file__).parents[3] / "simulators" / "annuaire" / "endpoints"
EXEMPLES = sorted(RACINE.glob("*/exemples/*/*.http"))


def _nom(chemin: Path) -> str:
    return f"{chemin.parts[-4]}/{chemin.stem}"


@pytest.mark.parametrize("chemin", EXEMPLES, ids=_nom)
def test_exemple(chemin: Path, essai: Essai) -> None:
    """La réponse a le statut, et s'il est dit le nombre de résultats, du début du nom de l'exemple."""
    tete, _, corps = chemin.read_text(encoding="utf-8").partition("\n\n")
    premiere, *lignes = tete.strip().split("\n")
    methode, cible = premiere.split(" ", 1)
    entetes = dict(ligne.split(": ", 1) for ligne in lignes)
    base = "fhir" if cible.startswith(BASE_FHIR) else "extraction"
    racine = essai.adresses[base].split("/fhir/v2")[0].split("/annuaire-sante-webservices")[0]
    recu = essai.appeler(racine + cible, methode, entetes=entetes, data=corps.strip().encode() or None)
    statut, *reste = chemin.stem.split("_")
    assert recu.statut == int(statut), recu.octets[:300]
    if reste[0].isdecimal():
        assert len(recu.ressources) == recu.json["total"] == int(reste[0])
    if recu.statut >= 400 and base == "fhir":
        assert recu.diagnostic


def test_chaque_point_a_des_exemples() -> None:
    """Tout dossier de `endpoints/` est un point d'accès et porte des exemples."""
    dossiers = {chemin.name for chemin in RACINE.iterdir() if (chemin / "__init__.py").exists()}
    assert len(points_acces()) == len(dossiers)
    assert dossiers == {chemin.parts[-4] for chemin in EXEMPLES}
