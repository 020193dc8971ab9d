"""Une vraie campagne rejoue des réponses enregistrées, sans personne, et le dit partout."""

from __future__ import annotations

from pathlib import Path

from reports.constat import Constat
from reports.declaration import CODE_PERSONNE
from reports.verdict import Verdict
from requirements.catalogue import charger
from simulators.socle.journal import JournalEchanges
from steps.operateur.consigne import Issue, Reponse
from steps.operateur.enregistrement import FICHIER, Enregistreur
from steps.operateur.guidage import consigne_restante
from steps.selection import ScenarioRetenu
from tests.campagne.lancement import lire_json, mener
from tests.steps.guidage.aides import GuichetEssai, resultat

NUMERO = "SSI/GEN.01.01"
SEULE = Constat(CODE_PERSONNE, Verdict.A_VERIFIER, "le verdict revient à une personne : pièces à apporter")


def enregistrement(dossier: Path) -> Path:
    """Ce qu'une personne a répondu au scénario sans feature, dans une campagne d'avant."""
    [retenu] = [ScenarioRetenu(e, s) for e in charger("biologie").exigences for s in e.scenarios if s.id == NUMERO]
    consigne = consigne_restante(retenu, resultat(retenu, SEULE, moyen=None))
    assert consigne is not None
    with JournalEchanges.creer(dossier) as journal:
        guichet = GuichetEssai(Reponse(Issue.NON_CONFORME, raison="le fichier est vide", par="Anne"))
        Enregistreur(guichet, dossier, journal, {"graine": ""}).demander(consigne)
    return dossier / FICHIER


def test_rejouer_en_integration_continue(tmp_path: Path) -> None:
    """Le verdict déclaré revient, marqué au terminal, au JUnit, dans Allure, au rapport et dans verdicts.json."""
    dossier = tmp_path / "campagne"
    chemin = enregistrement(tmp_path / "avant")
    fin = mener("--exigence=SSI/GEN.01", f"--rejouer={chemin}", f"--dossier={dossier}", "--junit")
    assert fin.returncode == 1, fin.stdout
    assert "1 scénario rejoué" in fin.stdout
    [un] = lire_json(dossier / "verdicts.json")["scenarios"]
    assert (un["verdict"], un["moyen"], un["rejoue"]) == ("non_conforme", "personne", True)
    assert un["declaration"]["par"] == "Anne"
    assert lire_json(dossier / "campagne.json")["rejeu"]["fichier"] == FICHIER
    assert 'name="rejoue"' in (dossier / "junit.xml").read_text(encoding="utf-8")
    assert "rejoué" in (dossier / "rapport.html").read_text(encoding="utf-8")
    resultats = [lire_json(fichier) for fichier in (dossier / "allure-results").glob("*-result.json")]
    assert [resultat["status"] for resultat in resultats] == ["failed"]


def test_un_fichier_absent_est_refuse(tmp_path: Path) -> None:
    """Un enregistrement absent, ou donné avec une personne, arrête avant toute campagne."""
    fin = mener(f"--rejouer={tmp_path / 'absent.jsonl'}", f"--dossier={tmp_path / 'c'}")
    assert fin.returncode == 4
    assert "n'existe pas" in fin.stdout
