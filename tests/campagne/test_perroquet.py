"""Un produit qui dit avoir tout fait et n'a rien fait n'obtient aucun « conforme »."""

from __future__ import annotations

import json
from pathlib import Path

from requirements.catalogue import charger
from tests.campagne.lancement import decrire_logiciel, lire_json, mener
from tests.steps.perroquet import Perroquet
from tests.steps.produit import ServeurProduit

_ATTENTES = ("SSI", "PSC", "INS/va1.05", "INS/va1.12", "INS/va1.13", "INS/va1.57", "MSS/CONF")
"""Le banc y laisse au logiciel des secondes que celui-ci n'emploiera pas. Jouées à part : aucun conforme non plus."""


def test_jamais_conforme(tmp_path: Path) -> None:
    """Toutes ses réponses suivent le contrat et redisent ce qu'on attend ; rien n'est parti sur le réseau."""
    catalogue = charger("biologie")
    exigences = dict.fromkeys(e.id_court for e in catalogue.exigences if not e.id_court.startswith(_ATTENTES))
    profils = sorted({exigence.profil for exigence in catalogue.exigences})
    with ServeurProduit(Perroquet()) as produit:
        # Une liste JSON est du YAML.
        description = decrire_logiciel(tmp_path / "l.yaml", produit.url, json.dumps(profils), delai_s=1)
        demande = [f"--exigence={exigence}" for exigence in exigences]
        issue = mener(*demande, "--volume=reduit", f"--logiciel={description}", f"--dossier={tmp_path / 'c'}")
    assert issue.returncode == 1, issue.stdout[-3000:]
    scenarios = lire_json(tmp_path / "c" / "verdicts.json")["scenarios"]
    assert len(scenarios) > 150
    assert [s["scenario"] for s in scenarios if s["verdict"] == "conforme"] == []
    assert produit.appels
