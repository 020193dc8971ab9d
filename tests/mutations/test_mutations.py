"""L'outil de mutation lui-même : les fautes semées sont les bonnes, et leur sort est le vrai."""

from __future__ import annotations

import functools
import gc
import importlib.util
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

from tests.mutations.bilan import en_json, intervalle, lire_survivants, score, tableau
from tests.mutations.couverture import RACINE
from tests.mutations.essai import Issue, attendre
from tests.mutations.fil import noter, reprendre
from tests.mutations.greffe import greffer
from tests.mutations.mutants import mutants, muter
from tests.mutations.seance import Resultat, fichier_de
from tests.mutations.tirage import tirer, tirer_parmi_tous, wilson

SOURCE = '''"""Docstring."""
from functools import cache
from reports.constat import Constat, Regle
R = Regle("X-01", "énoncé", "source", 3, "à faire")
ADMIS = ("a", "b")

@cache
def verifier(valeur: int, noms: list[str]) -> list[str]:
    """Docstring."""
    constats: list[str] = []
    if valeur > 3 and not noms:
        constats.append(f"trop {valeur + 1}")
    if any(nom in ADMIS for nom in noms):
        constats.append("admis")
    return constats
'''


@pytest.fixture
def module(tmp_path: Path) -> ModuleType:
    """Le petit module ci-dessus, chargé."""
    fichier = tmp_path / "petit.py"
    fichier.write_text(SOURCE, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("petit_module_mutable", fichier)
    assert spec and spec.loader
    charge = importlib.util.module_from_spec(spec)
    sys.modules[charge.__name__] = charge
    spec.loader.exec_module(charge)
    return charge


def test_fautes_semees() -> None:
    """Chaque genre attendu, rien dans les docstrings, les énoncés de règles ni les textes composés."""
    vus = {(mutant.genre, mutant.avant, mutant.apres) for mutant in mutants(SOURCE, "m")}
    assert {
        ("comparaison", "valeur > 3", "valeur >= 3"),
        ("comparaison", "nom in ADMIS", "nom not in ADMIS"),
        ("et/ou", "valeur > 3 and (not noms)", "valeur > 3 or not noms"),
        ("opérande retiré", "valeur > 3 and (not noms)", "valeur > 3"),
        ("négation retirée", "not noms", "noms"),
        ("borne", "3", "4"),
        ("condition forcée", "valeur > 3 and (not noms)", "False"),
        ("instruction retirée", "constats.append('admis')", "pass"),
        ("fonction", "any((nom in ADMIS for nom in noms))", "all((nom in ADMIS for nom in noms))"),
        ("retour vidé", "return constats", "return []"),
        ("élément retiré", "('a', 'b')", "('b',)"),
    } <= vus
    assert not [faute for faute in vus if "Docstring" in faute[1] or "énoncé" in faute[1] or "trop" in faute[2]]


def test_une_faute_a_la_fois() -> None:
    """Chaque mutant se compile et ne change qu'une chose ; sa clé le désigne seul."""
    tous = mutants(SOURCE, "m")
    sain = compile(SOURCE, "m", "exec").co_code
    assert len({mutant.cle for mutant in tous}) == len(tous)
    for mutant in tous:
        assert compile(muter(SOURCE, mutant.rang), "m", "exec").co_code is not sain


def test_manquement_tu() -> None:
    """Un manquement changé en remarque conforme : la faute qui ferait un faux « conforme »."""
    source = "def f(r):\n    return r.enfreinte('m', attendu='a', recu='b', ou='c')\n"
    assert ("manquement tu", "r.signalee('m', attendu='a', recu='b', ou='c')") in {
        (mutant.genre, mutant.apres) for mutant in mutants(source, "m")
    }


def _resultat(module: ModuleType, apres: str) -> Issue:
    (mutant,) = [m for m in mutants(SOURCE, module.__name__) if m.apres == apres]

    def essai() -> int:
        greffer(mutant, SOURCE, str(module.__file__))
        return int(module.verifier(4, ()) != ["trop 5"] or module.verifier(1, ("b",)) != ["admis"])

    return attendre(essai, 20)


@pytest.mark.parametrize(
    ("apres", "issue"),
    [("valeur >= 3", Issue.SURVIVANT), ("False", Issue.TUE), ("('a',)", Issue.TUE), ("('b',)", Issue.SURVIVANT)],
)
def test_sort_d_un_mutant(module: ModuleType, apres: str, issue: Issue) -> None:
    """Fonction décorée et déjà en cache, constante de module : la faute est bien posée, et dans l'enfant seul."""
    assert module.verifier(4, ()) == ["trop 5"]
    if apres == "False":
        (mutant,) = [m for m in mutants(SOURCE, "m") if m.apres == "False" and "valeur" in m.avant]
        assert attendre(lambda: _jouer(module, mutant.rang), 20) is issue
    else:
        assert _resultat(module, apres) is issue
    assert module.verifier(4, ()) == ["trop 5"]
    assert isinstance(module.verifier, functools._lru_cache_wrapper)


def _jouer(module: ModuleType, rang: int) -> int:
    mutant = next(m for m in mutants(SOURCE, module.__name__) if m.rang == rang)
    greffer(mutant, SOURCE, str(module.__file__))
    return int(module.verifier(4, ()) != ["trop 5"])


def test_greffe_apres_mise_a_part(module: ModuleType) -> None:
    """Ce que `gc.freeze` cache, comme en session, se greffe encore, et son cache se vide."""
    (mutant,) = [m for m in mutants(SOURCE, module.__name__) if m.apres == "False" and "valeur" in m.avant]
    assert module.verifier(4, ()) == ["trop 5"]

    def essai() -> int:
        gc.freeze()
        greffer(mutant, SOURCE, str(module.__file__))
        return int(module.verifier(4, ()) != ["trop 5"])

    assert attendre(essai, 20) is Issue.TUE


def test_mutant_sans_fin() -> None:
    """Une boucle sans fin est arrêtée par son temps de calcul."""

    def tourner() -> int:
        while True:
            pass

    assert attendre(tourner, 1) is Issue.DELAI


def test_tirage_repetable() -> None:
    """Même graine, mêmes mutants ; le tirage d'un module ne dépend pas des autres."""
    alea = "steps.verifications.psc.alea"
    seul = tirer([alea], 5, 7)
    assert len(seul) == 5
    assert seul == tirer(["steps.verifications.psc.portees", alea], 5, 7)[-5:]
    assert seul != tirer([alea], 5, 8)


def test_tirage_parmi_tous() -> None:
    """Même graine, même ordre ; un tirage plus court est le début d'un plus long, et aucun mutant n'y est deux fois."""
    modules = ["steps.verifications.psc.portees", "steps.verifications.psc.alea"]
    tous = tirer(modules, None, 7)
    melange = tirer_parmi_tous(modules, len(tous), 7)
    assert tirer_parmi_tous(modules, 9, 7) == melange[:9]
    assert sorted(m.cle for m in melange) == sorted(m.cle for m in tous)
    assert [m.cle for m in melange] != [m.cle for m in tous]
    assert melange != tirer_parmi_tous(modules, len(tous), 8)


@pytest.mark.parametrize(
    ("pris", "juges", "bas", "haut"),
    [(0, 10, 0.0, 27.75), (10, 10, 72.25, 100.0), (81, 263, 25.53, 36.62), (0, 0, 0.0, 100.0)],
)
def test_intervalle_de_wilson(pris: int, juges: int, bas: float, haut: float) -> None:
    """Les bornes publiées pour ces exemples ; sans rien de jugé, on ne sait rien."""
    assert wilson(pris, juges) == pytest.approx((bas, haut), abs=0.01)
    comptes = {"cda": Counter({"tué": pris, "survivant": juges - pris, "équivalent": 4, "ingreffable": 3})}
    assert intervalle(comptes) == wilson(pris, juges)


def test_intervalle_d_un_tirage_simple_seulement() -> None:
    """Un tirage égal par module n'a pas cet intervalle : le JSON n'en donne pas."""
    (mutant,) = tirer(["steps.verifications.psc.alea"], 1, 7)
    passage = [Resultat(mutant, Issue.TUE, 3)]
    assert json.loads(en_json(passage, {}, {"tirage": 1}))["intervalle_95"] == [20.7, 100.0]
    assert json.loads(en_json(passage, {}, {"echantillon": 1, "tirage": None}))["intervalle_95"] is None


def test_fil_repris(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ce qui est au fil n'est pas rejoué, sauf une ligne coupée ou un module changé ; la dernière ligne l'emporte."""
    fil = tmp_path / "passage.jsonl"
    tue, survivant, autre = tirer(["steps.verifications.psc.alea"], 3, 7)
    assert reprendre(fil, [tue]) == {}
    for resultat in (
        Resultat(tue, Issue.SURVIVANT, 2),
        Resultat(tue, Issue.TUE, 2),
        Resultat(survivant, Issue.SURVIVANT, 4),
    ):
        noter(fil, resultat)
    with fil.open("a", encoding="utf-8") as flux:
        flux.write('{"cle": "coup')
    repris = reprendre(fil, [tue, survivant, autre])
    assert repris == {tue.cle: Resultat(tue, Issue.TUE, 2), survivant.cle: Resultat(survivant, Issue.SURVIVANT, 4)}
    assert reprendre(fil, [tue, survivant, autre], rejouer=True).keys() == {tue.cle}
    monkeypatch.setattr("tests.mutations.fil.empreinte", lambda _nom: "changé")
    assert reprendre(fil, [tue, survivant, autre]) == {}


def test_score() -> None:
    """Les équivalents et les ingreffables ne comptent pas ; un mutant que nul essai ne traverse compte contre nous."""
    compte = Counter({"tué": 7, "délai": 1, "survivant": 1, "sans essai": 1, "équivalent": 5, "ingreffable": 2})
    assert score(compte) == 80.0
    assert "| 80.0 % |" in tableau({"cda": compte})


def test_survivants_examines() -> None:
    """Chaque raison est une phrase, chaque clé désigne un module de vérification."""
    for cle, raison in lire_survivants().items():
        assert len(raison) > 20, raison
        assert cle.startswith("steps.verifications."), cle
        assert cle.count(":") >= 3, cle


def test_commande(tmp_path: Path) -> None:
    """La commande tue les mutants que les essais voient, et dit ceux qu'aucun ne traverse."""
    sortie = tmp_path / "mutants.json"
    modules = ["--module=psc.alea", "--module=homologation", "--essais=tests/verifications/psc/test_alea.py"]
    options = ["--echantillon=4", f"--json={sortie}", f"--carte={tmp_path / 'carte.json'}"]
    acheve = subprocess.run(
        [sys.executable, "-m", "tests.mutations", *modules, *options],
        cwd=RACINE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert acheve.returncode == 1, acheve.stdout + acheve.stderr
    passes = json.loads(sortie.read_text(encoding="utf-8"))["mutants"]
    issues = {
        module: Counter(m["issue"] for m in passes if m["module"] == module) for module in {m["module"] for m in passes}
    }
    assert issues["steps.verifications.homologation"] == {"sans essai": 4}
    assert issues["steps.verifications.psc.alea"]["tué"] >= 1
    assert not issues["steps.verifications.psc.alea"]["ingreffable"]
    assert fichier_de("steps.verifications.psc.alea").is_file()
