"""Le même logiciel témoin joue le métier que son environnement lui donne : un SGL, un RIS, un cabinet…"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from requirements.catalogue import charger, couloirs_disponibles
from simulators.logiciel_temoin.api import apropos, jouer
from simulators.logiciel_temoin.defauts import Defauts
from simulators.logiciel_temoin.environnement import lire_environnement
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.registre import ACTIONS, METIERS, actions_de

TYPES = sorted(charger(nom).couloir.type_logiciel for nom in couloirs_disponibles())


def _labo(environnement: Path, tmp_path: Path, type_logiciel: str) -> Labo:
    brut = json.loads(environnement.read_text(encoding="utf-8"))
    brut["lps"]["type_logiciel"] = type_logiciel
    copie = tmp_path / "environnement.json"
    copie.write_text(json.dumps(brut), encoding="utf-8")
    return Labo(lire_environnement(copie), Defauts())


def test_chaque_metier_est_celui_d_un_couloir() -> None:
    """Une action réservée l'est à des types que les couloirs livrés connaissent, et il en reste à tous."""
    assert {metier for metiers in METIERS.values() for metier in metiers} <= set(TYPES)
    for type_logiciel in TYPES:
        siennes = actions_de(type_logiciel)
        assert set(siennes) == {nom for nom in ACTIONS if type_logiciel in METIERS.get(nom, TYPES)}
        assert "creer_patient" in siennes


@pytest.mark.parametrize("type_logiciel", TYPES)
def test_une_action_d_un_autre_metier_n_est_pas_geree(environnement: Path, tmp_path: Path, type_logiciel: str) -> None:
    """Sans effet et dit : le banc voit alors un scénario qui ne convient pas à ce type de logiciel."""
    labo = _labo(environnement, tmp_path, type_logiciel)
    assert apropos(labo)["type_logiciel"] == type_logiciel
    for nom in sorted(set(ACTIONS) - set(actions_de(type_logiciel))):
        reponse = jouer(labo, nom, {"utilisateur": "biologiste_1"})
        assert (reponse.resultat, reponse.messages) == ("non_gere", (f"Un {type_logiciel} n'a pas cette fonction.",))


def test_sans_type_c_est_un_laboratoire(environnement: Path) -> None:
    assert apropos(Labo(lire_environnement(environnement), Defauts()))["type_logiciel"] == "SGL"
