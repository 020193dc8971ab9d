"""Une campagne par la prise HL7 v2 rend les mêmes verdicts que par l'adaptateur, et son dossier se relit."""

from __future__ import annotations

from pathlib import Path

from steps.logiciel.temoin_couloir import TEMOIN
from tests.campagne.lancement import lire_json, mener, module, verdicts

EXIGENCES = [f"--exigence={numero}" for numero in ("INS/va1.60", "INS/va1.71", "INS/va1.72", "DOC/va1.20")]


def test_par_la_prise(tmp_path: Path) -> None:
    """Sans `actions: []`, messages reçus, émis et transmis passent par MLLP, et le journal dit qui les a joués."""
    logiciel = tmp_path / "prise.yaml"
    logiciel.write_text(TEMOIN.read_text(encoding="utf-8").replace("  actions: []\n", ""), encoding="utf-8")
    campagne = tmp_path / "campagne"
    issue = mener(*EXIGENCES, f"--logiciel={logiciel}", f"--dossier={campagne}")
    assert issue.returncode == 0, issue.stdout
    assert set(verdicts(campagne).values()) == {"conforme"}
    assert len(lire_json(campagne / "verdicts.json")["scenarios"]) == 7
    relue = module("steps", "relire", str(campagne))
    assert relue.returncode == 0, relue.stdout
