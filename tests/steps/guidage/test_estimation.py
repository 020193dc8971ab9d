"""L'estimation d'avant campagne : d'où viennent ses comptes, et ce qu'elle en fait."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from requirements.catalogue import charger
from simulators.socle.journal import JournalEchanges
from steps.collecte import features, scenarios_ecrits
from steps.logiciel.contrat import charger_contrat
from steps.logiciel.temoin import RACINE
from steps.operateur.guidage_estimation import (
    ACTION_S,
    JUGEMENT_S,
    MACHINE_S,
    PIECE_S,
    actions_par_scenario,
    ecrire_table,
    estimer,
    relever_actions,
)
from steps.selection import selectionner
from tests.steps.guidage.aides import retenu

NUMERO = retenu().numero
TABLE = {NUMERO: {"creer_patient": 2, "appeler_insi": 1}}
CAPTURE_S = min(PIECE_S.values())


def test_ce_qu_une_personne_fait_se_compte() -> None:
    """Seules les actions à la main comptent ; les pièces prennent la forme la moins coûteuse."""
    [une] = estimer([retenu()], {"creer_patient"}, table=TABLE).par_scenario
    assert (une.actions, une.juge, une.pieces, une.personne) == (2, False, 2, True)
    assert une.duree_s == pytest.approx(2 * ACTION_S + 2 * CAPTURE_S)


def test_un_scenario_sans_feature_se_juge() -> None:
    """Aucune feature ne le joue : il demande un jugement, et le dit."""
    [une] = estimer([retenu()], (), table={}).par_scenario
    assert (une.juge, une.connu) == (True, False)
    assert une.duree_s == pytest.approx(JUGEMENT_S + 2 * CAPTURE_S)


def test_ce_qui_est_fait_ou_ecarte_ne_coute_rien() -> None:
    """Un scénario repris, ou hors profil, ne demande personne."""
    for estimation in (
        estimer([retenu()], {"creer_patient"}, faits={NUMERO}, table=TABLE),
        estimer([replace(retenu(), hors_profil="non réclamé")], {"creer_patient"}, table=TABLE),
    ):
        assert (estimation.scenarios, estimation.personnes, estimation.actions, estimation.duree_s) == (1, 0, 0, 0.0)


def test_la_machine_seule_ne_demande_personne() -> None:
    """Un scénario joué sans pièce à apporter se fait sans personne."""
    sans_piece = replace(retenu(), scenario=replace(retenu().scenario, preuves=()))
    estimation = estimer([sans_piece], (), table=TABLE)
    assert (estimation.personnes, estimation.duree_s) == (0, MACHINE_S)


def test_la_table_se_releve_dans_un_journal(tmp_path: Path) -> None:
    """Chaque action compte pour son scénario ; un scénario sans action y figure aussi."""
    with JournalEchanges.creer(tmp_path / "campagne") as journal:
        for scenario, actions in (("A", ["creer_patient", "creer_patient", "appeler_insi"]), ("B", [])):
            journal.debuter_scenario(scenario)
            for action in actions:
                journal.ajouter("action", {"action": action})
            journal.finir_scenario()
    attendu = {"A": {"appeler_insi": 1, "creer_patient": 2}, "B": {}}
    assert relever_actions(tmp_path / "campagne") == attendu
    assert ecrire_table(tmp_path / "campagne", tmp_path / "table.json") == 2
    assert json.loads((tmp_path / "table.json").read_text(encoding="utf-8"))["scenarios"] == attendu


def test_la_table_livree_suit_les_features() -> None:
    """La table nomme les scénarios qu'une feature joue, et des actions du contrat : sinon, elle est à refaire."""
    joues = {
        etiquette
        for fichier in features(RACINE / "features")
        for _, etiquettes in scenarios_ecrits(fichier)
        for etiquette in etiquettes
    }
    catalogue = charger("biologie")
    profils = sorted({exigence.profil for exigence in catalogue.exigences})
    numeros = {r.numero for r in selectionner(catalogue, profils_reclames=profils)}
    table = actions_par_scenario()
    refaire = "refaites-la : python -m steps actions-par-scenario DIR, sur une campagne entière du témoin"
    assert set(table) <= numeros & joues, refaire
    # Un jeu qui établit deux scénarios n'en nomme qu'un au journal.
    assert len(table) >= 0.95 * len(numeros & joues), refaire
    assert {action for actions in table.values() for action in actions} <= set(charger_contrat().actions), refaire
