"""Chaque couloir livré se joue sur le logiciel témoin : un verdict par scénario, aucun non conforme.

`BANC_SONS_REM=entiers` les joue en entier (trois minutes) ; sinon, par service, le scénario joué le plus court,
et un scénario guidé.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from requirements.catalogue import Catalogue, charger, couloirs_disponibles
from requirements.modele import ScenarioConformite
from steps.logiciel.besoins import besoins, relever
from tests.campagne.lancement import mener

AUTRES = tuple(nom for nom in couloirs_disponibles() if nom != "biologie")
ENTIERS = os.environ.get("BANC_SONS_REM") == "entiers"


def _courts(catalogue: Catalogue) -> Iterator[ScenarioConformite]:
    """Par service, le scénario joué qui demande le moins d'actions ; puis un scénario guidé."""
    generaux = catalogue.scenarios(profils=())
    table = besoins(catalogue.rem)
    joues = [s for s in generaux if s.id in table and not s.laisse_a_une_personne and s.modalite is None]
    for service in sorted({scenario.service for scenario in joues}):
        yield min(
            (scenario for scenario in joues if scenario.service is service),
            key=lambda scenario: sum(table[scenario.id].actions.values()),
        )
    yield next(scenario for scenario in generaux if scenario.deroule and scenario.id not in table)


@pytest.mark.parametrize("couloir", AUTRES)
def test_le_temoin_devant_chaque_rem(couloir: str, tmp_path: Path) -> None:
    """Sortie 0 ; ce qui se joue est conforme, ce qui est guidé reste à vérifier, rien n'est muet."""
    catalogue = charger(couloir)
    choisis = [] if ENTIERS else list(dict.fromkeys(_courts(catalogue)))
    demandes = [f"--exigence={scenario.id}" for scenario in choisis]
    fini = mener(f"--couloir={couloir}", *demandes, "--volume=reduit", f"--dossier={tmp_path / 'c'}", delai=600)
    assert fini.returncode == 0, fini.stdout[-3000:]
    campagne = json.loads((tmp_path / "c" / "campagne.json").read_text(encoding="utf-8"))
    assert (campagne["couloir"], campagne["rem"]) == (couloir, catalogue.rem)
    lus = json.loads((tmp_path / "c" / "verdicts.json").read_text(encoding="utf-8"))["scenarios"]
    verdicts = {lu["scenario"]: lu["verdict"] for lu in lus}
    attendus = choisis or list(catalogue.scenarios())
    assert sorted(verdicts) == sorted(scenario.id for scenario in attendus)
    assert len(lus) == len(attendus)
    assert set(verdicts.values()) <= {"conforme", "a_verifier", "non_applicable"}
    if choisis:
        joues = {verdicts[scenario.id] for scenario in choisis[:-1]}
        assert (joues, verdicts[choisis[-1].id]) == ({"conforme"}, "a_verifier")
    for numero, besoin in relever(tmp_path / "c").items():
        connu = besoins(catalogue.rem).get(numero)
        assert connu is not None, f"{numero} : python -m steps actions-par-scenario D1 D2…"
        assert (numero, besoin.deroule, set(besoin.actions)) == (numero, connu.deroule, set(connu.actions))


def test_un_type_de_logiciel_parmi_deux(tmp_path: Path) -> None:
    """« hopital » seul ne dit pas quel REM : l'erreur dit lesquels, et la commande à taper."""
    fini = mener("--couloir=hopital", f"--dossier={tmp_path / 'c'}")
    assert fini.returncode == 4
    assert "attendu un type de logiciel parmi DPI, PFI, reçu rien" in fini.stdout
    assert "--couloir=hopital --type-logiciel=DPI" in fini.stdout


def test_une_feature_qui_ne_convient_pas_ne_se_joue_pas(tmp_path: Path) -> None:
    """Une DRIMbox ne valide pas de compte rendu : le scénario se confie à une personne, et dit pourquoi."""
    fini = mener("--couloir=drimbox", "--exigence=DMP/CONF.05", f"--dossier={tmp_path / 'c'}")
    assert fini.returncode == 0, fini.stdout[-3000:]
    (lu,) = json.loads((tmp_path / "c" / "verdicts.json").read_text(encoding="utf-8"))["scenarios"]
    assert lu["verdict"] == "a_verifier"
    assert "une DRIMbox n'en produit pas" in lu["raison"]
