"""Un scénario déclaré ou rejoué se voit dans chaque écriture, et Allure s'accorde avec le verdict."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

from openpyxl import load_workbook

from reports.allure_declarations import accorder_allure
from reports.allure_manquants import completer_allure
from reports.campagne import Campagne
from reports.constat import Constat
from reports.convergence import rendre_convergence
from reports.declaration import CODE_PERSONNE, IssueDeclaree, appliquer
from reports.declarer import preparer
from reports.junit import rendre_junit
from reports.resultat import EtatPreuve
from reports.terminal import ligne_scenario, resumer
from reports.verdict import Verdict
from tests.reports.fabrique import campagne, catalogue, exigence, resultat

EXIGENCE = exigence("INS/va1.01")
SEULE = Constat(CODE_PERSONNE, Verdict.A_VERIFIER, "le verdict revient à une personne")


def avant_et_apres() -> tuple[Campagne, Campagne]:
    """La même campagne, avant et après qu'une réponse rejouée a déclaré son scénario conforme."""
    brut = resultat(EXIGENCE, EXIGENCE.scenarios[0], Verdict.A_VERIFIER)
    preuves = tuple(replace(preuve, etat=EtatPreuve.PRODUITE) for preuve in brut.preuves)
    machine = replace(brut, constats=(SEULE,), moyen=None, preuves=preuves)
    dite = appliquer(machine, preparer(machine, IssueDeclaree.CONFORME, par="Anne", rejouee=True))
    assert dite.verdict is Verdict.CONFORME
    return campagne(machine), campagne(dite)


def test_allure_suit_la_declaration(tmp_path: Path) -> None:
    """Le résultat écrit pendant la campagne prend le verdict déclaré et ses étiquettes, une seule fois."""
    avant, apres = avant_et_apres()
    completer_allure(tmp_path, avant, catalogue(EXIGENCE))
    assert accorder_allure(tmp_path, avant) == []
    [chemin] = accorder_allure(tmp_path, apres)
    lu = json.loads(chemin.read_text(encoding="utf-8"))
    assert lu["status"] == "passed"
    etiquettes = [(etiquette["name"], etiquette["value"]) for etiquette in lu["labels"]]
    assert ("declaration", "conforme par Anne") in etiquettes
    assert ("tag", "rejoué") in etiquettes
    assert accorder_allure(tmp_path, apres) == []


def test_rejoue_se_voit_partout(tmp_path: Path) -> None:
    """Ligne du terminal, résumé, JUnit et classeur disent qu'une réponse est rejouée, et qui avait déclaré."""
    avant, apres = avant_et_apres()
    assert "(rejoué)" in ligne_scenario(apres.resultats[0], 1, 1)
    assert "(rejoué)" not in ligne_scenario(avant.resultats[0], 1, 1)
    assert any("1 scénario rejoué" in ligne for ligne in resumer(apres, tmp_path))
    junit = rendre_junit(apres).decode()
    assert 'name="rejoue" value="oui"' in junit
    assert "conforme par Anne" in junit
    classeur = load_workbook(io.BytesIO(rendre_convergence(apres, catalogue(EXIGENCE))))
    textes = [str(cellule.value) for feuille in classeur for ligne in feuille.iter_rows() for cellule in ligne]
    assert any("Rejoué" in texte for texte in textes)
