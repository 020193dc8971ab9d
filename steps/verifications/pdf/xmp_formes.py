"""Les propriétés d'un paquet XMP devant leur type : texte, liste, variantes de langue ou structure (RDF)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

from lxml import etree

from simulators.dmp.xml import enfants
from steps.verifications.pdf.xmp import RDF, Xmp
from steps.verifications.pdf.xmp_schemas import PREDEFINIS, STRUCTURES

_XML = "http://www.w3.org/XML/1998/namespace"
_LISTES = ("Bag", "Seq", "Alt")
_SIMPLES = {
    "Boolean": re.compile(r"True|False"),
    "Integer": re.compile(r"[+-]?\d+"),
    "Real": re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)"),
    "Rational": re.compile(r"-?\d+/-?\d+"),
    "MimeType": re.compile(r"[-\w+.]+/[-\w+.]+(?:\s*;.*)?"),
    "Gps": re.compile(r"\d{1,3},\d{1,2}(?:,\d{1,2}|\.\d+)[NSEW]"),
    "Conformance": re.compile(r"[AB]"),
}
_DATE = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T([01]\d|2[0-4]):([0-5]\d)(?::([0-5]\d|60)(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?)?)?"
)


def hors_type(xmp: Xmp) -> Iterator[str]:
    """Chaque propriété que son schéma, prédéfini ou ajouté, ne définit pas, ou qui n'a pas le type qu'il veut.

    D'une propriété que décrit un schéma d'extension, le type est au fichier : il n'est pas jugé.
    """
    for espace, nom, forme in _proprietes(xmp):
        table = PREDEFINIS.get(espace, {})
        if espace not in PREDEFINIS.keys() | xmp.decrits.keys() or nom in xmp.decrits.get(espace, ()):
            continue
        if nom not in table:
            yield f"{nom} : pas une propriété de {espace}"
        elif not _tenu(forme, table[nom]):
            yield f"{nom} : attendu {table[nom]}, reçu {_dire(forme)}"


Forme = str | etree._Element
"""La valeur d'un attribut, ou l'élément qui porte la propriété."""


def _proprietes(xmp: Xmp) -> Iterator[tuple[str, str, Forme]]:
    if xmp.arbre is None:
        return
    for description in xmp.arbre.iter(f"{{{RDF}}}Description"):
        parent = description.getparent()
        if parent is not None and parent.tag != f"{{{RDF}}}RDF":
            continue
        yield from _champs(description)


def _champs(porteur: etree._Element) -> Iterator[tuple[str, str, Forme]]:
    """(espace, nom, valeur) de chaque attribut et de chaque enfant, hors RDF et XML."""
    for nom, valeur in porteur.attrib.items():
        qualifie = etree.QName(str(nom))
        if qualifie.namespace not in (None, RDF, _XML):
            yield qualifie.namespace or "", qualifie.localname, str(valeur)
    for element in enfants(porteur):
        qualifie = etree.QName(element)
        if qualifie.namespace != RDF:
            yield qualifie.namespace or "", qualifie.localname, element


def _tenu(forme: Forme, genre: str) -> bool:
    sorte, _, contenu = genre.partition(" ")
    if sorte in _LISTES:
        elements = _elements(forme, sorte)
        return elements is not None and all(_tenu(element, contenu) for element in elements)
    if genre == "LangAlt":
        variantes = _elements(forme, "Alt")
        return variantes is not None and all(v.get(f"{{{_XML}}}lang") and _texte(v) is not None for v in variantes)
    if genre in STRUCTURES:
        return _structure(forme, STRUCTURES[genre])
    texte = _texte(forme)
    if texte is None:
        return False
    if genre == "Date":
        return _date_juste(texte)
    motif = _SIMPLES.get(genre)
    return motif is None or motif.fullmatch(texte) is not None


def _elements(forme: Forme, sorte: str) -> list[etree._Element] | None:
    """Les éléments d'une liste de cette sorte ; None si ce n'en est pas une."""
    if isinstance(forme, str):
        return None
    contenu = list(enfants(forme))
    if len(contenu) != 1 or contenu[0].tag != f"{{{RDF}}}{sorte}":
        return None
    return [element for element in enfants(contenu[0]) if element.tag == f"{{{RDF}}}li"]


def _structure(forme: Forme, table: Mapping[str, str]) -> bool:
    """Des champs connus, chacun de son type ; écrits en enfants, en attributs, ou dans une description."""
    if isinstance(forme, str):
        return False
    porteurs = [forme, *(e for e in enfants(forme) if e.tag == f"{{{RDF}}}Description")]
    champs = [(nom, valeur) for porteur in porteurs for _, nom, valeur in _champs(porteur)]
    if not champs and (forme.text or "").strip():
        return False
    return all(nom in table and _tenu(valeur, table[nom]) for nom, valeur in champs)


def _texte(forme: Forme) -> str | None:
    """Le texte d'une valeur simple, qualifiée ou non ; None si c'est une liste ou une structure."""
    if isinstance(forme, str):
        return forme.strip()
    adresse = forme.get(f"{{{RDF}}}resource")
    contenu = list(enfants(forme))
    if adresse is not None:
        return adresse.strip() if not contenu else None
    if not contenu:
        return "".join(map(str, forme.itertext())).strip()
    porteur = contenu[0] if len(contenu) == 1 and contenu[0].tag == f"{{{RDF}}}Description" else forme
    valeur = porteur.find(f"{{{RDF}}}value")
    return _texte(valeur) if valeur is not None else None


def _date_juste(texte: str) -> bool:
    lu = _DATE.fullmatch(texte)
    if lu is None:
        return False
    try:
        date(int(lu[1]), int(lu[2] or 1), int(lu[3] or 1))
    except ValueError:
        return False
    return True


def _dire(forme: Forme) -> str:
    if isinstance(forme, str):
        return f"« {forme[:40]} »"
    contenu = list(enfants(forme))
    if contenu and etree.QName(contenu[0]).namespace == RDF:
        premier = " ".join("".join(map(str, contenu[0].itertext())).split())[:40]
        return f"{etree.QName(contenu[0]).localname} « {premier} »"
    return f"« {' '.join(''.join(map(str, forme.itertext())).split())[:40]} »"
