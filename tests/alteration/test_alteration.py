"""Vingt-cinq documents abîmés de chaque type, toujours les mêmes ; `python -m tests.alteration` en joue davantage."""

from __future__ import annotations

import pytest

from steps.controle.modele import TypeFichier
from tests.alteration.alterations import FACONS, alterer
from tests.alteration.epreuve import eprouver
from tests.alteration.modeles import modeles
from tests.controle.aides_examens import HOSTILE_S

NOMBRE = 25


def test_chaque_type_a_un_modele_reconnu() -> None:
    """Aucun type n'échappe à l'épreuve, et chaque modèle est jugé sans incident avant d'être abîmé."""
    assert set(modeles()) == set(TypeFichier) - {TypeFichier.INCONNU}
    assert {t.value: eprouver(octets).incident for t, octets in modeles().items()} == dict.fromkeys(
        (t.value for t in modeles()), ""
    )


@pytest.mark.parametrize("type_fichier", list(modeles()), ids=str)
def test_abime(type_fichier: TypeFichier) -> None:
    """Un verdict pour chacun, sans incident ni durée démesurée."""
    for rang in range(NOMBRE):
        issue = eprouver(alterer(modeles()[type_fichier], f"1/{type_fichier.value}/{rang}"))
        assert issue.incident == "", (rang, issue.incident)
        assert issue.secondes < HOSTILE_S, rang


def test_une_graine_donne_toujours_les_memes_octets() -> None:
    """Un incident trouvé se rejoue ; et les altérations abîment vraiment."""
    modele = modeles()[TypeFichier.CDA_N3]
    assert alterer(modele, "a") == alterer(modele, "a")
    assert len({alterer(modele, str(rang)) for rang in range(50)}) > 40
    assert len(FACONS) >= 9
