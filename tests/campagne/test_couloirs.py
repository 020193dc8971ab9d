"""Un couloir de l'utilisateur, de son dossier au dossier scellé, sans une ligne de Python."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from openpyxl import load_workbook

from requirements.__main__ import main
from requirements.lieux import COPIE, VARIABLE
from steps.logiciel.temoin_couloir import TEMOIN
from tests.campagne.lancement import lire_json, mener, module, verdicts
from tests.requirements.test_couloir_neuf import classeur, importer, ligne


@pytest.fixture(scope="module")
def miens(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Un dossier de couloirs qui a le gabarit d'officine."""
    dossier = tmp_path_factory.mktemp("miens")
    assert main(["gabarit", "officine", "--sortie", str(dossier)]) == 0
    return dossier


@pytest.fixture(scope="module")
def importe(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Un couloir importé d'un classeur, et sa campagne ; INS/va1.28 est aussi joué par une feature commune."""
    dossier = tmp_path_factory.mktemp("importe")
    fichier = classeur(dossier, ligne("LGO.BPM.01"), ligne("INS/va1.28"), ligne("LGO.BPM.02", Profil="IAM"))
    assert importer(fichier, dossier / "miens") == 0
    campagne = dossier / "campagne"
    issue = mener("--couloir=officine", f"--couloirs={dossier / 'miens'}", f"--dossier={campagne}", "--junit")
    assert issue.returncode == 0, issue.stdout
    shutil.rmtree(dossier / "miens")  # un relecteur n'a pas ce dossier
    return dossier, campagne


def test_le_gabarit_se_joue(miens: Path, tmp_path: Path) -> None:
    """Une feature à soi, un scénario guidé, une reprise jouée par la feature commune : chacun son verdict."""
    campagne = tmp_path / "campagne"
    issue = mener("--couloir=officine", f"--couloirs={miens}", f"--dossier={campagne}")
    assert issue.returncode == 0, issue.stdout
    assert verdicts(campagne) == {
        "LGO.INS.01.01": "conforme",
        "LGO.INS.02.01": "a_verifier",
        "INS/va1.28.01": "conforme",
    }
    assert lire_json(campagne / "campagne.json")["rem"] == "OFF"
    for page in ("rapport.html", "verdicts.json"):
        assert str(miens) not in (campagne / page).read_text(encoding="utf-8")
    reprise = mener("--couloir=officine", f"--reprendre={campagne}", "--exigence=LGO.INS.01")
    assert reprise.returncode == 0, reprise.stdout
    relue = module("steps", "relire", str(campagne))
    assert relue.returncode == 0, relue.stdout


def test_un_defaut_se_voit(miens: Path, tmp_path: Path) -> None:
    """Le même couloir devant un logiciel fautif : la feature de l'utilisateur le prend."""
    logiciel = tmp_path / "fautif.yaml"
    logiciel.write_text(
        f"{TEMOIN.read_text(encoding='utf-8')}defauts: [insi_prenom_au_lieu_de_liste]\n", encoding="utf-8"
    )
    campagne = tmp_path / "campagne"
    options = [f"--couloirs={miens}", f"--dossier={campagne}", f"--logiciel={logiciel}"]
    issue = mener("--couloir=officine", *options)
    assert issue.returncode == 1, issue.stdout
    assert verdicts(campagne)["LGO.INS.01.01"] == "non_conforme"
    assert verdicts(campagne)["INS/va1.28.01"] == "conforme"


def test_un_couloir_importe_est_guide(importe: tuple[Path, Path]) -> None:
    """Chaque scénario est à vérifier, même là où une feature commune porte ce numéro ; sa forme guidée se lit."""
    _, campagne = importe
    issues = verdicts(campagne)
    assert issues == {
        "LGO.BPM.01.01": "a_verifier",
        "INS/va1.28.01": "a_verifier",
        "LGO.BPM.02.01": "a_verifier",
    }
    page = (campagne / "rapport.html").read_text(encoding="utf-8")
    for texte in ("L&#39;envoyer au médecin.", "Ce que l&#39;étape attend ne s&#39;observe pas.", "LGO.BPM.01.01.01"):
        assert texte in page
    feuille = load_workbook(campagne / "convergence.xlsx")["Exigences"]
    lignes = [tuple(cellule.value for cellule in rangee) for rangee in feuille.iter_rows()]
    entete = next(rangee for rangee in lignes if "N° scénario" in rangee)
    colonnes = [entete.index(nom) for nom in ("N° scénario", "N° preuve", "Verdict")]
    assert ("BPM.01.01", "BPM.01.01.01", "à vérifier") in [tuple(r[c] for c in colonnes) for r in lignes]


def test_la_campagne_se_scelle_se_verifie_et_se_relit(
    importe: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sans le dossier de l'utilisateur : la campagne garde son catalogue ; un dossier scellé dit ce qui lui manque."""
    _, campagne = importe
    for commande in (("reports", "generer"), ("reports", "manquantes"), ("reports", "resumer"), ("steps", "relire")):
        issue = module(*commande, str(campagne))
        assert issue.returncode == 0, issue.stdout
    declaration = ["--scenario", "LGO.BPM.01.01", "--issue", "conforme", "--par", "C. Dupuis"]
    issue = module("reports", "declarer", str(campagne), *declaration)
    assert issue.returncode == 0, issue.stdout
    options = ["--demonstration", "--provisoire", "--sortie", str(tmp_path / "dossier.zip")]
    scelle = module("reports", "sceller", str(campagne), "--cle-ephemere", *options)
    assert scelle.returncode == 0, scelle.stdout
    (archive,) = tmp_path.glob("*.zip")
    verifie = module("reports", "verifier", str(archive))
    assert "Conclusion : dossier intact, mais incomplet (5 manques)" in verifie.stdout
    assert f"donnez-le par la variable {VARIABLE}" in verifie.stdout
    monkeypatch.setenv(VARIABLE, str(campagne / COPIE))
    entier = module("reports", "verifier", str(archive))
    assert "dossier intact" in entier.stdout
    assert "convergence.xlsx n'a pas été comparé" not in entier.stdout
    issue = module("steps", "relire", str(archive))
    assert issue.returncode == 0, issue.stdout


@pytest.mark.parametrize(
    ("cas", "message"),
    [
        ("absent", "--couloirs : attendu un dossier qui existe"),
        ("livre", "attendu un nom de couloir que le banc n'a pas, reçu « biologie »"),
        ("numero", "étiquette inconnue : @LGO.INS.99.01"),
        ("perdu", "nom de scénario employé deux fois"),
        ("inconnu", "Couloir inconnu : « offcine »"),
        ("champ", "attendu un champ de"),
    ],
)
def test_fautes(miens: Path, tmp_path: Path, cas: str, message: str) -> None:
    """La campagne ne commence pas, la faute est dite en français, et rien n'est écrit."""
    copie = tmp_path / "copie"
    shutil.copytree(miens, copie)
    feature = copie / "officine" / "features" / "ins.feature"
    couloir, dossier = "officine", copie
    match cas:
        case "absent":
            dossier = tmp_path / "nulle-part"
        case "livre":
            (copie / "officine").rename(copie / "biologie")
        case "numero":
            feature.write_text(feature.read_text(encoding="utf-8").replace("@LGO.INS.01", "@LGO.INS.99"), "utf-8")
        case "perdu":
            texte = feature.read_text(encoding="utf-8")
            feature.write_text(texte + texte.partition("\n\n")[2].replace("INS.01", "INS.02"), "utf-8")
        case "inconnu":
            couloir = "offcine"
        case _:
            (copie / "officine" / "vague-1" / "ins.yaml").write_text("id_section: INS\nzzz: 1\n", "utf-8")
    issue = mener(f"--couloir={couloir}", f"--couloirs={dossier}", f"--dossier={tmp_path / 'campagne'}")
    assert issue.returncode in (2, 4), issue.stdout
    assert message in issue.stdout
    assert "INTERNALERROR" not in issue.stdout
    assert "Traceback" not in issue.stdout
    assert not (tmp_path / "campagne" / "journal.sqlite").exists()


def test_diagnostic_et_initier(miens: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Les autres commandes trouvent le couloir par l'option, ou par la variable d'environnement."""
    fichier = tmp_path / "logiciel.yaml"
    issue = module("steps", "initier", "--couloir", "officine", "--couloirs", str(miens), "--sortie", str(fichier))
    assert issue.returncode == 0, issue.stdout
    assert "couloir: officine" in fichier.read_text(encoding="utf-8")
    assert module("steps", "initier", "--couloir", "officine").returncode == 2
    monkeypatch.setenv(VARIABLE, str(miens))
    issue = module("steps", "diagnostic", "--couloir", "officine")
    assert "REM OFF : 3 exigences" in issue.stdout
    refuse = module("steps", "diagnostic", "--couloir", "officine", "--couloirs", str(tmp_path))
    assert refuse.returncode == 2
    assert "au moins un <couloir>/couloir.yaml" in refuse.stdout
