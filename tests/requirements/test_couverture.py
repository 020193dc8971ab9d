"""La matrice de couverture et la lecture des features."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from requirements.catalogue import Catalogue, charger
from requirements.couverture import Couverture, couvrir, lire_defauts, lire_verifications
from requirements.erreurs import Anomalie, ErreurCatalogue
from requirements.features import lire_features
from requirements.matrice import FORMATS
from tests.requirements.fabrique import ecrire_couloir

FEATURE = """# language: fr
@INS/va1.01.01
Fonctionnalité: Traits
  @panne
  Scénario: Un
    Etant donné un texte
      \"\"\"
      @INS/va1.99.99
      \"\"\"

  Règle: Seconde
    Plan du scénario: Deux
      Soit <x>

      @lent
      Exemples:
        | x |
        | 1 |
"""


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    return charger("essai", racine=ecrire_couloir(tmp_path / "couloirs"))


def _couvrir(
    catalogue: Catalogue, tmp_path: Path, feature: str, dossier: str = "essai"
) -> tuple[Couverture, list[Anomalie]]:
    fichier = tmp_path / "features" / dossier / "vague-1" / "ins.feature"
    fichier.parent.mkdir(parents=True)
    fichier.write_text(feature, encoding="utf-8")
    anomalies: list[Anomalie] = []
    gherkin = lire_features(tmp_path / "features", anomalies)
    connus = {"INS/va1.01", "INS/va1.01.01", "SGL.INS/va1.02", "AUTRE.01.01"}
    matrice = couvrir(
        catalogue,
        gherkin,
        connus,
        anomalies,
        racine=tmp_path,
        verifications={"INS/va1.01.01": ("INSI-TLS-01",)},
        defauts={"INS/va1.01.01": ("sans_tls",)},
    )
    return matrice, anomalies


def test_etiquettes_heritees(catalogue: Catalogue, tmp_path: Path) -> None:
    """Une étiquette de fonctionnalité vaut pour ses scénarios, règles comprises ; un texte cité n'en est pas une."""
    matrice, anomalies = _couvrir(catalogue, tmp_path, FEATURE)
    assert anomalies == []
    ligne, sans_scenario = matrice.lignes
    assert ligne.features == (
        "features/essai/vague-1/ins.feature : Un",
        "features/essai/vague-1/ins.feature : Deux",
    )
    assert (ligne.verifications, ligne.defauts, ligne.etat) == (("INSI-TLS-01",), ("sans_tls",), "joué par le banc")
    assert sans_scenario.etat.startswith("non vérifiée : Aucun scénario")
    assert matrice.totaux["scénarios joués par une feature"] == 1
    assert matrice.totaux["exigences sans scénario"] == 1


def test_numero_inconnu(catalogue: Catalogue, tmp_path: Path) -> None:
    """Un numéro de feature qui n'existe pas dans le REM du dossier est une anomalie, avec des numéros proches."""
    _, anomalies = _couvrir(catalogue, tmp_path, FEATURE.replace("@panne", "@AUTRE.01.01 @INS/va1.01.02"))
    assert [(a.ligne, a.recu) for a in anomalies] == [(5, "« @AUTRE.01.01 »"), (5, "« @INS/va1.01.02 »")]
    assert "INS/va1.01.01" in anomalies[1].a_faire


def test_features_communes(catalogue: Catalogue, tmp_path: Path) -> None:
    """Une feature commune peut porter le numéro d'un autre couloir, jamais un numéro d'aucun."""
    matrice, anomalies = _couvrir(
        catalogue, tmp_path, FEATURE.replace("@panne", "@AUTRE.01.01 @RIEN.01.01"), dossier="communs"
    )
    assert [a.recu for a in anomalies] == ["« @RIEN.01.01 »"]
    assert len(matrice.lignes[0].features) == 2


def test_autre_couloir_ignore(catalogue: Catalogue, tmp_path: Path) -> None:
    """Une feature d'un autre couloir ne couvre pas celui-ci, même sous le même numéro."""
    matrice, anomalies = _couvrir(catalogue, tmp_path, FEATURE, dossier="radiologie")
    assert anomalies == []
    assert matrice.lignes[0].features == ()


def test_gherkin_mal_forme(catalogue: Catalogue, tmp_path: Path) -> None:
    """Un fichier que Gherkin refuse est une anomalie à sa ligne, pas un trou dans la matrice."""
    _, anomalies = _couvrir(
        catalogue, tmp_path, "# language: fr\nFonctionnalité: A\n  Scénario: B\n    Soit c\n  n'importe quoi"
    )
    assert anomalies[0].ligne in (5, 6)
    assert anomalies[0].attendu == "un Gherkin bien formé"


def test_formats(catalogue: Catalogue, tmp_path: Path) -> None:
    """Les trois formes de la matrice portent les mêmes lignes ; le Markdown est le même d'une fois à l'autre."""
    matrice, _ = _couvrir(catalogue, tmp_path, FEATURE)
    lignes = list(csv.DictReader(io.StringIO(FORMATS["csv"](matrice)), delimiter=";"))
    contenu = json.loads(FORMATS["json"](matrice))
    assert [ligne["Exigence"] for ligne in lignes] == [ligne["Exigence"] for ligne in contenu["lignes"]]
    assert contenu["totaux"] == matrice.totaux
    assert contenu["lignes"][0]["Preuves"] == ["INS/va1.01.01.01"]
    markdown = FORMATS["markdown"](matrice)
    assert markdown == FORMATS["markdown"](matrice)
    assert "| INS/va1.01 | INS/va1.01.01 | Traits gardés | réseau | 1 |" in markdown
    assert "| preuves | 1 |" in markdown


def test_verifications_et_defauts(tmp_path: Path) -> None:
    """Les deux fichiers de données se lisent par numéro de scénario ; un numéro inconnu est refusé."""
    connus = {"A.01.01"}
    verifications = tmp_path / "verifications.json"
    verifications.write_text('{"A.01.01": ["R-2", "R-1", "R-1"]}', encoding="utf-8")
    assert lire_verifications(verifications, connus) == {"A.01.01": ("R-1", "R-2")}
    defauts = tmp_path / "defauts.yaml"
    defauts.write_text('muet:\n  description: "Ne répond pas."\n  scenarios: [A.01.01]\n', encoding="utf-8")
    assert lire_defauts(defauts, connus) == {"A.01.01": ("muet",)}
    verifications.write_text('{"B.01.01": []}', encoding="utf-8")
    with pytest.raises(ErreurCatalogue, match=r"B\.01\.01"):
        lire_verifications(verifications, connus)
    defauts.write_text('muet:\n  description: "Ne répond pas."\n  scenarios: [B.01.01]\n', encoding="utf-8")
    with pytest.raises(ErreurCatalogue, match=r"defauts\.yaml:3 .* « B\.01\.01 »"):
        lire_defauts(defauts, connus)


@pytest.mark.parametrize("contenu", ["[1]", "{", '{"A.01.01": "R-1"}', '{"A.01.01": [1]}'])
def test_verifications_mal_formees(tmp_path: Path, contenu: str) -> None:
    """Un fichier de vérifications mal formé est refusé, jamais lu à moitié."""
    fichier = tmp_path / "verifications.json"
    fichier.write_text(contenu, encoding="utf-8")
    with pytest.raises(ErreurCatalogue):
        lire_verifications(fichier, {"A.01.01"})
