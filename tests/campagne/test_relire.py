"""Une campagne entière du logiciel témoin, relue hors ligne : chaque verdict de machine est refait à l'identique."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from tests.campagne.conftest import CampagneMenee
from tests.campagne.lancement import executer


@pytest.fixture(scope="module")
def relue(entiere: CampagneMenee) -> dict[str, Any]:
    """Ce que la commande dit de la campagne, et son code de sortie."""
    issue = executer([sys.executable, "-m", "steps", "relire", str(entiere.dossier), "--json"])
    return {**json.loads(issue.stdout), "code": issue.returncode}


def test_chaque_verdict_de_machine_est_refait_a_l_identique(entiere: CampagneMenee, relue: dict[str, Any]) -> None:
    """Aucun verdict différent, aucun jugement non rejouable, et les mêmes vérifications qu'au jugement."""
    lu = relue
    scenarios = json.loads((entiere.dossier / "verdicts.json").read_text(encoding="utf-8"))["scenarios"]
    assert lu["code"] == 0 and lu["anomalies"] == []
    assert lu["identique"] == lu["recalcules"] == sum(s["moyen"] == "machine" for s in scenarios)
    assert lu["verifications"]["jugement"] == [lu["verifications"]["relecture"]]
    assert lu["jugements"] > lu["recalcules"] and lu["constats"] > lu["jugements"]


def test_ce_que_les_etapes_posent_n_est_jamais_conforme(relue: dict[str, Any]) -> None:
    """Un constat sans jugement n'est qu'un point à regarder : quelques-uns sur des milliers."""
    poses = [scenario for scenario in relue["scenarios"] if scenario["constats_poses"]]
    assert sum(scenario["constats_poses"] for scenario in poses) < 0.01 * relue["constats"]
    assert poses and all(scenario["verdict_recalcule"] != "conforme" for scenario in poses)
