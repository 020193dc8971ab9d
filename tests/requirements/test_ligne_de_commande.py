"""`python -m requirements` : ce que la personne lit et les codes de sortie."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from requirements.__main__ import main
from requirements.catalogue import charger
from requirements.differences import entre_catalogues, entre_vagues
from requirements.importation.surcouche import PROJET
from tests.requirements.fabrique import ENTETE_CONVERGENCE, SECTION, ecrire_classeur, ecrire_couloir

Sortie = pytest.CaptureFixture[str]


def test_valider_donnees_livrees(capsys: Sortie) -> None:
    """Les données livrées sont sans anomalie et leurs comptes sont dits."""
    assert main(["valider"]) == 0
    sortie = capsys.readouterr().out
    assert "biologie : 228 exigences, 267 scénarios, 363 preuves" in sortie
    assert "Aucune anomalie." in sortie


def test_valider_donnees_fautives(tmp_path: Path, capsys: Sortie) -> None:
    """Une anomalie donne le code 1, en texte comme en JSON."""
    racine = ecrire_couloir(tmp_path, SECTION.replace("profil: IAM", "profil: IMA"))
    assert main(["valider", "--racine", str(racine), "--couloir", "essai"]) == 1
    assert "ins.yaml:26 : attendu « profil »" in capsys.readouterr().out
    assert main(["valider", "--racine", str(racine), "--json"]) == 1
    contenu = json.loads(capsys.readouterr().out)
    assert contenu["couloirs"] == {}
    assert contenu["anomalies"][0]["ligne"] == 26


def test_valider_lecture_rapide(tmp_path: Path, capsys: Sortie) -> None:
    """Un numéro que la lecture rapide ne verrait pas est une anomalie : le marqueur pytest manquerait."""
    texte = SECTION.replace(
        "- id: SGL.INS/va1.02\n  profil: IAM\n  resume", "- profil: IAM\n  id: SGL.INS/va1.02\n  resume"
    )
    assert main(["valider", "--racine", str(ecrire_couloir(tmp_path, texte))]) == 1
    assert "« SGL.INS/va1.02 » écrit autrement" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["valider", "--couloir", "biolgie"], "Couloir inconnu : « biolgie »"),
        (["valider", "--racine", "nulle-part"], "attendu un dossier qui existe, reçu nulle-part"),
        (["differences", "--de", "1", "--a", "7"], "Attendu une vague parmi 1, 2, reçu 7"),
        (["couverture", "--defauts", "nulle-part.yaml"], "reçu un chemin qui n'existe pas"),
        (["couverture", "--verifier", "nulle-part.md"], "Attendu une matrice à vérifier"),
        (["importer", "absent.xlsx", "--couloir", "biologie"], "Classeur introuvable"),
    ],
)
def test_demande_impossible(arguments: list[str], message: str, capsys: Sortie) -> None:
    """Une demande impossible dit pourquoi en français et rend le code 2."""
    assert main(arguments) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "argument obligatoire absent : commande"),
        (["importer"], "argument obligatoire absent : CLASSEUR.xlsx, --couloir"),
        (["couverture", "--format", "xml"], "attendu l'un de"),
        (["differences", "--de", "un"], "attendu un entier, reçu 'un'"),
        (["valider", "--rapide"], "argument inconnu : --rapide"),
    ],
)
def test_arguments_refuses(arguments: list[str], message: str, capsys: Sortie) -> None:
    """Une erreur d'argument est dite en français, code 2."""
    with pytest.raises(SystemExit) as sortie:
        main(arguments)
    assert sortie.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("commande", [[], ["valider"], ["couverture"], ["differences"], ["importer"]])
def test_aide(commande: list[str], capsys: Sortie) -> None:
    """L'aide est en français jusque dans ses titres."""
    with pytest.raises(SystemExit) as sortie:
        main([*commande, "--help"])
    assert sortie.value.code == 0
    aide = capsys.readouterr().out
    assert aide.startswith("utilisation : python -m requirements")
    assert "affiche cette aide" in aide
    assert "usage:" not in aide and "show this" not in aide


def test_couverture_a_verifier(tmp_path: Path, capsys: Sortie) -> None:
    """Une matrice à jour passe ; une matrice modifiée à la main échoue avec l'écart et que faire."""
    matrice = tmp_path / "couverture.md"
    features = tmp_path / "features"
    features.mkdir()
    communs = ["couverture", "--features", str(features)]
    assert main([*communs, "--sortie", str(matrice)]) == 0
    sortie = capsys.readouterr().out
    assert "exigences : 228" in sortie and "scenarios : 267" in sortie and "preuves : 363" in sortie
    assert main([*communs, "--verifier", str(matrice)]) == 0
    assert "est à jour" in capsys.readouterr().out
    texte = matrice.read_text(encoding="utf-8")
    matrice.write_text(texte.replace("| preuves | 363 |", "| preuves | 364 |"), encoding="utf-8")
    assert main([*communs, "--verifier", str(matrice)]) == 1
    sortie = capsys.readouterr().out
    assert "-| preuves | 364 |" in sortie and "+| preuves | 363 |" in sortie
    assert "À faire : python -m requirements couverture" in sortie


def test_couverture_numero_inconnu(tmp_path: Path, capsys: Sortie) -> None:
    """Un numéro de feature qui n'existe nulle part arrête la couverture, code 1."""
    feature = tmp_path / "features" / "biologie" / "a.feature"
    feature.parent.mkdir(parents=True)
    feature.write_text(
        "# language: fr\nFonctionnalité: A\n  @INS/va1.01.99\n  Scénario: B\n    Soit c\n", encoding="utf-8"
    )
    assert main(["couverture", "--features", str(tmp_path / "features")]) == 1
    assert "a.feature:4 : attendu un numéro du REM BIO, reçu « @INS/va1.01.99 »" in capsys.readouterr().err


def test_differences_de_vagues(capsys: Sortie) -> None:
    """Entre les vagues 1 et 2 de biologie : 102 exigences nouvelles, 126 reprises, avec leur ancien numéro."""
    assert main(["differences"]) == 0
    sortie = capsys.readouterr().out
    assert "102 exigences nouvelles, 126 reprises" in sortie
    assert "INS/va1.01 (anciennement SGL.INS.01)" in sortie
    assert main(["differences", "--json"]) == 0
    contenu = json.loads(capsys.readouterr().out)
    assert sum(map(len, contenu["nouvelles"].values())) == 102
    assert {"id": "INS/va1.01", "anciens": ["SGL.INS.01"]} in contenu["reprises"]["INS"]
    ecarts = entre_vagues(charger("biologie"), 1, 2)
    assert sum(map(len, ecarts.reprises.values())) == 126


def test_differences_de_catalogues(tmp_path: Path, capsys: Sortie) -> None:
    """Entre deux états d'un catalogue : nouvelles, disparues, champs, scénarios et preuves changés."""
    avant = ecrire_couloir(tmp_path / "avant")
    texte = (
        SECTION.replace("SGL.INS/va1.02", "SGL.INS/va1.03")
        .replace("bloc: Bloc d'essai", "bloc: Autre bloc")
        .replace("se lisent sur", "s'affichent sur")
        .replace("INS/va1.01.01.01", "INS/va1.01.01.02")
    )
    apres = ecrire_couloir(tmp_path / "apres", texte)
    ecarts = entre_catalogues(charger("essai", racine=avant), charger("essai", racine=apres))
    assert (ecarts.nouvelles, ecarts.disparues) == (("SGL.INS/va1.03",), ("SGL.INS/va1.02",))
    assert [(c.exigence, c.quoi) for c in ecarts.changements] == [
        ("INS/va1.01", "bloc"),
        ("INS/va1.01", "preuve INS/va1.01.01.01"),
        ("INS/va1.01", "preuve INS/va1.01.01.02"),
        ("INS/va1.01", "attendu du scénario INS/va1.01.01"),
    ]
    dossiers = ["--avant", str(avant / "essai"), "--apres", str(apres / "essai")]
    assert main(["differences", "--couloir", "essai", *dossiers]) == 0
    assert "~ INS/va1.01, bloc : « Bloc d'essai » devient « Autre bloc »" in capsys.readouterr().out


def test_differences_d_imports(tmp_path: Path, capsys: Sortie) -> None:
    """Entre deux imports : les énoncés changés ; un import ne se compare pas à un catalogue."""
    for nom, enonce in (("a", "Premier énoncé."), ("b", "Second énoncé.")):
        classeur = ecrire_classeur(tmp_path / f"{nom}.xlsx", ENTETE_CONVERGENCE, [{"ID": "PSC.01", "Exigence": enonce}])
        assert main(["importer", str(classeur), "--couloir", "biologie", "--sortie", str(tmp_path / nom)]) == 0
    capsys.readouterr()
    assert main(["differences", "--avant", str(tmp_path / "a"), "--apres", str(tmp_path / "b")]) == 0
    assert "PSC.01, énoncé : « Premier énoncé. » → « Second énoncé. »" in capsys.readouterr().out
    assert main(["differences", "--avant", str(tmp_path / "a")]) == 2
    assert "reçu un de chaque" in capsys.readouterr().err


def test_en_processus() -> None:
    """La commande tourne comme module, depuis le dossier du projet, avec son code de sortie."""
    fini = subprocess.run(
        [sys.executable, "-m", "requirements", "valider", "--json"],
        cwd=PROJET,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert fini.returncode == 0
    comptes = {"exigences": 228, "scenarios": 267, "preuves": 363, "supplements": 0}
    assert json.loads(fini.stdout)["couloirs"]["biologie"] == comptes
