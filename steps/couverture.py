"""Quelles règles chaque scénario a établies : relevé dans les verdicts d'une campagne."""

from __future__ import annotations

import json
from pathlib import Path

from reports.verdict import Verdict

_ETABLIS = (Verdict.CONFORME.value, Verdict.NON_CONFORME.value, Verdict.A_VERIFIER.value)


def regles_par_scenario(campagne: Path) -> dict[str, list[str]]:
    """Scénario → codes de règles, d'après `verdicts.json` ; les codes de conduite du banc ne comptent pas."""
    contenu = json.loads((campagne / "verdicts.json").read_text(encoding="utf-8"))
    par_scenario: dict[str, list[str]] = {}
    for scenario in contenu["scenarios"]:
        codes = {
            constat["code"]
            for constat in scenario["constats"]
            if constat["verdict"] in _ETABLIS and not constat["code"].startswith("BANC-")
        }
        if codes:
            par_scenario[scenario["scenario"]] = sorted(codes)
    return par_scenario
