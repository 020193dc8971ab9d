"""La forme d'un message XML dite par une table : enfants permis, dans leur ordre, et attributs de chaque élément.

Une table tient en quelques lignes ce qu'un schéma officiel, non livré avec le banc, impose de structurel.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from simulators.dmp.xml import NS, enfants, espace, nom_local

LIBRE = "*"
"""Contenu quelconque : les enfants ne sont ni jugés ni parcourus."""
TEXTE = ""
"""Du texte, aucun enfant."""
_XSI = f"{{{NS['xsi']}}}"


@dataclass(frozen=True, slots=True)
class Forme:
    """Ce qu'un élément porte. `enfants` : expression régulière sur leurs noms, chacun suivi d'une espace."""

    enfants: str = TEXTE
    permis: str = ""
    requis: str = ""
    ouvert: bool = False
    """Vrai si des attributs d'un autre espace de noms sont permis."""
    mixte: bool = False
    """Vrai si du texte est permis entre les enfants, ou à leur place."""

    @property
    def attributs(self) -> frozenset[str]:
        """Tous les attributs permis."""
        return frozenset(f"{self.permis} {self.requis}".split())


Grammaire = Mapping[str, Forme]
"""Nom qualifié de l'élément (`{espace}nom`) → sa forme ; un élément sans forme n'est pas jugé."""


def grammaire(prefixe: str, formes: Mapping[str, Forme]) -> dict[str, Forme]:
    """La table d'un espace de noms, aux noms qualifiés."""
    return {f"{{{NS[prefixe]}}}{nom}": forme for nom, forme in formes.items()}


def ecarts(element: etree._Element, table: Grammaire, noms: Mapping[str, str]) -> Iterator[str]:
    """Ce qui n'a pas sa place dans l'élément et sous lui, en français. `noms` : espace de noms → préfixe à écrire."""
    forme = table.get(str(element.tag))
    if forme is None:
        return
    ou = f"{nom_local(element)} (ligne {element.sourceline})"
    yield from (f"{ou} : {ecart}" for ecart in _attributs(element, forme))
    if forme.enfants == LIBRE:
        return
    recus = "".join(f"{_nom(enfant, noms)} " for enfant in enfants(element))
    if not re.fullmatch(forme.enfants, recus):
        yield f"{ou} : contenu « {recus.strip() or 'vide'} »"
    if forme.enfants != TEXTE and not forme.mixte and _texte_perdu(element):
        yield f"{ou} : texte entre les éléments"
    for enfant in enfants(element):
        yield from ecarts(enfant, table, noms)


def _nom(element: etree._Element, noms: Mapping[str, str]) -> str:
    uri = espace(element)
    return f"{noms.get(uri, f'{{{uri}}}')}{nom_local(element)}"


def _attributs(element: etree._Element, forme: Forme) -> Iterator[str]:
    for requis in forme.requis.split():
        if element.get(requis) is None:
            yield f"attribut {requis} absent"
    for nom in map(str, element.attrib):
        etranger = nom.startswith("{")
        if nom not in forme.attributs and not nom.startswith(_XSI) and not (etranger and forme.ouvert):
            yield f"attribut {nom} inattendu"


def _texte_perdu(element: etree._Element) -> bool:
    morceaux = [element.text, *(enfant.tail for enfant in element)]
    return any(morceau and morceau.strip(" \t\r\n") for morceau in morceaux)
