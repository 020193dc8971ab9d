"""L'estimation d'avant campagne : d'où viennent ses comptes, et ce qu'elle en fait."""

from __future__ import annotations

from dataclasses import replace

import pytest

from requirements.modele import Modalite
from steps.logiciel.besoins import Besoin
from steps.operateur.guidage_estimation import (
    ACTION_S,
    JUGEMENT_S,
    MACHINE_S,
    PIECE_S,
    estimer,
)
from tests.steps.guidage.aides import retenu

NUMERO = retenu().numero
AUTRE = "INS/va1.99.99"
ACTIONS = {"creer_patient": 2, "appeler_insi": 1}
TABLE = {NUMERO: Besoin(NUMERO, ACTIONS)}
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


def test_un_deroule_qui_en_etablit_deux_se_compte_une_fois() -> None:
    """Le second scénario d'un même déroulé ne se juge pas à l'œil, et ses actions ne sont pas à refaire."""
    table = {**TABLE, AUTRE: Besoin(NUMERO, ACTIONS)}
    deux = [retenu(), replace(retenu(), scenario=replace(retenu().scenario, id=AUTRE))]
    estimation = estimer(deux, {"creer_patient"}, table=table)
    assert [(e.actions, e.juge, e.connu) for e in estimation.par_scenario] == [(2, False, True), (0, False, True)]
    [seul] = estimer(deux, {"creer_patient"}, faits={NUMERO}, table=table).par_scenario[1:]
    assert (seul.actions, seul.juge) == (2, False)


def test_une_modalite_que_le_temoin_n_a_pas_se_joue() -> None:
    """Ses actions ne sont pas connues, mais personne n'a à la juger à l'œil."""
    scenario = replace(retenu().scenario, modalite=Modalite.NAVIGATEUR_INTERNE)
    [une] = estimer([replace(retenu(), scenario=scenario)], (), table={}).par_scenario
    assert (une.juge, une.connu) == (False, False)
