"""Défauts de message : chacun change un seul endroit d'un message sortant, juste avant l'envoi ou la signature."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, cast

from lxml import etree

Valeur = str | Callable[[str], str]


@dataclass(frozen=True)
class Mutation:
    """Un changement. `point` : le message ; `cible` : XPath par noms locaux (XML) ou expression rationnelle (texte).

    `geste` : retirer, remplacer, doubler, ajouter (dernier enfant), inserer (premier enfant), vider ou renommer.
    `valeur` : le texte mis à la place, `{}` valant l'ancien ; ou une fonction de l'ancien. `operations` : morceaux
    des noms d'opérations concernées, toutes si vide.
    """

    description: str
    point: str
    cible: str
    geste: str
    valeur: Valeur = ""
    operations: tuple[str, ...] = ()

    def concerne(self, point: str, operation: str) -> bool:
        return self.point == point and (not self.operations or any(morceau in operation for morceau in self.operations))


def chercher(mutation: Mutation, racine: etree._Element) -> list[Any]:
    """Éléments et attributs désignés."""
    trouves = racine.getroottree().getroot().xpath(chemin(mutation.cible))
    return cast("list[Any]", trouves)


def chemin(cible: str) -> str:
    """XPath où chaque nom d'élément est un nom local : `//Header/Action` vaut quel que soit le préfixe."""
    morceaux = re.split(r"('[^']*')", cible)
    return "".join(
        m if m.startswith("'") else re.sub(r"(?<=/)([A-Za-z_][\w.-]*)(?![\w.-]*[(:])", r"*[local-name()='\1']", m)
        for m in morceaux
    )


def muter_xml(mutations: Iterable[Mutation], racine: etree._Element) -> None:
    """Applique les changements à l'arbre."""
    for mutation in mutations:
        for cible in chercher(mutation, racine):
            if isinstance(cible, etree._Element):
                _changer_element(mutation, cible)
            else:
                _changer_attribut(mutation, cible)


def _valeur(valeur: Valeur, ancien: str) -> str:
    return valeur(ancien) if callable(valeur) else valeur.replace("{}", ancien)


def _changer_attribut(mutation: Mutation, attribut: Any) -> None:
    parent, nom = attribut.getparent(), attribut.attrname
    match mutation.geste:
        case "retirer":
            del parent.attrib[nom]
        case "remplacer":
            parent.set(nom, _valeur(mutation.valeur, str(attribut)))
        case _:
            raise ValueError(f"geste {mutation.geste!r} sans effet sur un attribut")


def _changer_element(mutation: Mutation, element: etree._Element) -> None:
    parent = element.getparent()
    match mutation.geste:
        case "retirer" if parent is not None:
            parent.remove(element)
        case "doubler":
            element.addnext(copy.deepcopy(element))
        case "remplacer":
            element.text = _valeur(mutation.valeur, element.text or "")
        case "ajouter":
            element.append(etree.fromstring(_valeur(mutation.valeur, "")))
        case "inserer":
            element.insert(0, etree.fromstring(_valeur(mutation.valeur, "")))
        case "vider":
            for enfant in list(element):
                element.remove(enfant)
            element.text = None
        case "renommer":
            espace = etree.QName(element).namespace
            nom = _valeur(mutation.valeur, "")
            element.tag = nom if nom.startswith("{") or not espace else f"{{{espace}}}{nom}"
        case _:
            raise ValueError(f"geste {mutation.geste!r} sans effet sur un élément")


def muter_texte(mutations: Iterable[Mutation], texte: str) -> str:
    """Applique les changements à un texte : message HL7, en-tête, ligne imprimée."""
    for mutation in mutations:
        valeur = mutation.valeur

        def remplacer(trouve: re.Match[str], valeur: Valeur = valeur) -> str:
            return valeur(trouve.group(0)) if callable(valeur) else trouve.expand(valeur)

        texte = re.sub(mutation.cible, remplacer, texte)
    return texte


def touche(mutation: Mutation, message: etree._Element | str) -> bool:
    """Vrai si le changement trouverait où s'appliquer."""
    if isinstance(message, str):
        return re.search(mutation.cible, message) is not None
    return bool(chercher(mutation, message))
