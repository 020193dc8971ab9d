"""Le moteur témoin des essais : Saxon évalue la même expression sur le même document, et l'on compare."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from lxml import etree
from saxonche import PySaxonApiError, PySaxonProcessor

from steps.schematron.xpath.conversions import texte
from steps.schematron.xpath.erreurs import ErreurXPath, HorsDePortee
from steps.schematron.xpath.espace import Expression
from steps.schematron.xpath.noeuds import Arbre, Noeud, chaine
from steps.schematron.xpath.valeurs import nom_type

ESPACES = {"xs": "http://www.w3.org/2001/XMLSchema", "a": "urn:a", "b": "urn:b", "xsi": "urn:xsi"}
_GENRES = {1: "element", 2: "attribute", 3: "text", 7: "processing-instruction", 8: "comment", 9: "document"}
ERREUR = "erreur"


@lru_cache(maxsize=1)
def processeur() -> Any:
    """Un processeur Saxon par processus d'essai."""
    return PySaxonProcessor(license=False)


@lru_cache(maxsize=8)
def _xpath(document: str, espaces: tuple[tuple[str, str], ...]) -> Any:
    p = processeur()
    xpath = p.new_xpath_processor()
    xpath.set_language_version("3.1")
    for prefixe, uri in espaces:
        xpath.declare_namespace(prefixe, uri)
    xpath.set_context(xdm_item=p.parse_xml(xml_text=document))
    return xpath


@lru_cache(maxsize=8)
def _arbre(document: str) -> Arbre:
    return Arbre(etree.ElementTree(etree.fromstring(document.encode())))


def par_saxon(expression: str, document: str, espaces: Mapping[str, str] = ESPACES) -> Any:
    """Items rendus par Saxon, ou `ERREUR`."""
    try:
        valeur = _xpath(document, tuple(espaces.items())).evaluate(expression)
    except PySaxonApiError:
        return ERREUR
    return [] if valeur is None else [_item_saxon(valeur.item_at(i)) for i in range(valeur.size)]


def _item_saxon(item: Any) -> tuple[str, ...]:
    if item.is_node:
        n = item.get_node_value()
        parent = n.get_parent()
        ou = parent.get_attribute_value("k") if parent is not None and parent.node_kind_str == "element" else ""
        return (n.node_kind_str, n.local_name or "", n.string_value, str(ou or ""))
    v = item.get_atomic_value()
    return _atome(v.primitive_type_name.rpartition("}")[2].removeprefix("xs:"), v.string_value)


def _atome(genre: str, valeur: str) -> tuple[str, str]:
    """Un décimal entier et un entier s'écrivent et se comparent pareil : Saxon rend l'un pour l'autre."""
    return ("decimal" if genre == "integer" else genre, valeur)


def par_nous(expression: str, document: str, espaces: Mapping[str, str] = ESPACES) -> Any:
    """Items rendus par notre moteur, ou `ERREUR`. Lève `HorsDePortee`."""
    arbre = _arbre(document)
    compilee = Expression(expression, espaces, Path("absent"))
    try:
        return [_item(x) for x in compilee.evaluer(arbre.racine)]
    except ErreurXPath:
        return ERREUR


def _item(x: Any) -> tuple[str, ...]:
    if isinstance(x, Noeud):
        ou = x.p.a.get("k", "") if x.p is not None else ""
        return (_GENRES[x.g], x.nom.rpartition("}")[2], chaine(x), ou)
    genre = getattr(x, "genre", "") or nom_type(x).removeprefix("xs:")
    return _atome(genre, texte(x))


def ecarts(expressions: Iterable[str], document: str, refus: bool = False, prudence: bool = False) -> list[str]:
    """Expressions dont nos items diffèrent de ceux de Saxon.

    `refus` : celles que nous déclarons hors de portée sont admises. `prudence` : une erreur de notre part là où Saxon
    rend une valeur est admise, car elle envoie l'assertion au repli ; l'inverse ne l'est jamais.
    """
    trouves = []
    for expression in expressions:
        attendu = par_saxon(expression, document)
        try:
            recu = par_nous(expression, document)
        except HorsDePortee as cause:
            if not refus:
                trouves.append(f"{expression} : hors de portée, {cause}")
            continue
        if recu != attendu and not (prudence and recu == ERREUR):
            trouves.append(f"{expression} : {recu} au lieu de {attendu}")
    return trouves
