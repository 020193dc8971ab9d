"""Une campagne dont les pièces sont déjà produites : elles rejoignent leurs preuves, aucun verdict n'en sort."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reports.verrou import Verrou
from simulators.socle.journal import JournalEchanges
from tests.campagne.lancement import lire_json, mener, module, verdicts
from tests.reports.pieces import fichiers

_EXIGENCES = ("--exigence=INS/va1.01", "--exigence=DMP/va1.02")


def _decrire(dossier: Path, reglages: str = "dossier: pieces, par: Jeanne Martin") -> Path:
    fichier = dossier / "logiciel.yaml"
    fichier.write_text(
        "logiciel: {nom: LaboTest, version: '4.2', editeur: Éditeur}\nprofils: [Général]\n"
        f"adaptateur: {{type: depot, {reglages}}}\n",
        encoding="utf-8",
    )
    return fichier


def _preuves(dossier: Path) -> dict[str, Any]:
    lus = lire_json(dossier / "verdicts.json")["scenarios"]
    return {preuve["repere"]: preuve for scenario in lus for preuve in scenario["preuves"]}


def test_campagne_de_depot(tmp_path: Path) -> None:
    """Chaque pièce va à sa preuve, par la même porte ; refus et orphelins se disent ; la reprise n'ajoute rien."""
    pieces = tmp_path / "pieces"
    pieces.mkdir()
    (pieces / "INS_va1.01.01.01.png").write_bytes(fichiers.image())
    (pieces / "INS_va1.01.02.01.png").write_bytes(fichiers.unie())
    (pieces / "INS_va1.02.01.01.png").write_bytes(fichiers.image(2))
    (pieces / "DMP_va1.02.01.01.pdf").write_bytes(fichiers.pdf("Homologation DMP"))
    (pieces / "DMP_va1.02.01.01.pdf.meta.yaml").write_text(
        "numero: HOM-12\ndate: 2026-03-01\nproduit: LaboTest\nversion: '4.2'\n", encoding="utf-8"
    )
    (pieces / "LISEZMOI.txt").write_text("à trier", encoding="utf-8")
    dossier = tmp_path / "c"
    issue = mener(*_EXIGENCES, f"--logiciel={_decrire(tmp_path)}", f"--dossier={dossier}")
    assert set(verdicts(dossier).values()) <= {"non_execute", "a_verifier"}, issue.stdout
    preuves = _preuves(dossier)
    ecran, homologation = preuves["INS/va1.01.01.01"], preuves["DMP/va1.02.01.01"]
    assert [(p["etat"], p["fichiers"][0]["depose_par"]) for p in (ecran, homologation)] == [
        ("produite", "Jeanne Martin")
    ] * 2
    assert homologation["fichiers"][0]["details"]["numero"] == "HOM-12"
    assert preuves["INS/va1.01.02.01"]["etat"] == "a_apporter"
    for dit in (
        "Dossier de pièces : 2 pièces déposées",
        "INS_va1.01.02.01.png (INS/va1.01.02.01) : attendu : une image qui montre",
        "LISEZMOI.txt : aucun N° de preuve",
        "1 pièce pour des scénarios que cette campagne n'a pas joués",
    ):
        assert dit in issue.stdout, issue.stdout
    controle = module("reports", "verifier-journal", str(dossier))
    assert controle.returncode == 0, controle.stdout
    reprise = mener(*_EXIGENCES, f"--logiciel={_decrire(tmp_path)}", f"--reprendre={dossier}")
    assert "Dossier de pièces : 0 pièce déposée" in reprise.stdout, reprise.stdout
    assert _preuves(dossier)["INS/va1.01.01.01"]["etat"] == "produite"
    with JournalEchanges.ouvrir(dossier) as journal:
        assert len(list(journal.enregistrements(type="piece"))) == 2


def test_depot_illisible(tmp_path: Path) -> None:
    """Un dossier absent ou une table fausse arrêtent la campagne avant tout scénario, en disant quoi corriger."""
    issue = mener(*_EXIGENCES, f"--logiciel={_decrire(tmp_path)}", f"--dossier={tmp_path / 'a'}")
    assert issue.returncode == 3
    assert "dossier introuvable" in issue.stdout, issue.stdout
    (tmp_path / "pieces").mkdir()
    (tmp_path / "t.csv").write_text("preuve;document\n", encoding="utf-8")
    description = _decrire(tmp_path, "dossier: pieces, table: t.csv")
    issue = mener(*_EXIGENCES, f"--logiciel={description}", f"--dossier={tmp_path / 'b'}")
    assert issue.returncode == 3
    assert "colonne inconnue : document" in issue.stdout, issue.stdout


def test_campagne_sur_un_dossier_occupe(tmp_path: Path) -> None:
    """Une campagne ne s'ouvre pas sur un dossier où un autre processus écrit."""

    (tmp_path / "pieces").mkdir()
    dossier = tmp_path / "c"
    dossier.mkdir()
    with Verrou(dossier, "dépôt de pièces"):
        issue = mener(*_EXIGENCES, f"--logiciel={_decrire(tmp_path)}", f"--dossier={dossier}")
    assert issue.returncode == 3
    assert "dépôt de pièces en cours (processus" in issue.stdout, issue.stdout
    assert not (dossier / "journal.sqlite").exists()
