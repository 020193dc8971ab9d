"""Les lectures des scénarios : lues, validées, rendues dans la matrice de couverture."""

from __future__ import annotations

from pathlib import Path

import pytest

from requirements.catalogue import DOSSIER_COULOIRS, charger
from requirements.couverture import couvrir
from requirements.erreurs import ErreurCatalogue
from requirements.lectures import FICHIER, Etat, Genre, charger_lectures, compter, en_lignes
from requirements.matrice import en_markdown
from tests.requirements.fabrique import ecrire_couloir

CONNUS = {"INS/va1.01.01", "INS/va1.01.02"}
JUSTE = """lectures:
- scenarios: [INS/va1.01.01]
  demande: "Les cinq traits obligatoires."
  joue: "Cinq refus, puis une création relue."
  ecarts:
  - {genre: faux_conforme, etat: corrige, texte: "Une constante passait."}
  - {genre: non_joue, etat: laisse, texte: "Le champ facultatif, et son | libellé."}
- scenarios: [INS/va1.01.02]
  demande: "Un nom composé, gardé tel quel."
  joue: "Cinq noms relus tels quels."
"""


def _ecrire(dossier: Path, texte: str) -> Path:
    (dossier / FICHIER).write_text(texte, encoding="utf-8")
    return dossier


def test_lectures_lues(tmp_path: Path) -> None:
    """Deux lectures, dont une sans écart ; les comptes suivent le genre et l'état."""
    lues = charger_lectures(_ecrire(tmp_path, JUSTE), CONNUS)
    assert [lue.scenarios for lue in lues] == [("INS/va1.01.01",), ("INS/va1.01.02",)]
    assert [(e.genre, e.etat) for e in lues[0].ecarts] == [
        (Genre.FAUX_CONFORME, Etat.CORRIGE),
        (Genre.NON_JOUE, Etat.LAISSE),
    ]
    assert compter(lues) == [
        ("demandé, non joué", 0, 1),
        ("jugé plus sévèrement", 0, 0),
        ("faux conforme possible", 1, 0),
    ]
    assert en_lignes(lues)[1][-1] == "aucun"


def test_sans_fichier(tmp_path: Path) -> None:
    """Un couloir sans lectures n'en a aucune, ce n'est pas une faute."""
    assert charger_lectures(tmp_path, CONNUS) == ()


@pytest.mark.parametrize(
    ("avant", "apres", "dit"),
    [
        ("[INS/va1.01.02]", "[INS/va1.99.99]", "« INS/va1.99.99 »"),
        ("[INS/va1.01.02]", "[INS/va1.01.01]", "deux fois"),
        ("genre: non_joue", "genre: oubli", "genre"),
        ("etat: laisse", "etat: plus tard", "etat"),
        ('joue: "Cinq noms', 'fait: "Cinq noms', "« fait »"),
        ('"Une constante passait."', '"court"', "une phrase"),
    ],
)
def test_lectures_fautives(tmp_path: Path, avant: str, apres: str, dit: str) -> None:
    """Un numéro inconnu ou répété, un mot hors de la liste, un champ inconnu, un texte trop court : refusés et dits."""
    with pytest.raises(ErreurCatalogue, match=dit):
        charger_lectures(_ecrire(tmp_path, JUSTE.replace(avant, apres)), CONNUS)


def test_rendues_dans_la_matrice(tmp_path: Path) -> None:
    """La matrice porte la section, ses comptes et une ligne par lecture ; sans lectures, rien de plus."""
    catalogue = charger("essai", racine=ecrire_couloir(tmp_path / "couloirs"))
    lues = charger_lectures(_ecrire(tmp_path, JUSTE), CONNUS)
    page = en_markdown(couvrir(catalogue, [], CONNUS, [], racine=tmp_path, lectures=lues))
    assert "## Écarts de lecture" in page
    assert "| faux conforme possible | 1 | 0 |" in page
    assert "demandé, non joué, laissé : Le champ facultatif, et son \\| libellé." in page
    assert "Écarts de lecture" not in en_markdown(couvrir(catalogue, [], CONNUS, [], racine=tmp_path))


def test_biologie_lue() -> None:
    """Chaque scénario joué hors INS, DOC, LOI et PORT a sa lecture."""
    catalogue = charger("biologie")
    numeros = {scenario.id for scenario in catalogue.scenarios()}
    lus = {n for lue in charger_lectures(DOSSIER_COULOIRS / "biologie", numeros) for n in lue.scenarios}
    assert len(lus) >= 136
    sections = ("ANN/", "TBB/", "MSS/", "DMP/AIRS", "DMP/CONF", "DMP/HISTO", "DMP/va1", "PSC.", "SSI/IAM", "SSI/IE")
    assert {n for n in numeros if n.startswith(sections)} - lus == set()
