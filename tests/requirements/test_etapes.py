"""Le découpage des étapes d'un scénario : sûr, ou une seule étape ; jamais un mot perdu."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from requirements.importation.etapes import decouper

_MOTS = st.lists(st.sampled_from(["ouvrir", "la", "fiche", "de", "l'usager,", "puis", "v2.1", "valider"]), min_size=1)
_ETAPES = st.lists(_MOTS.map(" ".join), min_size=2, max_size=9)


@pytest.mark.parametrize(
    ("texte", "avant", "etapes"),
    [
        ("Etapes du scénario : 1. Ouvrir. 2. Valider.", "", ("Ouvrir.", "Valider.")),
        (
            "Prérequis : un usager. Étapes du scénario : 1) Ouvrir 2) Valider",
            "Prérequis : un usager.",
            ("Ouvrir", "Valider"),
        ),
        (
            "ETAPES :\n1. Ouvrir la version 2. de la fiche\n2. Valider",
            "",
            ("Ouvrir la version 2. de la fiche", "Valider"),
        ),
        ("Étapes du scénario :\n* Ouvrir\n* Valider", "", ("Ouvrir", "Valider")),
        (
            "Prérequis : inclusEtapes de la vidéo de preuve :1. Ouvrir la fiche2.Valider",
            "Prérequis : inclus",
            ("Ouvrir la fiche", "Valider"),
        ),
        ("1 . Ouvrir 2 . Valider", "", ("Ouvrir", "Valider")),
        ("Ouvrir la fiche puis valider.", "", ("Ouvrir la fiche puis valider.",)),
        ("1. Ouvrir 2. a 1. b 2. c", "", ("1. Ouvrir 2. a 1. b 2. c",)),
        ("1. Ouvrir 3. Valider", "", ("1. Ouvrir 3. Valider",)),
        ("Prendre la version 2. Valider", "", ("Prendre la version 2. Valider",)),
        ("1. 2. Valider", "", ("1. 2. Valider",)),
        ("", "", ()),
    ],
)
def test_decoupages(texte: str, avant: str, etapes: tuple[str, ...]) -> None:
    """Les formes vues dans les classeurs, et celles où découper serait deviner."""
    decoupage = decouper(texte)
    assert (decoupage.avant, decoupage.etapes) == (avant, etapes)


@given(_ETAPES, st.sampled_from([". ", ") ", ".\n", " . "]), st.sampled_from([" ", "\n"]))
def test_aller_retour(etapes: list[str], point: str, entre: str) -> None:
    """Des étapes numérotées, sur une ligne ou plusieurs, se retrouvent toutes."""
    texte = "Etapes du scénario : " + entre.join(f"{rang}{point}{etape}" for rang, etape in enumerate(etapes, 1))
    assert list(decouper(texte).etapes) == [" ".join(etape.split()) for etape in etapes]


@given(st.text(alphabet="ab 12.)\n*-:éE;Étapes", max_size=80))
def test_rien_ne_se_perd(texte: str) -> None:
    """Quel que soit le texte : aucune étape vide, aucun mot perdu ni déplacé, une étape au moins."""
    decoupage = decouper(texte)
    assert all(etape.strip() for etape in decoupage.etapes)
    rendus = re.findall(r"[^\W\d_]+", " ".join([decoupage.avant, *decoupage.etapes]))
    voulus = re.findall(r"[^\W\d_]+", texte)
    titre = iter(voulus)
    assert all(mot in titre for mot in rendus), "les mots rendus sont ceux du texte, dans l'ordre"
    perdus = len(voulus) - len(rendus)
    assert perdus in (0, 1), "seul le titre « étapes » disparaît"
    assert bool(decoupage.etapes) or not re.sub(r"(?i)[eé]tapes\s*:", "", texte).strip()


@given(st.text(max_size=200))
def test_texte_quelconque(texte: str) -> None:
    """Un texte quelconque se découpe sans faute, et le refaire sur une étape seule ne change rien au nombre de mots."""
    decoupage = decouper(texte)
    assert len(" ".join(decoupage.etapes).split()) <= len(texte.split())
