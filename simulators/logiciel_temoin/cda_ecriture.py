"""Écrire du HL7 v3 : un élément, un code."""

from __future__ import annotations

from lxml import etree

from simulators.logiciel_temoin.cda_lecture import HL7, Code


def e(parent: etree._Element, nom: str, valeur: str | None = None, **attributs: str | None) -> etree._Element:
    """Ajoute un élément HL7 v3 ; un attribut None est omis."""
    element = etree.SubElement(parent, f"{{{HL7}}}{nom}")
    if valeur is not None:
        element.text = valeur
    for cle, contenu in attributs.items():
        if contenu is not None:
            element.set(cle, contenu)
    return element


def code(parent: etree._Element, nom: str, valeur: Code) -> etree._Element:
    return e(parent, nom, code=valeur.code, codeSystem=valeur.systeme, displayName=valeur.libelle or None)
