"""Où est un nœud dans un document : XPath lisible et ligne, les mêmes pour tous les moteurs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from lxml import etree


def est_element(noeud: etree._Element) -> bool:
    """Vrai pour un élément, faux pour un commentaire, une instruction de traitement ou une entité."""
    return isinstance(noeud.tag, str)


def chemin_de(element: etree._Element) -> str:
    """XPath par noms locaux et rangs, le rang seulement s'il y a plusieurs frères du même nom local."""
    morceaux: list[str] = []
    courant: etree._Element | None = element
    while courant is not None:
        nom = etree.QName(courant).localname
        parent = courant.getparent()
        if parent is not None:
            freres = list(parent.iterchildren("{*}" + nom))
            if len(freres) > 1:
                nom = f"{nom}[{freres.index(courant) + 1}]"
        morceaux.append(nom)
        courant = parent
    return "/" + "/".join(reversed(morceaux))


def element_du_chemin(arbre: etree._ElementTree, chemin: str) -> etree._Element | None:
    """L'élément que désigne un chemin de `chemin_de` ; pour un attribut ou un texte, celui qui le porte."""
    pas = [morceau for morceau in chemin.split("/") if morceau and not morceau.startswith("@") and "(" not in morceau]
    if not pas:
        return None
    courant = arbre.getroot()
    for morceau in pas[1:]:
        nom, _, rang = morceau.rstrip("]").partition("[")
        enfants = list(courant.iterchildren("{*}" + nom))
        if len(enfants) < int(rang or 1):
            return None
        courant = enfants[int(rang or 1) - 1]
    return courant


def ligne_de(element: etree._Element) -> int:
    """Ligne de l'élément dans le fichier, 0 si elle est inconnue."""
    return cast("int | None", element.sourceline) or 0


def descendre(racine: etree._Element, rangs: Sequence[int]) -> etree._Element:
    """L'élément atteint par des rangs parmi les éléments enfants (à partir de 1), le premier étant la racine."""
    courant = racine
    for rang in rangs[1:]:
        courant = next(enfant for position, enfant in enumerate(courant.iterchildren("*"), 1) if position == rang)
    return courant
