"""Une campagne entière du logiciel témoin, relue hors ligne : chaque verdict de machine est refait à l'identique."""

from __future__ import annotations

import json
import sys

from tests.campagne.conftest import CampagneMenee
from tests.campagne.lancement import executer


def test_chaque_verdict_de_machine_est_refait_a_l_identique(entiere: CampagneMenee) -> None:
    """Aucun verdict différent, aucun jugement non rejouable, et les mêmes vérifications qu'au jugement."""
    issue = executer([sys.executable, "-m", "steps", "relire", str(entiere.dossier), "--json"])
    lu = json.loads(issue.stdout)
    scenarios = json.loads((entiere.dossier / "verdicts.json").read_text(encoding="utf-8"))["scenarios"]
    assert issue.returncode == 0 and lu["anomalies"] == []
    assert lu["identique"] == lu["recalcules"] == sum(s["moyen"] == "machine" for s in scenarios)
    assert lu["verifications"]["jugement"] == [lu["verifications"]["relecture"]]
    assert lu["jugements"] > lu["recalcules"] and lu["constats"] > lu["jugements"]


def test_tout_constat_conforme_sort_d_un_jugement(entiere: CampagneMenee) -> None:
    """Ce que les étapes posent d'elles-mêmes n'est que points à regarder : quelques-uns sur des milliers."""
    issue = executer([sys.executable, "-m", "steps", "relire", str(entiere.dossier), "--json"])
    poses = [s for s in json.loads(issue.stdout)["scenarios"] if s["constats_poses"]]
    assert poses and all(scenario["verdict_recalcule"] != "conforme" for scenario in poses)
