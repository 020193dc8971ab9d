"""JUnit : noms, propriétés et issues lisibles par une intégration continue, même avec des textes hostiles."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from lxml import etree

from reports.junit import ecrire_junit, rendre_junit
from reports.verdict import Verdict
from tests.reports.fabrique import HOSTILES, jeu_complet, jeu_hostile


def test_noms_issues_et_comptes(tmp_path: Path) -> None:
    """Un cas par scénario, nommé par numéro et titre ; un manquement échoue, une panne du banc est une erreur."""
    lue, _, _ = jeu_complet(12)
    racine = etree.parse(ecrire_junit(tmp_path / "sous" / "junit.xml", lue)).getroot()
    assert (racine.get("tests"), racine.get("failures"), racine.get("errors"), racine.get("skipped")) == (
        "12", "2", "2", "6",
    )  # fmt: skip
    cas = racine.findall(".//testcase")
    assert [c.get("name") for c in cas] == [f"{fait.scenario} {fait.titre}" for fait in lue.resultats]
    issues = {
        fait.verdict: [enfant.tag for enfant in c if enfant.tag != "properties"]
        for fait, c in zip(lue.resultats, cas, strict=True)
    }
    assert issues == {
        Verdict.CONFORME: [],
        Verdict.NON_CONFORME: ["failure"],
        Verdict.NON_CONCLUANT: ["error"],
        Verdict.A_VERIFIER: ["skipped"],
        Verdict.NON_EXECUTE: ["skipped"],
        Verdict.NON_APPLICABLE: ["skipped"],
    }
    assert sum(int(suite.get("tests", "0")) for suite in racine.findall("testsuite")) == 12


def test_message_et_proprietes() -> None:
    """L'échec dit attendu, reçu, où ; les propriétés portent exigence, scénario, verdict et preuves."""
    lue, _, _ = jeu_complet(2)
    [echec] = etree.fromstring(rendre_junit(lue)).findall(".//failure")
    assert echec.get("message") == "non conforme : raison du verdict"
    assert "attendu : CHARLES" in (echec.text or "")
    cas = echec.getparent()
    assert cas is not None
    proprietes = [(p.get("name"), p.get("value")) for p in cas.findall("properties/property")]
    assert ("exigence", lue.resultats[1].exigence) in proprietes
    assert ("verdict", "non_conforme") in proprietes
    assert [valeur for nom, valeur in proprietes if nom == "preuve"] == [p.id for p in lue.resultats[1].preuves]


def test_hostile_reste_du_xml() -> None:
    """Des textes hostiles donnent un XML valide où ils se relisent, caractères de commande rendus visibles."""
    lue, _, _ = jeu_hostile()
    racine = etree.fromstring(rendre_junit(lue))
    noms = [cas.get("name", "") for cas in racine.findall(".//testcase")]
    assert noms[6].endswith(HOSTILES[6])
    assert "␀␁␛" in noms[5]


def test_demonstration_et_stabilite() -> None:
    """La mention est une propriété de chaque suite en démonstration ; mêmes données, mêmes octets."""
    lue, _, _ = jeu_complet(6)
    demo = rendre_junit(replace(lue, demonstration=True)).decode()
    assert demo.count("DÉMONSTRATION, non recevable") == 3
    assert "DÉMONSTRATION" not in rendre_junit(lue).decode()
    assert rendre_junit(lue) == rendre_junit(lue)
