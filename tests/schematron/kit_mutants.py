"""Compare le moteur rapide à Saxon sur les exemples du kit et des mutants tirés à graine fixe."""

from __future__ import annotations

import copy
import random
from pathlib import Path

from lxml import etree

from steps.schematron.jugement import fusionner
from steps.schematron.kit import Kit
from steps.schematron.modele import Passage
from steps.schematron.rapide import MoteurRapide
from steps.schematron.saxon import moteur

_ANALYSEUR = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
_VALEURS = ("", "X", "zz:CD", "1.2.3", "20240101", "2024010112", "-5", "é", "0" * 30)


def muter(racine: etree._Element, hasard: random.Random) -> None:
    """Quelques changements : élément ôté, doublé, renommé ou vidé, attribut ôté, changé, copié, nullFlavor ajouté."""
    elements = list(racine.iter(etree.Element))
    for _ in range(hasard.randint(1, 6)):
        e = hasard.choice(elements[1:])
        parent = e.getparent()
        if parent is None:
            continue
        nom = hasard.choice(sorted(map(str, e.attrib))) if e.attrib else "code"
        action = hasard.randint(0, 8)
        if action == 0:
            parent.remove(e)
        elif action == 1:
            e.addnext(copy.deepcopy(e))
        elif action == 2:
            e.attrib.pop(nom, "")
        elif action == 3:
            e.set(nom, hasard.choice((*_VALEURS, e.get(nom, "") + " ", e.get(nom, "") + "9")))
        elif action == 4:
            e.set("nullFlavor", hasard.choice(("NA", "UNK", "ZZZ", "MSK")))
        elif action == 5:
            e.text = hasard.choice((None, "", "x", "  ", "12"))
        elif action == 6:
            e.tag = hasard.choice(elements).tag
        elif action == 7:
            e.append(etree.Comment("c"))
        else:
            for cle, valeur in hasard.choice(elements).attrib.items():
                e.set(cle, valeur)


def comparer_kit(dossier: Path, pas: int, mutants: int = 1) -> tuple[list[str], int]:
    """(écarts, passages joués) sur un exemple tous les `pas` et `mutants` mutants de chacun."""
    kit = Kit.ouvrir(dossier)
    ecarts: list[str] = []
    joues = 0
    exemples = sorted((dossier / "ExemplesCDA").glob("*.xml"))
    for rang, exemple in list(enumerate(exemples))[::pas]:
        for mutant in range(mutants + 1):
            arbre = etree.parse(str(exemple), _ANALYSEUR)
            choix = kit.schematrons_pour(arbre)
            if mutant:
                muter(arbre.getroot(), random.Random(f"{rang}/{mutant}"))
                arbre = etree.ElementTree(etree.fromstring(etree.tostring(arbre), _ANALYSEUR))
            rapide, saxon = MoteurRapide(arbre), moteur()
            document = saxon.document(arbre)
            for schematron in choix.schematrons:
                partiel = rapide.juger(schematron)
                recu = partiel.passage
                if partiel.restes:
                    recu = fusionner(recu, saxon.juger(arbre, schematron, partiel.restes, document))
                attendu = saxon.juger(arbre, schematron, None, document)
                joues += 1
                if _faits(recu) != _faits(attendu):
                    ecarts.append(f"{exemple.name} mutant {mutant} : {schematron.nom}")
    return ecarts, joues


def _faits(passage: Passage) -> tuple[object, ...]:
    echecs = sorted((e.motif, e.contexte, e.assertion.test, e.message, e.chemin, e.ligne) for e in passage.echecs)
    return echecs, dict(passage.tirees), set(passage.incomplet)
