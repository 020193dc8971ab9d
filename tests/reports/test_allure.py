"""Allure : étiquettes, étapes, résultats complétés, page rendue sans appel extérieur."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from reports.allure import ecrire_accompagnement, etiquettes, message_de_verdict, texte_echange
from reports.allure_html import AllureIndisponible, adresses_exterieures, nettoyer, rendre_allure
from reports.allure_manquants import completer_allure, scenarios_presents
from reports.verdict import Verdict
from tests.reports.fabrique import echange, exigence, jeu_complet, jeu_hostile

pytest_plugins = ("pytester",)

_PAGE = """<!DOCTYPE html><html dir="ltr" lang="en"><head><title>t</title></head><body>
<script>window.utile = 1;</script>
<script async src="https://www.googletagmanager.com/gtag/js?id=G-1"></script>
<script>window.dataLayer = window.dataLayer || []; function gtag(){dataLayer.push(arguments);}</script>
<a href="https://allurereport.org">site</a></body></html>"""


def test_etiquettes() -> None:
    """Un scénario porte couloir, section, exigence, scénario, preuves et vague, et le classement d'Allure."""
    ex = exigence("INS/va1.02")
    couples = etiquettes("biologie", ex, ex.scenarios[0], demonstration=True)
    valeurs = dict(couples)
    assert valeurs["parentSuite"] == "biologie, vague 2"
    assert valeurs["suite"] == "INS · Identité nationale de santé"
    assert (valeurs["exigence"], valeurs["scenario"], valeurs["vague"]) == ("INS/va1.02", "INS/va1.02.01", "2")
    assert valeurs["severity"] == "critical"
    assert valeurs["tag"] == "DÉMONSTRATION, non recevable"
    assert [valeur for cle, valeur in couples if cle == "preuve"] == ["INS/va1.02.01.01", "INS/va1.02.01.02"]


def test_etapes_et_echange_dans_un_vrai_test(pytester: pytest.Pytester) -> None:
    """Dans un test réel, étapes au mot-clé français, étape non jouée et échange joint arrivent dans les résultats."""
    racine = Path(__file__).parents[2]
    pytester.makepyfile(
        f"""
        import sys
        sys.path.insert(0, {str(racine)!r})
        from reports.allure import commencer_etape, etape_non_jouee, etiqueter, finir_etape, joindre_echange
        from tests.reports.fabrique import echange

        def test_scenario():
            etiqueter([("exigence", "INS/va1.01"), ("vague", "1")], "INS/va1.01.01 Recherche par traits")
            numero = commencer_etape("Étant donné que", "le patient est connu d'INSi")
            joindre_echange(echange(4))
            finir_etape(numero)
            numero = commencer_etape("Alors ", "le prénom est seul")
            finir_etape(numero, AssertionError("deux prénoms"))
            etape_non_jouee("Et", "la suite")
        """
    )
    pytester.runpytest_subprocess(
        "--alluredir=resultats", "-p", "no:cacheprovider", "--import-mode=importlib"
    ).assert_outcomes(passed=1)
    [chemin] = (pytester.path / "resultats").glob("*-result.json")
    lu = json.loads(chemin.read_text(encoding="utf-8"))
    assert lu["name"] == "INS/va1.01.01 Recherche par traits"
    assert {"name": "exigence", "value": "INS/va1.01"} in lu["labels"]
    assert [(etape["name"], etape["status"]) for etape in lu["steps"]] == [
        ("Étant donné que le patient est connu d'INSi", "passed"),
        ("Alors le prénom est seul", "failed"),
        ("Et la suite", "skipped"),
    ]
    [joint] = lu["steps"][0]["attachments"]
    contenu = (chemin.parent / joint["source"]).read_text(encoding="utf-8")
    assert "POST /lps HTTP/1.1" in contenu
    assert "<NomNaissance>D'ARTAGNAN</NomNaissance>" in contenu


def test_texte_echange_borne() -> None:
    """Un échange joint reste court, même avec de gros corps."""
    assert len(texte_echange(echange(1, corps=b"<a>" + b"x " * 10**6 + b"</a>", reponse=b"y" * 10**6))) < 12_000


def test_completer(tmp_path: Path) -> None:
    """Chaque scénario absent reçoit un résultat, une seule fois, avec le statut et le message de son verdict."""
    lue, livre, _ = jeu_complet(6)
    (tmp_path / "x-result.json").write_text(
        json.dumps({"name": f"{lue.resultats[0].scenario} titre",
                    "labels": [{"name": "exigence", "value": lue.resultats[0].exigence},
                               {"name": "scenario", "value": lue.resultats[0].scenario}]})
    )  # fmt: skip
    partage = [{"name": "exigence", "value": lue.resultats[1].exigence}]
    partage += [{"name": "scenario", "value": lue.resultats[1].scenario}]
    (tmp_path / "y-result.json").write_text(json.dumps({"name": "AUTRE.01 titre", "labels": partage}))
    (tmp_path / "coupe-result.json").write_text('{"labels": [')
    ecrits = completer_allure(tmp_path, lue, livre)
    assert len(ecrits) == 5
    assert completer_allure(tmp_path, lue, livre) == []
    assert scenarios_presents(tmp_path) == {(fait.exigence, fait.scenario) for fait in lue.resultats}
    statuts = {}
    for chemin in ecrits:
        lu = json.loads(chemin.read_text(encoding="utf-8"))
        statuts[lu["statusDetails"]["message"].partition(" : ")[0]] = lu["status"]
    assert statuts == {
        "non conforme": "failed",
        "non concluant": "broken",
        "à vérifier": "skipped",
        "non exécuté": "skipped",
        "non applicable": "skipped",
    }


def test_completer_stable(tmp_path: Path) -> None:
    """Rebâtir redonne les mêmes fichiers, octet pour octet, même avec des textes hostiles."""
    for lue, livre, _ in (jeu_complet(6), jeu_hostile()):
        un, deux = tmp_path / f"{lue.demonstration}1", tmp_path / f"{lue.demonstration}2"
        completer_allure(un, lue, livre)
        completer_allure(deux, lue, livre)
        assert {c.name: c.read_bytes() for c in un.iterdir()} == {c.name: c.read_bytes() for c in deux.iterdir()}


@pytest.mark.parametrize("prefixe", ["", "AssertionError: ", "steps.erreurs.NonConcluant: ", "Skipped: "])
def test_categories(tmp_path: Path, prefixe: str) -> None:
    """Chaque verdict tombe dans sa catégorie et dans aucune autre, quel que soit le préfixe de pytest."""
    lue, _, _ = jeu_complet(1)
    categories = json.loads(ecrire_accompagnement(tmp_path, lue)[0].read_text(encoding="utf-8"))
    noms = {}
    for verdict in Verdict:
        message = prefixe + message_de_verdict(verdict, "une personne doit dire si c'est non exécuté\nou conforme")
        noms[verdict] = [c["name"] for c in categories if re.fullmatch(c["messageRegex"], message)]
    assert noms.pop(Verdict.CONFORME) == []
    assert all(len(trouves) == 1 for trouves in noms.values())
    assert len({trouves[0] for trouves in noms.values()}) == 5


def test_environnement_une_ligne_par_valeur(tmp_path: Path) -> None:
    """Une valeur hostile ne peut pas ajouter une ligne à environment.properties."""
    lue, _, _ = jeu_complet(1)
    hostile = replace(lue, produit_banc="banc\nLogiciel=autre\\", demonstration=True)
    chemin = ecrire_accompagnement(tmp_path, hostile)[1]
    lignes = chemin.read_text(encoding="utf-8").splitlines()
    assert [ligne for ligne in lignes if ligne.startswith("Logiciel=")] == ["Logiciel=LaboTest 4.2 (Éditeur & Fils)"]
    assert "Usage=DÉMONSTRATION, non recevable" in lignes


def test_nettoyer() -> None:
    """La mesure d'audience disparaît, le reste demeure, la langue est le français, les appels sont interdits."""
    page = nettoyer(_PAGE)
    assert "googletagmanager" not in page
    assert "dataLayer" not in page
    assert "window.utile = 1" in page
    assert '<html lang="fr" dir="ltr">' in page
    assert "default-src data: blob:" in page
    assert adresses_exterieures(page) == []


@pytest.mark.parametrize(
    "reste",
    [
        '<img src="https://mal.example/x.png">',
        "<script defer src=//mal.example/x.js></script>",
        '<link rel="stylesheet" href="http://mal.example/x.css">',
        "<style>@import 'https://mal.example/x.css';</style>",
        "<style>a { background: url(https://mal.example/x) }</style>",
    ],
)
def test_adresse_restante_refusee(reste: str) -> None:
    """Une page qui appellerait encore l'extérieur est refusée, adresse citée."""
    with pytest.raises(AllureIndisponible, match=r"mal\.example"):
        nettoyer(_PAGE.replace("</body>", f"{reste}</body>"))


def test_sans_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sans Node, le message le dit et propose rapport.html."""
    lue, livre, _ = jeu_complet(1)
    completer_allure(tmp_path, lue, livre)
    monkeypatch.setattr("shutil.which", lambda nom: None)
    with pytest.raises(AllureIndisponible, match=r"Node\.js.*rapport\.html"):
        rendre_allure(tmp_path, tmp_path / "a.html", "t")


def test_sans_resultat(tmp_path: Path) -> None:
    """Un dossier sans résultat est refusé avant de chercher Node."""
    with pytest.raises(AllureIndisponible, match="aucun résultat Allure"):
        rendre_allure(tmp_path, tmp_path / "a.html", "t")
