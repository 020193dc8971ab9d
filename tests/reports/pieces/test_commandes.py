"""`deposer`, `retirer`, `manquantes` : en ligne de commande, rapports rebâtis, refus dits."""

from __future__ import annotations

import json
import re
from pathlib import Path

import openpyxl
import pytest

from reports.__main__ import main
from reports.verrou import Verrou
from simulators.socle.journal import JournalEchanges
from tests.reports.pieces import fichiers

_PREUVE = "INS/va1.01.01.01"


@pytest.fixture
def ecran(tmp_path: Path) -> Path:
    """Une capture prête à déposer."""
    chemin = tmp_path / "ecran.png"
    chemin.write_bytes(fichiers.image())
    return chemin


def _etat(dossier: Path, preuve: str) -> str:
    lus = json.loads((dossier / "verdicts.json").read_text(encoding="utf-8"))["scenarios"]
    [etat] = [p["etat"] for s in lus for p in s["preuves"] if p["repere"] == preuve]
    return str(etat)


def test_deposer_et_retirer(dossier: Path, ecran: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Un dépôt puis un retrait rebâtissent tous les rapports ; journal, pièces et campagne.json s'accordent."""
    assert main(["deposer", str(dossier), "--preuve", _PREUVE, str(ecran), "--par", "Jeanne Martin"]) == 0
    assert "la preuve est produite" in capsys.readouterr().out
    assert _etat(dossier, _PREUVE) == "produite"
    assert "ecran.png" in (dossier / "rapport.html").read_text(encoding="utf-8")
    assert "ecran.png" in (dossier / "preuves" / "empreintes.sha256").read_text(encoding="utf-8")
    assert openpyxl.load_workbook(dossier / "convergence.xlsx", read_only=True).sheetnames
    assert main(["verifier-journal", str(dossier)]) == 0
    assert main(["retirer", str(dossier), "--preuve", _PREUVE, "ecran.png", "--raison", "mauvais patient"]) == 0
    assert _etat(dossier, _PREUVE) == "manquante"
    assert "ecran.png" not in (dossier / "preuves" / "empreintes.sha256").read_text(encoding="utf-8")
    assert main(["verifier-journal", str(dossier)]) == 0


def test_refus(dossier: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Une pièce refusée vaut 1, et le dit ; les bonnes du même dépôt entrent."""
    bon, vide = tmp_path / "bon.png", tmp_path / "vide.png"
    bon.write_bytes(fichiers.image())
    vide.write_bytes(b"")
    assert main(["deposer", str(dossier), "--preuve", _PREUVE, str(bon), str(vide), "--json"]) == 1
    lu = json.loads(capsys.readouterr().out)
    assert [r["piece"]["chemin"] for r in lu["rangees"]] == ["preuves/INS_va1.01.01.01/bon.png"]
    assert [(r["nom"], "fichier vide" in r["message"]) for r in lu["refusees"]] == [("vide.png", True)]


def test_deposer_un_dossier(dossier: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Un dossier entier : noms, table, métadonnées posées à côté, liens, orphelins signalés."""
    pieces = tmp_path / "pieces"
    pieces.mkdir()
    (pieces / "INS_va1.02.01.01.png").write_bytes(fichiers.image(2))
    (pieces / "homologation.pdf").write_bytes(fichiers.pdf("Homologation DMP"))
    (pieces / "homologation.meta.yaml").write_text(
        "numero: HOM-12\ndate: 2026-03-01\nproduit: LaboTest\nversion: '4.2'\nexpire_le: 2099-01-01\n", encoding="utf-8"
    )
    (pieces / "notes.txt").write_text("à trier", encoding="utf-8")
    table = tmp_path / "table.csv"
    table.write_text(
        "preuve;fichier;lien\nDMP/va1.02.01.01;homologation.pdf;\nDOC/va1.19.01.01;;https://interop.esante.gouv.fr/r/1\n",
        encoding="utf-8",
    )
    assert main(["deposer", str(dossier), "--depuis", str(pieces), "--table", str(table), "--json"]) == 1
    lu = json.loads(capsys.readouterr().out)
    assert {r["preuve"]: r["etat"] for r in lu["rangees"]} == {
        "DMP/va1.02.01.01": "produite",
        "DOC/va1.19.01.01": "a_verifier",
        "INS/va1.02.01.01": "produite",
    }
    homologation = next(r["piece"] for r in lu["rangees"] if r["preuve"] == "DMP/va1.02.01.01")
    assert homologation["details"]["numero"] == "HOM-12"
    assert [Path(o["fichier"]).name for o in lu["orphelins"]] == ["notes.txt"]
    # Recommencer n'écrit rien de plus : tout y est déjà.
    with JournalEchanges.ouvrir(dossier) as journal:
        avant = journal.position()
    assert main(["deposer", str(dossier), "--depuis", str(pieces), "--table", str(table), "--json"]) == 1
    assert all(r["deja"] for r in json.loads(capsys.readouterr().out)["rangees"])
    with JournalEchanges.ouvrir(dossier) as journal:
        assert journal.position() == avant


def test_metadonnees_en_options(dossier: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Une attestation sans métadonnées reste à vérifier ; complétées par options, elle suffit, sans second fichier."""
    pdf = tmp_path / "h.pdf"
    pdf.write_bytes(fichiers.pdf())
    commande = ["deposer", str(dossier), "--preuve", "DMP/va1.02.01.01", str(pdf)]
    assert main(commande) == 0
    assert "à vérifier : aucune métadonnée" in capsys.readouterr().out
    champs = ["numero=HOM-1", "date=01/03/2026", "produit=labotest", "version=4.2"]
    assert main([*commande, *(mot for champ in champs for mot in ("--champ", champ))]) == 0
    assert _etat(dossier, "DMP/va1.02.01.01") == "produite"
    assert len(list((dossier / "preuves" / "DMP_va1.02.01.01").iterdir())) == 1
    assert main([*commande, "--champ", "produit=AutreLabo"]) == 1
    assert "« AutreLabo »" in capsys.readouterr().out


def test_lien(dossier: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Un lien se donne sans fichier ; il reste à vérifier et le dit."""
    assert main(["deposer", str(dossier), "--preuve", "DOC/va1.19.01.01", "--lien", "4211"]) == 0
    assert "aucun outil du banc ne remplace" in capsys.readouterr().out
    assert _etat(dossier, "DOC/va1.19.01.01") == "a_verifier"


def test_manquantes(dossier: Path, ecran: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """La liste dit la forme la moins coûteuse ; une preuve apportée la quitte, un lien y est dit à vérifier."""
    assert main(["manquantes", str(dossier), "--json"]) == 0
    avant = json.loads(capsys.readouterr().out)["scenarios"]
    [preuve] = [p for s in avant for p in s["manquantes"] if p["preuve"] == _PREUVE]
    assert (preuve["genre"], preuve["genres"]) == ("capture", ["capture", "video"])
    [guide] = [s for s in avant if s["scenario"] == "DMP/va1.02.01"]
    assert len(guide["deroule"]) == 2 and all(etape["faire"] and etape["voir"] for etape in guide["deroule"])
    assert "CNDA" in guide["manquantes"][0]["a_montrer"]
    main(["deposer", str(dossier), "--preuve", _PREUVE, str(ecran)])
    main(["deposer", str(dossier), "--preuve", "DOC/va1.19.01.01", "--lien", "4211"])
    capsys.readouterr()
    assert main(["manquantes", str(dossier)]) == 0
    texte = capsys.readouterr().out
    assert f"{_PREUVE} :" not in texte
    assert "DOC/va1.19.01.01 : apportée, à vérifier par un relecteur" in texte
    assert guide["deroule"][0]["ecart"] in texte and guide["manquantes"][0]["a_montrer"] in texte
    assert re.search(r"\d+ preuves à apporter ; 1 preuve apportée reste à vérifier\.", texte)


@pytest.mark.parametrize(
    ("suite", "dit"),
    [
        (["--preuve", _PREUVE], "aucun fichier"),
        (["--depuis", "absent"], "n'est pas un dossier"),
        (["--preuve", _PREUVE, "x.png", "--table", "t.csv"], "--depuis DOSSIER"),
        (["--preuve", _PREUVE, "x.png", "--champ", "couleur=bleu"], "CHAMP parmi"),
        (["--preuve", _PREUVE, "x.png", "--meta", "absent.yaml"], "métadonnées illisibles"),
    ],
)
def test_demande_impossible(dossier: Path, suite: list[str], dit: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Une demande qui ne tient pas vaut 3, en disant quoi donner."""
    assert main(["deposer", str(dossier), *suite]) == 3
    assert dit in capsys.readouterr().err


def test_dossier_occupe(dossier: Path, ecran: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Pendant une campagne, un dépôt d'à côté attend : code 3, rien d'écrit ; la liste se lit toujours."""
    with Verrou(dossier, "campagne"):
        assert main(["deposer", str(dossier), "--preuve", _PREUVE, str(ecran)]) == 3
        assert "campagne en cours (processus" in capsys.readouterr().err
        assert main(["manquantes", str(dossier)]) == 0
    assert not (dossier / "preuves").exists()


@pytest.mark.parametrize("commande", ["deposer", "retirer", "manquantes"])
def test_sans_journal(commande: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Un dossier sans journal n'est pas une campagne : code 3, en français."""
    suite = {"deposer": ["--preuve", _PREUVE, "a.png"], "retirer": ["--preuve", _PREUVE, "a", "--raison", "x"]}
    assert main([commande, str(tmp_path), *suite.get(commande, [])]) == 3
    assert "attendu un dossier de campagne" in capsys.readouterr().err
    with pytest.raises(SystemExit) as sortie:
        main([commande, "--help"])
    assert sortie.value.code == 0
    assert "dossier de campagne" in capsys.readouterr().out
