"""Le kit public, dans la copie que désigne KIT_CI_SIS : mêmes faits que son squelette ISO, exemples et mutants.

Le squelette (`schematrons/moteur/iso_*.xsl`) est joué tel quel dans Saxon : il ne partage avec nous que ce processeur.
Il s'arrête quand une annexe manque : une table de remplacement, faite d'unités des exemples, est posée dans une copie.
"""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from reports.verdict import Verdict
from steps.schematron.constats import constats_de
from steps.schematron.jugement import juger
from steps.schematron.kit import Kit
from steps.schematron.modele import ABSENT, Passage, Schematron
from steps.schematron.saxon import moteur
from tests.schematron.mutations import muter
from tests.schematron.squelette import Releve, Squelette, releve

_DOSSIER = os.environ.get("KIT_CI_SIS", "")
EXEMPLES = sorted(Path(_DOSSIER).glob("ExemplesCDA/*.xml")) if _DOSSIER else []
pytestmark = pytest.mark.skipif(not EXEMPLES, reason="KIT_CI_SIS ne désigne pas une copie du kit public du CI-SIS")

MUTANTS = int(os.environ.get("KIT_CI_SIS_MUTANTS", "2"))
"""Mutants par exemple ; les schematrons joués sur un mutant sont ceux de son exemple."""

CHOISIS = re.compile(os.environ.get("KIT_CI_SIS_SCHEMATRONS", ""))
"""Pour ne comparer que les schematrons dont le nom contient cette expression."""

DERIVES = {
    ("AVC-AUNV_2022.01", "CI-SIS_AVC-AUNV_2022.01"): "H57.04",
    ("CANCER-D2LM-FIDD_2022.01", "terminologie"): "GEN-105",
    ("CANCER-D2LM-FIN_2022.01", "terminologie"): "GEN-105",
    ("CSE-CS8_2024.01", "terminologie"): "GEN-105",
    ("CSE-CS8_2024.01", "CI-SIS_CSE-CS8_2024.01"): "GEN-105",
}
"""Les seuls échecs vus sur les exemples publiés : quatre documents, leur vocabulaire a changé depuis."""

_UCUM = "2.16.840.1.113883.6.8.xml"


@dataclass
class Banc:
    """Une copie du kit où la table d'unités est remplacée, et les deux moteurs."""

    kit: Kit
    squelette: Squelette

    def document(self, fichier: Path) -> etree._ElementTree:
        """Un exemple, lu sans entité."""
        return etree.parse(str(fichier), etree.XMLParser(resolve_entities=False, huge_tree=True))


@pytest.fixture(scope="module")
def banc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Banc]:
    """La copie du kit et les moteurs, partagés par les essais du module."""
    dossier = tmp_path_factory.mktemp("kit")
    for nom in ("schematrons", "jeuxDeValeurs"):
        shutil.copytree(Path(_DOSSIER) / nom, dossier / nom)
    unites = {
        valeur
        for exemple in EXEMPLES
        for element in etree.parse(str(exemple)).getroot().iter()
        if isinstance(element.tag, str) and (valeur := element.get("unit"))
    }
    table = etree.Element("table")
    for unite in sorted(unites)[::2]:
        etree.SubElement(table, "code").text = unite
    tables = dossier / "schematrons" / "profils" / "terminologies" / "terminologie"
    (tables / _UCUM).write_bytes(etree.tostring(table))
    cache = dossier / "svrl"
    cache.mkdir()
    yield Banc(Kit.ouvrir(dossier), Squelette(Path(_DOSSIER), cache))
    shutil.rmtree(dossier, ignore_errors=True)


def ecarts(attendu: Releve, obtenu: Passage, quoi: str) -> Iterator[str]:
    """Ce qui diffère : règles tirées, assertions en échec, leur endroit, leur message aux blancs près, un manque."""
    vu = releve(obtenu)
    if obtenu.incomplet:
        yield f"{quoi} : incomplet, {obtenu.incomplet}"
    if vu.tirees != attendu.tirees:
        yield f"{quoi} : règles tirées, en trop {vu.tirees - attendu.tirees}, manquantes {attendu.tirees - vu.tirees}"
    if sorted(vu.echecs) != sorted(attendu.echecs):
        en_trop, manquants = (Counter(un) - Counter(autre) for un, autre in
                              ((vu.echecs, attendu.echecs), (attendu.echecs, vu.echecs)))  # fmt: skip
        yield f"{quoi} : échecs, en trop {list(en_trop)[:3]}, manquants {list(manquants)[:3]}"


def schematrons_des_exemples(banc: Banc) -> dict[Path, tuple[Schematron, ...]]:
    """Les schematrons de chaque exemple."""
    return {exemple: banc.kit.schematrons_pour(banc.document(exemple)).schematrons for exemple in EXEMPLES}


def test_memes_faits_que_le_squelette(banc: Banc) -> None:
    """Tous les exemples et leurs mutants, par tous leurs schematrons, avec Saxon et avec le moteur rapide."""
    par_schematron: dict[Path, list[Path]] = {}
    for exemple, schematrons in schematrons_des_exemples(banc).items():
        for schematron in filter(lambda s: CHOISIS.search(s.nom), schematrons):
            par_schematron.setdefault(schematron.chemin, []).append(exemple)
    documents: dict[Path, list[tuple[str, etree._ElementTree, Any, Any]]] = {}
    saxon = moteur()
    passages = echecs = 0
    differents: list[str] = []
    for chemin, exemples in par_schematron.items():
        schematron = banc.kit.schematron(chemin)
        for exemple in exemples:
            if exemple not in documents:
                original = banc.document(exemple)
                arbres = [original, *(muter(original, f"{exemple.name}-{n}", 25 * (n + 1)) for n in range(MUTANTS))]
                documents[exemple] = [
                    (f"{exemple.name} n° {n}", arbre, banc.squelette.document(arbre), saxon.document(arbre))
                    for n, arbre in enumerate(arbres)
                ]
            for nom, arbre, leur_document, notre_document in documents[exemple]:
                attendu = banc.squelette.juger(arbre, chemin, leur_document)
                de_saxon = saxon.juger(arbre, schematron, None, notre_document)
                (du_rapide,) = juger(arbre, [schematron], "rapide")
                differents += ecarts(attendu, de_saxon, f"saxon, {nom}, {chemin.name}")
                differents += ecarts(attendu, du_rapide, f"rapide, {nom}, {chemin.name}")
                passages += 1
                echecs += len(attendu.echecs)
        banc.squelette.oublier(chemin)
        print(f"{chemin.name} : {len(exemples)} exemples, {len(differents)} écarts jusqu'ici", flush=True)
    assert differents == []
    assert passages == (MUTANTS + 1) * sum(map(len, par_schematron.values()))
    assert echecs > 0 or CHOISIS.pattern
    print(f"{passages} passages comparés, {echecs} échecs identiques")


def test_exemples_publies() -> None:
    """Dans le kit tel que publié : 103 exemples sans échec, les 4 dérives de vocabulaire connues, et rien d'autre."""
    kit = Kit.ouvrir(Path(_DOSSIER))
    vus: dict[tuple[str, str], str] = {}
    sans_erreur = 0
    for exemple in EXEMPLES:
        arbre = etree.parse(str(exemple), etree.XMLParser(resolve_entities=False, huge_tree=True))
        choix = kit.schematrons_pour(arbre)
        assert choix.manques == ()
        passages = juger(arbre, choix.schematrons, "rapide")
        assert {raison for p in passages for raison in p.incomplet} <= {ABSENT + _UCUM}, exemple.name
        constats = constats_de(passages, arbre)
        assert {c.verdict for c in constats} <= {Verdict.CONFORME, Verdict.NON_CONFORME}
        sans_erreur += all(c.verdict is Verdict.CONFORME for c in constats)
        for passage in passages:
            for echec in passage.echecs:
                vus[exemple.stem, passage.schematron.nom] = echec.message
        for constat in constats:
            if constat.verdict is Verdict.NON_CONFORME:
                assert constat.message.startswith("écart de vocabulaire, valeur absente de ")
                assert constat.recu.startswith('code="')
    assert (len(EXEMPLES), sans_erreur) == (107, 103)
    assert vus.keys() == DERIVES.keys()
    assert all(DERIVES[cle] in message for cle, message in vus.items())


def test_volet_deduit_comme_declare() -> None:
    """Sans l'instruction des exemples, leur volet se retrouve par le modèle ou le code : même famille de volets."""
    kit = Kit.ouvrir(Path(_DOSSIER))
    declares = 0
    for exemple in EXEMPLES:
        arbre = etree.parse(str(exemple))
        declare = kit.schematrons_pour(arbre).volet
        for instruction in list(arbre.getroot().itersiblings(preceding=True)):
            if getattr(instruction, "target", "") == "oxygen":
                instruction.text = "retirée"
        choix = kit.schematrons_pour(arbre)
        if declare and "niveau 1" not in choix.raison:
            declares += 1
            assert kit.table_volets.base(choix.volet) == kit.table_volets.base(declare), (exemple.name, choix.raison)
    assert declares > 95
