"""Documents abîmés au hasard, graine fixe : pour que des moteurs comparés aient des échecs à comparer."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable

from lxml import etree

_OIDS = ("1.2.3.4", "2.16.840.1.113883.6.1", "1.2.250.1.213.1.1.1.55")
_VALEURS = ("", "X", "0", "20240230", "UNK", "-1", "é&<")


def _retirer(hasard: random.Random, element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _doubler(hasard: random.Random, element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.insert(parent.index(element), copy.deepcopy(element))


def _vider(hasard: random.Random, element: etree._Element) -> None:
    for enfant in list(element):
        element.remove(enfant)
    element.text = None


def _nullifier(hasard: random.Random, element: etree._Element) -> None:
    element.attrib.clear()
    element.set("nullFlavor", hasard.choice(("UNK", "NA", "FAUX")))


def _alterer(hasard: random.Random, element: etree._Element) -> None:
    if element.attrib:
        nom = hasard.choice(sorted(map(str, element.attrib)))
        element.set(nom, hasard.choice(_OIDS if nom in ("root", "codeSystem") else _VALEURS))


def _perdre_un_attribut(hasard: random.Random, element: etree._Element) -> None:
    if element.attrib:
        del element.attrib[hasard.choice(sorted(map(str, element.attrib)))]


def _changer_le_texte(hasard: random.Random, element: etree._Element) -> None:
    element.text = hasard.choice(_VALEURS).replace("<", "") + (element.text or "")


def _echanger(hasard: random.Random, element: etree._Element) -> None:
    suivant = element.getnext()
    if suivant is not None:
        suivant.addnext(element)


_MUTATIONS: tuple[Callable[[random.Random, etree._Element], None], ...] = (
    _retirer, _doubler, _vider, _nullifier, _alterer, _alterer, _perdre_un_attribut, _changer_le_texte, _echanger,
)  # fmt: skip


def muter(arbre: etree._ElementTree, graine: str, nombre: int) -> etree._ElementTree:
    """Une copie de l'arbre, `nombre` fois abîmée ; la même pour la même graine."""
    hasard = random.Random(graine)
    mutant = copy.deepcopy(arbre)
    for _ in range(nombre):
        elements = [e for e in mutant.getroot().iter("{urn:hl7-org:v3}*") if e.getparent() is not None]
        element = hasard.choice(elements)
        hasard.choice(_MUTATIONS)(hasard, element)
    return etree.ElementTree(etree.fromstring(etree.tostring(mutant)))
