"""Le banc prend chaque défaut du logiciel témoin en faute, là où il faut et nulle part ailleurs.

Chaque défaut se joue, dans un processus à part commencé avec la session, sur les scénarios témoins qui montrent toutes
ses règles, et sur un autre s'il n'en a qu'un. Des défauts que les mêmes scénarios montrent par des règles différentes
s'y activent ensemble ; un groupe qui ne donne pas l'union de leurs lignes est rejoué défaut par défaut.
`BANC_SONS_DEFAUTS` : `seuls` joue chaque défaut seul ; `tout`, seul et sur tous les scénarios qu'il rencontre ; une
liste de noms séparés par des virgules, seuls, ne joue que ceux-là.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
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
from tests.defauts.generer import se_cachent
from tests.defauts.groupes import attendu, grouper, membres
from tests.defauts.table import Resultat, comparer, lire_sans_defaut, numeros, propres
from tests.defauts.tours import CHOISIS, CHOISIS_SUIVANTS, DEMANDE, GROUPES, SUIVANTES, TABLE, Tours

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
def tours(lances: Tours) -> Joues:
    """Ce que chaque défaut a donné, et le tour sans défaut."""
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
    joues = _selon_la_table(lances, nom, COULOIR, tours, TABLE)
    constats = [c for s in joues.values() for c in s["constats"] if c["verdict"] == "non_conforme"]
    muets = [c for c in constats if not all(c[champ] for champ in ("message", "attendu", "recu", "ou", "source"))]
    assert muets == []


@pytest.mark.parametrize(("couloir", "nom"), CHOISIS_SUIVANTS)
def test_defaut_d_un_autre_couloir(couloir: str, nom: str, lances: Tours, suivants: dict[str, Joues]) -> None:
    """Le même défaut, ou un défaut de ce métier, devant les scénarios que ce couloir a de plus que la biologie."""
    sain = suivants[couloir][SANS_DEFAUT]["scenarios"]
    assert {n: s["raison"] for n, s in sain.items() if s["verdict"] in _MAUVAIS} == {}
    _selon_la_table(lances, nom, couloir, suivants[couloir], SUIVANTES[couloir])


def _selon_la_table(lances: Tours, nom: str, couloir: str, tours: Joues, table: dict[str, Resultat]) -> dict[str, Any]:
    """Les scénarios joués, qui donnent exactement la ligne de la table.

    D'abord parmi son groupe, dont le tour doit donner l'union des lignes ; sinon seul, où un écart ne compte que vu
    deux fois.
    """
    groupe = GROUPES[couloir][nom]
    essais = [(groupe, tours[groupe]["scenarios"])]
    sain = tours[SANS_DEFAUT]["scenarios"]
    while True:
        tour, joues = essais[-1]
        vu, voulu = comparer(sain, joues).sans_ordre(), attendu(table, tour, joues).sans_ordre()
        if vu == voulu or [autre for autre, _ in essais].count(nom) == 2:
            assert vu == voulu
            scenarios: dict[str, Any] = joues
            return scenarios
        ecart = " ; ".join(str(sorted(v ^ a)) for v, a in zip(vu, voulu, strict=True) if v != a)
        essais.append(
            (nom, lances.rejouer(nom, couloir, ecart if tour == nom else f"{ecart}, avec {tour}")["scenarios"])
        )


def test_chaque_regle_est_prise_en_faute(tours: Joues, suivants: dict[str, Joues]) -> None:
    """Toute règle qu'un scénario établit et qui peut donner « non conforme » est enfreinte par un défaut."""
    if DEMANDE not in ("", "tout", "seuls"):
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
    table = {"sans_qualite": Resultat(("A",), ("R-01",))}
    tours = {SANS_DEFAUT: {"scenarios": _SAIN}, "sans_qualite": {"scenarios": _SAIN}}
    lances = _ToursRejoues(_ROUGE)
    with _groupes({"sans_qualite": "sans_qualite"}):
        assert _selon_la_table(lances, "sans_qualite", COULOIR, tours, table) == _ROUGE
        assert lances.rejoues == ["['A'] ; ['R-01']"]
        with pytest.raises(AssertionError):
            _selon_la_table(_ToursRejoues(_SAIN), "sans_qualite", COULOIR, tours, table)


def test_un_groupe_donne_l_union_de_ses_lignes() -> None:
    """Une union juste vaut pour chaque ligne ; sinon chacun se rejoue seul, où un écart ne compte que vu deux fois."""
    table = {"a": Resultat(("A",), ("R-01",), temoins=("A", "B")), "b": Resultat(("B",), ("R-02",), temoins=("B",))}
    assert grouper(table) == {"a": "a+b", "b": "a+b"}
    ensemble = {"A": _ROUGE["A"], "B": _rouge("R-02")}
    sain = {"A": _SAIN["A"], "B": _SAIN["A"]}
    with _groupes(grouper(table)):
        tours = {SANS_DEFAUT: {"scenarios": sain}, "a+b": {"scenarios": ensemble}}
        muets = _ToursRejoues({})
        assert _selon_la_table(muets, "a", COULOIR, tours, table) == ensemble
        assert muets.rejoues == []
        tours["a+b"] = {"scenarios": {"A": _ROUGE["A"], "B": sain["B"]}}
        seul = _ToursRejoues({"A": sain["A"], "B": _rouge("R-02")})
        assert _selon_la_table(seul, "b", COULOIR, tours, table)["A"] == sain["A"]
        assert seul.rejoues == ["['B'] ; ['R-02'], avec a+b"]
        absent = _ToursRejoues(sain)
        with pytest.raises(AssertionError):
            _selon_la_table(absent, "b", COULOIR, tours, table)
        assert len(absent.rejoues) == 2


@pytest.mark.parametrize(
    "autre",
    [
        Resultat(("B",), ("R-01",), temoins=("B",)),
        Resultat(("B",), ("R-02",), temoins=("C",)),
        Resultat(("B",), ("R-02",), temoins=("B",), lot=1),
        Resultat(("B",), ("R-02",), ("C",), temoins=("B",)),
    ],
    ids=["meme-regle", "autre-temoin", "autre-lot", "non-concluant"],
)
def test_ce_qui_ne_se_joue_pas_ensemble(autre: Resultat) -> None:
    table = {"a": Resultat(("A",), ("R-01",), temoins=("A", "B")), "b": autre}
    assert grouper(table) == {"a": "a", "b": "b"}


def test_les_groupes_sont_bornes() -> None:
    table = {f"d{rang}": Resultat(("A",), (f"R-{rang}",), temoins=("A",)) for rang in range(8)}
    assert sorted(len(membres(groupe)) for groupe in set(grouper(table).values())) == [2, 6]


@pytest.mark.parametrize(
    ("joues", "caches"),
    [
        ({"A": ["R-01", "R-02"]}, []),
        ({"A": ["R-01"]}, ["b"]),
        ({"A": ["R-02"]}, ["a"]),
        ({"A": ["R-01", "R-02", "R-09"]}, ["b"]),
        ({"A": []}, ["b"]),
    ],
    ids=["union", "b-cache", "a-cache", "en-plus", "rien"],
)
def test_qui_se_cache_dans_un_groupe(joues: dict[str, list[str]], caches: list[str]) -> None:
    """Un groupe qui ne donne pas l'union se sépare toujours : l'un au moins de ses défauts passe au lot suivant."""
    table = {"a": Resultat(("A",), ("R-01",), temoins=("A",)), "b": Resultat(("A",), ("R-02",), temoins=("A",))}
    scenarios = {
        numero: {"verdict": "non_conforme" if codes else "conforme", "constats": [_constat(code) for code in codes]}
        for numero, codes in joues.items()
    }
    assert se_cachent(table, ["a", "b"], comparer(_SAIN, scenarios), scenarios) == caches


def _constat(code: str) -> dict[str, str]:
    return {"code": code, "verdict": "non_conforme"}


def _rouge(code: str) -> dict[str, Any]:
    return {"verdict": "non_conforme", "constats": [_constat(code)]}


_SAIN: dict[str, Any] = {"A": {"verdict": "conforme", "constats": []}}
_ROUGE: dict[str, Any] = {"A": _rouge("R-01")}


@contextmanager
def _groupes(groupes: dict[str, str]) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as change:
        change.setitem(GROUPES, COULOIR, groupes)
        yield
