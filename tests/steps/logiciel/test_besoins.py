"""Ce que chaque scénario demande au logiciel : des numéros du REM, des actions du contrat."""

from __future__ import annotations

from pathlib import Path

from requirements.catalogue import charger, couloirs_disponibles
from simulators.socle.journal import JournalEchanges
from steps.collecte import features, scenarios_ecrits
from steps.logiciel.besoins import (
    Besoin,
    actions_de,
    besoins,
    ecrire_table,
    en_texte,
    lire_table,
    relever,
    sans_ces_actions,
)
from steps.logiciel.contrat import charger_contrat
from steps.logiciel.temoin import RACINE

MODALITES_NON_JOUEES = {"PSC.01.04", "SSI/IAM.80.03"}
"""Ceux d'une modalité de connexion que le logiciel témoin n'a pas."""
REFAIRE = "refaites-la : python -m steps actions-par-scenario DIR, sur une campagne entière du témoin par couloir"


def test_la_table_suit_les_features() -> None:
    """La table nomme les scénarios qu'une feature joue devant le témoin, tous, et des actions du contrat."""
    catalogues = [charger(couloir) for couloir in couloirs_disponibles()]
    numeros = {scenario.id for c in catalogues for scenario in (*c.scenarios(), *c.supplements)}
    ecrits = (etiquettes for fichier in features(RACINE / "features") for _, etiquettes in scenarios_ecrits(fichier))
    joues = {etiquette for etiquettes in ecrits for etiquette in etiquettes} & numeros
    rems = [charger(couloir).rem for couloir in couloirs_disponibles()]
    assert set().union(*map(besoins, rems)) == joues - MODALITES_NON_JOUEES, REFAIRE
    appelees = set().union(*(actions_de(numero, rem) for rem in rems for numero in joues))
    assert appelees <= set(charger_contrat().actions), REFAIRE


def test_un_rem_inconnu_se_lit_comme_le_premier() -> None:
    """Le couloir de l'utilisateur reprend les scénarios de la biologie ; un RIS, lui, ne valide pas d'analyses."""
    assert besoins("MONREM") == besoins()
    assert "valider_compte_rendu" in actions_de("DMP/CONF.05.01")
    assert "valider_document" in actions_de("DMP/CONF.05.01", "RIS")


def test_deroules_partages() -> None:
    """Un scénario établi par le déroulé d'un autre a les actions de celui-ci."""
    partages = {numero: besoin.deroule for numero, besoin in besoins().items() if besoin.deroule != numero}
    assert besoins("RIS")["INS/va1.68.01"].deroule != "INS/va1.68.01"
    assert partages.keys() == {
        "ANN/va1.06.01",
        "INS/va1.56.01",
        "INS/va1.56.03",
        "INS/va1.57.01",
        "TBB/va1.05.01",
    }
    for numero, deroule in partages.items():
        assert besoins()[deroule].deroule == deroule
        assert actions_de(numero) == actions_de(deroule) != frozenset()


def test_ce_qui_manque() -> None:
    """Un scénario n'est compté que s'il appelle une action que rien n'offre."""
    offertes = set(charger_contrat().actions)
    assert sans_ces_actions(besoins(), offertes) == {}
    manques = sans_ces_actions(["INS/va1.20.01", "INS/va1.99.99"], offertes - {"attribuer_attribut"})
    assert manques == {"INS/va1.20.01": ["attribuer_attribut"]}


def test_la_table_se_releve_dans_un_journal(tmp_path: Path) -> None:
    """Chaque action compte pour son scénario ; un scénario sans action y figure ; l'autre d'un même déroulé aussi."""
    with JournalEchanges.creer(tmp_path / "campagne") as journal:
        for scenario, actions in (("A", ["creer_patient", "creer_patient", "appeler_insi", "inventee"]), ("B", [])):
            journal.debuter_scenario(scenario)
            for action in actions:
                journal.ajouter("action", {"action": action})
            journal.finir_scenario()
        for scenario, debut, etapes in (("A", "t1", [1]), ("C", "t1", [1]), ("B", "t2", [1]), ("D", "t3", [])):
            journal.ajouter("verdict", {"scenario": scenario, "debut": debut, "etapes": etapes})
    actions_a = {"appeler_insi": 1, "creer_patient": 2}
    attendu = {"A": Besoin("A", actions_a), "B": Besoin("B", {}), "C": Besoin("A", actions_a)}
    assert relever(tmp_path / "campagne") == attendu
    (tmp_path / "campagne" / "campagne.json").write_text('{"rem": "BIO"}', encoding="utf-8")
    assert ecrire_table([tmp_path / "campagne"], tmp_path / "table.json") == 3
    assert lire_table(tmp_path / "table.json") == {"BIO": attendu}


def test_un_rem_ne_redit_pas_ce_qui_est_pareil(tmp_path: Path) -> None:
    """Autant d'appels en plus ou en moins ne fait pas une ligne ; d'autres actions, si."""
    premier = {"A": Besoin("A", {"x": 1}), "B": Besoin("B", {"x": 1}), "C": Besoin("B", {"x": 1})}
    autre = {"A": Besoin("A", {"x": 5}), "B": Besoin("B", {"y": 1}), "C": Besoin("B", {"y": 1}), "D": Besoin("D", {})}
    fichier = tmp_path / "table.json"
    fichier.write_text(en_texte({"BIO": premier, "RIS": autre}), encoding="utf-8")
    assert lire_table(fichier) == {"BIO": premier, "RIS": {**autre, "A": premier["A"]}}
