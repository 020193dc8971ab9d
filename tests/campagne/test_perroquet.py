"""Un produit qui dit avoir tout fait et n'a rien fait n'obtient aucun « conforme »."""

from __future__ import annotations

from pathlib import Path

import pytest

from requirements.catalogue import charger
from tests.campagne.lancement import decrire_logiciel, lire_json, mener
from tests.steps.perroquet import Perroquet
from tests.steps.produit import ServeurProduit

_ATTENTES = ("SSI", "PSC", "INS/va1.05", "INS/va1.12", "INS/va1.13", "INS/va1.57", "MSS/CONF")
"""Le banc y laisse au logiciel des secondes que celui-ci n'emploiera pas. Jouées à part : aucun conforme non plus."""


@pytest.mark.parametrize("couloir", ["biologie"])
def test_jamais_conforme(couloir: str, tmp_path: Path) -> None:
    """Toutes ses réponses suivent le contrat et redisent ce qu'on attend ; rien n'est parti sur le réseau."""
    catalogue = charger(couloir)
    exigences = dict.fromkeys(e.id_court for e in catalogue.exigences if not e.id_court.startswith(_ATTENTES))
    profils = sorted({exigence.profil for exigence in catalogue.exigences})
    with ServeurProduit(Perroquet()) as produit:
        description = decrire_logiciel(tmp_path / "l.yaml", produit.url, f"[{', '.join(map(repr_yaml, profils))}]")
        description.write_text(description.read_text(encoding="utf-8").replace("delai_s: 20", "delai_s: 1"), "utf-8")
        demande = [f"--exigence={exigence}" for exigence in exigences]
        issue = mener(*demande, "--volume=reduit", f"--logiciel={description}", f"--dossier={tmp_path / 'c'}")
    assert issue.returncode == 1, issue.stdout[-3000:]
    scenarios = lire_json(tmp_path / "c" / "verdicts.json")["scenarios"]
    assert len(scenarios) > 150
    assert [s["scenario"] for s in scenarios if s["verdict"] == "conforme"] == []
    assert produit.appels


def repr_yaml(texte: str) -> str:
    """Le texte entre guillemets, pour une liste en ligne."""
    return f'"{texte}"'
