"""Ce qu'on sait d'un REM publié, avec sa confiance, sans rien en faire entrer dans le catalogue."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from requirements.__main__ import main
from requirements.catalogue import charger, charger_dossier
from requirements.erreurs import ErreurCatalogue
from requirements.publication import FICHIER, charger_publication, devant_publication
from tests.requirements.fabrique import ecrire_couloir

PUBLICATION = """document: REM-ESSAI
revision: 2026-06-08
confiance: secondaire
source: "Lu par un tiers."
exigences_comptees: 3
numeros:
- id: SC.INS/va1.01
- id: INS/va1.02
- id: SC.INS/va1.09
  sujet: "Une exigence que nous n'avons pas."
- id: "SC.INS/va1.01 BIS"
  sujet: "Une version nouvelle de la première."
  proche: INS/va1.01
"""


def _ecrire(racine: Path, texte: str = PUBLICATION) -> Path:
    dossier = ecrire_couloir(racine) / "essai"
    (dossier / FICHIER).write_text(texte, encoding="utf-8")
    return dossier


def test_garde_renumerote_inconnu(tmp_path: Path) -> None:
    """`SC.` ni un préfixe de REM omis ne changent rien ; un `BIS` se rapproche sans se confondre."""
    dossier = _ecrire(tmp_path)
    publication = charger_publication(dossier)
    assert publication is not None
    ecarts = devant_publication(charger_dossier(dossier), publication)
    assert ecarts.gardees == {"SC.INS/va1.01": "INS/va1.01", "INS/va1.02": "SGL.INS/va1.02"}
    assert ecarts.renumerotees == {"SC.INS/va1.01 BIS": "INS/va1.01"}
    assert [numero.id for numero in ecarts.inconnues] == ["SC.INS/va1.09", "SC.INS/va1.01 BIS"]
    assert "n'est pas pour autant retiré" in ecarts.en_texte()


@pytest.mark.parametrize(
    ("avant", "apres", "attendu"),
    [
        ("confiance: secondaire", "confiance: sure", "« confiance » parmi"),
        ("2026-06-08", "8 juin", "une date AAAA-MM-JJ"),
        ("comptees: 3", "comptees: trois", "un nombre entier"),
        ("- id: INS/va1.02", "- id: INS-02", "un numéro d'exigence"),
        ("- id: INS/va1.02", "- id: SC.INS/va1.01", "chaque numéro une fois"),
    ],
)
def test_fautes(tmp_path: Path, avant: str, apres: str, attendu: str) -> None:
    """Une donnée fautive est dite, avec sa ligne."""
    with pytest.raises(ErreurCatalogue) as erreur:
        charger_publication(_ecrire(tmp_path, PUBLICATION.replace(avant, apres)))
    assert any(attendu in anomalie.attendu for anomalie in erreur.value.anomalies)


def test_medecins_de_ville(capsys: pytest.CaptureFixture[str]) -> None:
    """Les 73 numéros connus du REM LGC publié : 53 au catalogue, 20 inconnus, chacun avec son sujet."""
    assert main(["differences", "--couloir", "medecins-de-ville", "--publie", "--json"]) == 0
    lu = json.loads(capsys.readouterr().out)
    assert (lu["confiance"], lu["exigences_comptees"], lu["exigences"]) == ("secondaire", 198, 232)
    assert (len(lu["gardees"]), len(lu["inconnues"])) == (53, 20)
    assert lu["renumerotees"]["LGC.DMP/UX.10"] == "DMP/UX.10"
    assert lu["renumerotees"]["SC.SSI/GEN.02 BIS"] == "SSI/GEN.02"
    assert all(lu["inconnues"].values())
    assert len(charger("medecins-de-ville").exigences) == 232


def test_rien_de_su(capsys: pytest.CaptureFixture[str]) -> None:
    """Un couloir dont on ne sait rien de publié : l'erreur dit d'importer le classeur."""
    assert main(["differences", "--couloir", "radiologie", "--publie"]) == 2
    assert "importer votre copie" in capsys.readouterr().err
