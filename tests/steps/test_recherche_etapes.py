"""La recherche d'une étape par sa phrase trouve ce que trouverait pytest-bdd, sans essayer toutes les phrases."""

from __future__ import annotations

import pytest
from pytest_bdd import parsers
from pytest_bdd.steps import StepFunctionContext

from steps.recherche_etapes import _debut


@pytest.mark.parametrize(
    ("analyseur", "debut"),
    [
        (parsers.parse("Le biologiste valide « {nom} »"), "le biologiste valide « "),
        (parsers.parse("sans champ"), "sans champ"),
        (parsers.parse("{nom} d'abord"), ""),
        (parsers.re(r"le biologiste (?P<geste>\w+)"), ""),
        (parsers.cfparse("le biologiste valide {nombre:d} fois"), ""),
        (parsers.string("une phrase entière"), ""),
    ],
)
def test_debut_d_une_phrase(analyseur: parsers.StepParser, debut: str) -> None:
    """Le début est celui de toute étape qui convient ; vide quand l'analyseur peut en accepter d'autres."""
    contexte = StepFunctionContext("given", lambda: None, analyseur, {}, None)
    assert _debut(contexte) == debut


def test_toute_etape_qui_convient_commence_ainsi() -> None:
    """La casse ne compte pas plus que pour `parse` lui-même."""
    analyseur = parsers.parse("Le Biologiste valide « {nom} »")
    for texte in ("le biologiste valide « É »", "LE BIOLOGISTE VALIDE « bilan »"):
        assert analyseur.is_matching(texte)
        assert texte.lower().startswith(_debut(StepFunctionContext("given", lambda: None, analyseur, {}, None)))
