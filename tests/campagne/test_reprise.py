"""Une campagne sur plusieurs jours : ce qui se rejoue, ce qui reste, les versions mêlées, les écarts connus."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from simulators.socle.journal import JournalEchanges
from tests.campagne.lancement import RACINE, lire_json, mener, module, verdicts

DEUX, UN = "INS/va1.20.02", "INS/va1.20.01"
ECART = "écart connu, jusqu'au 31/12/2099 : corrigé en 1.1"


def _temoin(chemin: Path, *defauts: str, version: str = "1.0.0") -> Path:
    texte = (RACINE / "steps" / "logiciel" / "temoin.yaml").read_text(encoding="utf-8")
    texte = texte.replace('version: "1.0.0"', f'version: "{version}"')
    chemin.write_text(f"{texte}ecarts: ecarts.yaml\ndefauts: [{', '.join(defauts)}]\n", encoding="utf-8")
    return chemin


def _scenarios(dossier: Path) -> dict[str, dict[str, Any]]:
    return {s["scenario"]: s for s in lire_json(dossier / "verdicts.json")["scenarios"]}


def _joues(dossier: Path, depuis: int = 0) -> list[str]:
    with JournalEchanges.ouvrir(dossier) as journal:
        assert journal.verifier_chaine() == []
        return [e.donnees["scenario"] for e in journal.enregistrements(type="verdict", depuis=depuis)]


def test_sur_plusieurs_jours(tmp_path: Path) -> None:
    """Trois séances : un écart connu annoncé, puis corrigé (à retirer), puis une nouvelle version en partie jouée."""
    dossier = tmp_path / "c"
    ecarts = tmp_path / "ecarts.yaml"
    ecarts.write_text(f"- {{scenario: {DEUX}, raison: corrigé en 1.1, jusqu_au: 2099-12-31}}\n", encoding="utf-8")

    # Premier jour : le manquement annoncé reste non conforme partout, et ne fait pas échouer seul.
    logiciel = _temoin(tmp_path / "t.yaml", "insi_appel_fictif")
    premier = mener("--exigence=INS/va1.20", f"--logiciel={logiciel}", f"--dossier={dossier}", "--junit")
    assert premier.returncode == 0, premier.stdout
    assert verdicts(dossier) == {UN: "conforme", DEUX: "non_conforme"}
    assert ECART in premier.stdout
    assert ECART in (dossier / "junit.xml").read_text(encoding="utf-8")
    assert ECART.replace("'", "&#39;") in (dossier / "rapport.html").read_text(encoding="utf-8")
    classeur = load_workbook(dossier / "convergence.xlsx")["Exigences"]
    assert any(ECART in str(cellule.value) for ligne in classeur.iter_rows() for cellule in ligne)
    allure = [lire_json(f) for f in (dossier / "allure-results").glob("*-result.json")]
    (echec,) = [resultat for resultat in allure if resultat["status"] == "failed"]
    assert ECART in echec["statusDetails"]["message"]
    resume = module("reports", "resumer", str(dossier), "--json", "--exiger-complet")
    assert json.loads(resume.stdout)["code_de_sortie"] == 1
    (ecart,) = lire_json(dossier / "campagne.json")["ecarts"]
    assert (ecart["scenario"], ecart["scenarios"], ecart["etat"]) == (DEUX, [DEUX], "")

    # Deuxième jour : seul le manquement est rejoué ; corrigé, l'écart annoncé n'a plus lieu d'être.
    avant = _scenarios(dossier)
    deuxieme = mener(f"--logiciel={_temoin(tmp_path / 't.yaml')}", f"--reprendre={dossier}")
    assert deuxieme.returncode == 1, deuxieme.stdout
    assert "Reprise : 1 scénario repris, 1 scénario à refaire" in deuxieme.stdout
    assert f"  {DEUX} : non conforme" in deuxieme.stdout
    assert f"ecarts.yaml, ligne 1 : l'écart connu de {DEUX} a disparu, tout y est conforme : retirez-le" in (
        deuxieme.stdout
    )
    assert verdicts(dossier) == {UN: "conforme", DEUX: "conforme"}
    assert _joues(dossier) == [UN, DEUX, DEUX]
    apres = _scenarios(dossier)
    assert apres[UN] == avant[UN], "un verdict repris garde sa date et ses versions"
    assert apres[DEUX]["debut"] > avant[DEUX]["debut"]

    # Troisième jour : une nouvelle version, dont un seul scénario est rejoué.
    ecarts.write_text("[]\n", encoding="utf-8")
    nouvelle = _temoin(tmp_path / "t.yaml", version="1.1.0")
    troisieme = mener(f"--exigence={UN}", f"--logiciel={nouvelle}", f"--reprendre={dossier}")
    assert troisieme.returncode == 0, troisieme.stdout
    assert f"  {UN} : périmé (version du logiciel : 1.0.0, maintenant 1.1.0 (se dit 1.0.0))" in troisieme.stdout
    assert "Versions du logiciel mêlées : 1.1.0 (se dit 1.0.0) (1 scénario), 1.0.0 (1 scénario)" in troisieme.stdout
    rapport = (dossier / "rapport.html").read_text(encoding="utf-8")
    assert "Versions du logiciel mêlées" in rapport
    assert "Campagne menée en 3 séances" in rapport
    assert _joues(dossier) == [UN, DEUX, DEUX, UN]
    entete = lire_json(dossier / "campagne.json")
    assert entete["retenus"] == [UN, DEUX]
    assert entete["debut"] < entete["seances"][0]["debut"] < entete["seances"][1]["debut"]
    assert [seance["fin"] is None for seance in entete["seances"]] == [False, False, False]


def test_un_autre_logiciel_est_refuse(tmp_path: Path) -> None:
    """Une démonstration ne se continue pas avec un vrai produit : refus d'usage, en français, rien n'est touché."""
    dossier = tmp_path / "c"
    with JournalEchanges.creer(dossier) as journal:
        entete = {"couloir": "biologie", "rem": "BIO", "vagues": [1], "demonstration": True, "logiciel": {"nom": "T"}}
        journal.ajouter("campagne", {"etat": "debut", **entete})
    produit = tmp_path / "l.yaml"
    produit.write_text(
        "logiciel: {nom: Produit, version: '1'}\nprofils: [Général]\n"
        "adaptateur: {type: http, url: 'http://127.0.0.1:1'}\n",
        encoding="utf-8",
    )
    issue = mener(f"--logiciel={produit}", f"--reprendre={dossier}")
    assert issue.returncode == 4, issue.stdout
    assert "est une démonstration menée sur le logiciel témoin" in issue.stdout
    assert "Traceback" not in issue.stdout
    assert _joues(dossier) == []
