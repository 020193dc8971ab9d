"""Les gestes qui abîment un CDA : chacun change un seul endroit, désigné par XPath (préfixe `h` : urn:hl7-org:v3)."""

from __future__ import annotations

import base64
import copy
from collections.abc import Callable
from typing import cast

from lxml import etree

Geste = Callable[[etree._Element], bool]
"""Modifie le document ; faux s'il n'y a rien à modifier."""
_NS = {"h": "urn:hl7-org:v3", "lab": "urn:oid:1.3.6.1.4.1.19376.1.3.2"}


def _trouver(document: etree._Element, chemin: str) -> etree._Element | None:
    trouves = document.xpath(chemin, namespaces=_NS)
    return trouves[0] if isinstance(trouves, list) and trouves and isinstance(trouves[0], etree._Element) else None


def _sur(chemin: str, faire: Callable[[etree._Element], None]) -> Geste:
    def geste(document: etree._Element) -> bool:
        element = _trouver(document, chemin)
        if element is None:
            return False
        faire(element)
        return True

    return geste


def _parent(element: etree._Element) -> etree._Element:
    parent = element.getparent()
    assert parent is not None
    return parent


def retirer(chemin: str) -> Geste:
    """Retire le premier élément désigné."""
    return _sur(chemin, lambda element: _parent(element).remove(element))


def retirer_tous(chemin: str) -> Geste:
    """Retire tous les éléments désignés."""

    def geste(document: etree._Element) -> bool:
        trouves = cast("list[etree._Element]", document.xpath(chemin, namespaces=_NS))
        for element in trouves:
            _parent(element).remove(element)
        return bool(trouves)

    return geste


def attribut(chemin: str, nom: str, valeur: str | Callable[[str], str] | None) -> Geste:
    """Change un attribut (`valeur`, ou une fonction de l'ancienne) ; l'ôte avec None."""

    def changer(element: etree._Element) -> None:
        if valeur is None:
            element.attrib.pop(nom, "")
        else:
            element.set(nom, valeur(element.get(nom, "")) if callable(valeur) else valeur)

    return _sur(chemin, changer)


def texte(chemin: str, valeur: str | Callable[[str], str]) -> Geste:
    """Change le texte de l'élément."""

    def changer(element: etree._Element) -> None:
        element.text = valeur(element.text or "") if callable(valeur) else valeur

    return _sur(chemin, changer)


def contenu(octets: bytes, chemin: str = "//h:nonXMLBody/h:text | //h:observationMedia/h:value") -> Geste:
    """Remplace un contenu encapsulé."""
    return texte(chemin, base64.b64encode(octets).decode())


def doubler(chemin: str) -> Geste:
    """Répète l'élément."""
    return _sur(chemin, lambda element: element.addnext(copy.deepcopy(element)))


def apres(chemin: str, suivant: str) -> Geste:
    """Déplace l'élément juste après son frère désigné par `suivant` (XPath relatif au parent)."""

    def deplacer(element: etree._Element) -> None:
        frere = _trouver(_parent(element), suivant)
        assert frere is not None
        frere.addnext(element)

    return _sur(chemin, deplacer)


def inserer(chemin: str, xml: str, rang: int = 0) -> Geste:
    """Ajoute un élément à ce rang dans l'élément désigné ; `xml` est dans l'espace de noms hl7, sauf mention."""

    def ajouter(element: etree._Element) -> None:
        neuf = etree.fromstring(f"<r xmlns='urn:hl7-org:v3' xmlns:h='urn:hl7-org:v3'>{xml}</r>")[0]
        element.insert(rang if rang >= 0 else len(element), neuf)

    return _sur(chemin, ajouter)


def avant(chemin: str, xml: str) -> Geste:
    """Ajoute un élément juste avant celui qui est désigné."""
    return _sur(
        chemin, lambda element: element.addprevious(etree.fromstring(f"<r xmlns='urn:hl7-org:v3'>{xml}</r>")[0])
    )


def renommer(chemin: str, nom: str) -> Geste:
    """Change le nom de l'élément (forme lxml `{espace}nom`)."""

    def changer(element: etree._Element) -> None:
        element.tag = nom

    return _sur(chemin, changer)
