"""Où est un élément : chemin lisible par noms locaux, avec le rang quand il y en a plusieurs, et ligne."""

from __future__ import annotations

from itertools import islice

from lxml import etree

_RANG_MAX = 1000
"""Au-delà, le rang n'est plus compté : un document fait de milliers de frères identiques se juge en temps borné."""


def chemin(element: etree._Element) -> str:
    """`ClinicalDocument/author[2]/time (ligne 45)` ; l'enveloppe d'un document enveloppé n'y est pas."""
    return f"{sans_ligne(element)} (ligne {element.sourceline})"


def sans_ligne(element: etree._Element) -> str:
    """Le chemin seul."""
    noms: list[str] = []
    courant: etree._Element | None = element
    while courant is not None:
        noms.append(_pas(courant))
        if noms[-1] == "ClinicalDocument":
            break
        courant = courant.getparent()
    return "/".join(reversed(noms))


def _pas(element: etree._Element) -> str:
    nom = etree.QName(element).localname
    avant = sum(1 for _ in islice(element.itersiblings(element.tag, preceding=True), _RANG_MAX))
    if avant == _RANG_MAX:
        return f"{nom}[…]"
    plusieurs = avant or next(element.itersiblings(element.tag), None) is not None
    return f"{nom}[{avant + 1}]" if plusieurs else nom
