"""Les gestes génériques sur un message XML : un seul endroit change, désigné par le chemin de ses noms."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator

from lxml import etree

_Geste = Callable[[etree._Element], None]
_SIGNATURES = ("Name", "name", "identificationScheme", "classificationScheme")


def chemin(element: etree._Element) -> str:
    """Noms locaux depuis la racine, précisés de ce qui distingue un attribut, un Slot ou une classification."""
    noms = []
    for noeud in (*reversed(list(element.iterancestors())), element):
        marque = next((str(noeud.get(nom)).rsplit(":", 1)[-1][:24] for nom in _SIGNATURES if noeud.get(nom)), "")
        noms.append(etree.QName(noeud).localname + (f"[{marque}]" if marque else ""))
    return "/".join(noms)


def _retirer(element: etree._Element) -> None:
    parent = element.getparent()
    assert parent is not None
    parent.remove(element)


def _renommer(nom: Callable[[str, str], str]) -> _Geste:
    def geste(element: etree._Element) -> None:
        lu = etree.QName(element)
        element.tag = nom(lu.namespace or "", lu.localname)

    return geste


def _ajouter(element: etree._Element) -> None:
    espace = etree.QName(element).namespace
    etree.SubElement(element, f"{{{espace}}}Ajout" if espace else "Ajout")


def _texte(change: Callable[[str], str]) -> _Geste:
    def geste(element: etree._Element) -> None:
        element.text = change(element.text or "")

    return geste


_SUR_L_ELEMENT: dict[str, _Geste] = {
    "retiré": _retirer,
    "doublé": lambda e: e.addnext(copy.deepcopy(e)),
    "casse": _renommer(lambda espace, nom: f"{{{espace}}}{nom.swapcase()}" if espace else nom.swapcase()),
    "ailleurs": _renommer(lambda espace, nom: f"{{urn:autre}}{nom}"),
    "ajout": _ajouter,
}
_SUR_LE_TEXTE: dict[str, _Geste] = {
    "vidé": _texte(lambda texte: ""),
    "autre": _texte(lambda texte: "AUTRE"),
    "insécable": _texte(lambda texte: f"{texte}\u00a0"),
}
_SUR_L_ATTRIBUT: dict[str, Callable[[str], str | None]] = {
    "retiré": lambda valeur: None,
    "vidé": lambda valeur: "",
    "autre": lambda valeur: "AUTRE",
}


def mutants(racine: etree._Element, sauf: str) -> Iterator[tuple[str, etree._Element]]:
    """(« chemin geste », racine changée) ; les éléments `sauf` et ce qu'ils contiennent restent intacts."""
    elements = list(racine.iter(etree.Element))
    for rang, element in enumerate(elements):
        if any(etree.QName(e).localname == sauf for e in (element, *element.iterancestors())):
            continue
        ou = chemin(element)
        gestes = dict(_SUR_L_ELEMENT) if element.getparent() is not None else {}
        if element.text and element.text.strip() and not len(element):
            gestes |= _SUR_LE_TEXTE
        for nom, geste in gestes.items():
            yield f"{ou} {nom}", _appliquer(racine, rang, geste)
        for attribut in map(str, element.attrib):
            for nom, change in _SUR_L_ATTRIBUT.items():
                local = etree.QName(attribut).localname
                yield f"{ou}/@{local} {nom}", _appliquer(racine, rang, _poser(attribut, change))


def _poser(attribut: str, change: Callable[[str], str | None]) -> _Geste:
    def geste(element: etree._Element) -> None:
        valeur = change(str(element.attrib.pop(attribut)))
        if valeur is not None:
            element.set(attribut, valeur)

    return geste


def _appliquer(racine: etree._Element, rang: int, geste: _Geste) -> etree._Element:
    copie = copy.deepcopy(racine)
    geste(list(copie.iter(etree.Element))[rang])
    return copie
