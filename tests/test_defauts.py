"""Le banc prend chaque défaut du logiciel témoin en faute, là où il faut et nulle part ailleurs.

Chaque défaut se joue, dans un processus à part commencé avec la session, sur les scénarios témoins qui montrent toutes
ses règles, et sur un autre s'il n'en a qu'un. `BANC_SONS_DEFAUTS` : `tout` joue tous les scénarios que le défaut
rencontre ; une liste de noms séparés par des virgules ne joue que ceux-là.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from reports.chargement_campagne import charger_campagne
from reports.constat import Constat
from reports.verdict import Verdict
from requirements.catalogue import charger
from simulators.logiciel_temoin.defauts import CATALOGUE
from steps.logiciel.temoin import RACINE
from steps.logiciel.temoin_couloir import TEMOIN
from steps.regles import charger_les_regles
from steps.verifications.registre import REGLES
from tests.cles import TOURS
from tests.defauts.boucle import SANS_DEFAUT
from tests.defauts.table import Resultat, comparer, lire_sans_defaut, numeros, propres
from tests.defauts.tours import CHOISIS, CHOISIS_SUIVANTS, DEMANDE, SUIVANTES, TABLE, Tours

COULOIR = "biologie"
EN_CAMPAGNE = ("xds_hash_faux",)
"""Défauts joués aussi par la vraie commande, rapports compris."""
VOISINES = ("INS/va1.20", "DMP/UX.14", "ANN/va1.02")
"""Exigences que ces défauts ne touchent pas, jouées avec les leurs."""

Joues = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def lances(request: pytest.FixtureRequest) -> Iterator[Tours]:
    """Les tours, commencés avec la session s'il y a d'autres essais."""
    lances = request.config.stash.get(TOURS, None) or Tours()
    request.config.stash[TOURS] = lances
    yield lances
    lances.abandonner()


@pytest.fixture(scope="module")
def suivants(lances: Tours) -> dict[str, Joues]:
    """Ce que chaque défaut a donné devant chacun des autres couloirs."""
    return lances.finir_suivants()


@pytest.fixture(scope="module")
def tours(lances: Tours, suivants: dict[str, Joues]) -> Joues:
    """Ce que chaque défaut a donné, et le tour sans défaut ; après les autres couloirs, qui prennent le second cœur."""
    return lances.finir()


def test_la_table_suffit() -> None:
    """Au moins quarante défauts, tous connus du témoin, tous visibles dans un scénario."""
    assert len(TABLE) >= 40
    assert sorted(set(TABLE) - set(CATALOGUE)) == []
    assert [nom for nom, attendu in TABLE.items() if not attendu.scenarios] == []
    assert sorted(numeros(TABLE.values()) - {scenario.id for scenario in charger(COULOIR).scenarios()}) == []


def test_les_tables_suivantes() -> None:
    """Chaque défaut y est connu du témoin, et ne vise que des scénarios propres à son couloir."""
    for couloir, table in SUIVANTES.items():
        assert sorted(set(table) - set(CATALOGUE)) == []
        assert [nom for nom, attendu in table.items() if not attendu.scenarios] == []
        assert sorted(numeros(table.values()) - (propres(couloir) or frozenset())) == []


def test_sans_defaut_rien_n_est_non_conforme(tours: Joues) -> None:
    """Le témoin sain ne donne ni non conforme ni non concluant."""
    if not CHOISIS:
        pytest.skip("BANC_SONS_DEFAUTS ne demande que des défauts d'autres couloirs")
    mauvais = {n: s["raison"] for n, s in tours[SANS_DEFAUT]["scenarios"].items() if s["verdict"] in _MAUVAIS}
    assert mauvais == {}


_MAUVAIS = ("non_conforme", "non_concluant", "non_execute")


@pytest.mark.parametrize("nom", CHOISIS)
def test_defaut(nom: str, lances: Tours, tours: Joues) -> None:
    """Le défaut donne exactement les scénarios et les règles de la table, et chaque manquement s'explique."""
    joues = _selon_la_table(lances, nom, COULOIR, tours, TABLE[nom])
    constats = [c for s in joues.values() for c in s["constats"] if c["verdict"] == "non_conforme"]
    muets = [c for c in constats if not all(c[champ] for champ in ("message", "attendu", "recu", "ou", "source"))]
    assert muets == []


@pytest.mark.parametrize(("couloir", "nom"), CHOISIS_SUIVANTS)
def test_defaut_d_un_autre_couloir(couloir: str, nom: str, lances: Tours, suivants: dict[str, Joues]) -> None:
    """Le même défaut, ou un défaut de ce métier, devant les scénarios que ce couloir a de plus que la biologie."""
    sain = suivants[couloir][SANS_DEFAUT]["scenarios"]
    assert {n: s["raison"] for n, s in sain.items() if s["verdict"] in _MAUVAIS} == {}
    _selon_la_table(lances, nom, couloir, suivants[couloir], SUIVANTES[couloir][nom])


def _selon_la_table(lances: Tours, nom: str, couloir: str, tours: Joues, ligne: Resultat) -> dict[str, Any]:
    """Les scénarios joués, qui donnent exactement la ligne de la table ; un écart ne compte que vu deux fois."""
    sain, joues = tours[SANS_DEFAUT]["scenarios"], tours[nom]["scenarios"]
    vu, attendu = comparer(sain, joues).sans_ordre(), ligne.parmi(joues).sans_ordre()
    if vu != attendu:
        ecart = " ; ".join(str(sorted(v ^ a)) for v, a in zip(vu, attendu, strict=True) if v != a)
        joues = lances.rejouer(nom, couloir, ecart)["scenarios"]
        vu, attendu = comparer(sain, joues).sans_ordre(), ligne.parmi(joues).sans_ordre()
    assert vu == attendu
    scenarios: dict[str, Any] = joues
    return scenarios


def test_chaque_regle_est_prise_en_faute(tours: Joues, suivants: dict[str, Joues]) -> None:
    """Toute règle qu'un scénario établit et qui peut donner « non conforme » est enfreinte par un défaut."""
    if DEMANDE not in ("", "tout"):
        pytest.skip("BANC_SONS_DEFAUTS ne demande que certains défauts : tous les couloirs ne se jouent pas")
    charger_les_regles()
    sains = (tours[SANS_DEFAUT], *(joues[SANS_DEFAUT] for joues in suivants.values()))
    etablies = {code for tour in sains for s in tour["scenarios"].values() for code in s["etablies"]}
    jugeantes = {
        code for code, r in REGLES.items() if r.confiance.verdict_du_manquement is Verdict.NON_CONFORME
    } & etablies
    tables = (TABLE, *SUIVANTES.values())
    prises = {code for table in tables for attendu in table.values() for code in attendu.regles}
    assert sorted(jugeantes - prises) == sorted(lire_sans_defaut())


@pytest.mark.parametrize("nom", EN_CAMPAGNE)
def test_vraie_commande(nom: str, tmp_path: Path, tours: Joues) -> None:
    """`pytest --couloir=… --logiciel=…` sort en code 1 et rend les mêmes verdicts que la table."""
    temoin = yaml.safe_load(TEMOIN.read_text(encoding="utf-8"))
    fichier = tmp_path / "logiciel.yaml"
    fichier.write_text(yaml.safe_dump({**temoin, "defauts": [nom]}, allow_unicode=True), encoding="utf-8")
    demandes = [f"--exigence={numero}" for numero in (*TABLE[nom].scenarios, *VOISINES)]
    commande = [sys.executable, "-m", "pytest", f"--couloir={COULOIR}", f"--logiciel={fichier}", *demandes]
    fini = subprocess.run(
        [*commande, f"--dossier={tmp_path / 'campagne'}", "--volume=reduit", "-p", "no:cacheprovider"],
        cwd=RACINE,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert fini.returncode == 1, fini.stdout[-3000:]
    campagne = charger_campagne(tmp_path / "campagne")
    joues = {
        r.scenario: {"verdict": r.verdict.value, "constats": [_en_dict(c) for c in r.constats]}
        for r in campagne.resultats
    }
    attendu = TABLE[nom].parmi(joues)
    assert comparer(tours[SANS_DEFAUT]["scenarios"], joues).sans_ordre() == attendu.sans_ordre()


def _en_dict(constat: Constat) -> dict[str, Any]:
    return {"code": constat.code, "verdict": constat.verdict.value}


def test_comparaison_stricte() -> None:
    """Un scénario de plus, de moins ou d'un autre verdict se voit."""
    sain = {"A": {"verdict": "conforme", "constats": []}, "B": {"verdict": "conforme", "constats": []}}
    rouge = {"verdict": "non_conforme", "constats": [{"code": "R-01", "verdict": "non_conforme"}]}
    assert comparer(sain, {}) == Resultat()
    assert comparer(sain, {"A": rouge}) == Resultat(("A",), ("R-01",))
    assert comparer(sain, {"B": {"verdict": "non_concluant", "constats": []}}) == Resultat(non_concluants=("B",))
    with pytest.raises(ValueError, match="imprévus"):
        comparer(sain, {"B": {"verdict": "non_execute", "constats": []}})


class _ToursRejoues(Tours):
    """Rend au second tour ce qu'on lui donne."""

    def __init__(self, second: dict[str, Any]) -> None:
        self.rejoues = []
        self._second = second

    def rejouer(self, nom: str, couloir: str, ecart: str) -> dict[str, Any]:
        self.rejoues.append(ecart)
        return {"scenarios": self._second}


def test_un_ecart_se_revoit() -> None:
    """Un premier tour différent de la table se rejoue et se dit ; le second décide."""
    sain = {"A": {"verdict": "conforme", "constats": []}}
    rouge = {"A": {"verdict": "non_conforme", "constats": [{"code": "R-01", "verdict": "non_conforme"}]}}
    tours = {SANS_DEFAUT: {"scenarios": sain}, "d": {"scenarios": sain}}
    lances = _ToursRejoues(rouge)
    assert _selon_la_table(lances, "d", COULOIR, tours, Resultat(("A",), ("R-01",))) == rouge
    assert lances.rejoues == ["['A'] ; ['R-01']"]
    with pytest.raises(AssertionError):
        _selon_la_table(_ToursRejoues(sain), "d", COULOIR, tours, Resultat(("A",), ("R-01",)))
