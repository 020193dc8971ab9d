"""Contrôle structurel d'un CDA sans le kit officiel : chaque élément à sa place, en nombre, bien formé.

Le modèle est celui de CDA R2 (`classes_hl7`, `types_hl7`). Ne sont pas contrôlés ici : le contenu des extensions (lab,
pharm, sdtc, ps3-20), les plus larges vocabulaires de HL7 (rôles, participations : leur forme seule), les types rares.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple, cast

from lxml import etree

from steps.verifications.cda.chemins import chemin, sans_ligne
from steps.verifications.cda.modele_hl7 import ESPACES, HL7, MODELE, Classe
from steps.verifications.cda.types_hl7 import BORNES_PERMISES, INTERVALLES, SIMPLES

ECARTS_MAX = 50
_XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_PREFIXE_HL7 = f"{{{HL7}}}"
_CONNUS = frozenset(ESPACES.values())
_ABSTRAITS = frozenset({"ANY", "QTY"})


class Sujet(StrEnum):
    """Ce qu'un écart met en cause."""

    PLACE = "place"
    NOMBRE = "nombre"
    ATTRIBUT = "attribut"
    VALEUR = "valeur"
    TYPE = "type"
    ESPACE = "espace"


class Ecart(NamedTuple):
    """Un écart au modèle ; `ou` : chemin et ligne."""

    sujet: Sujet
    message: str
    attendu: str
    recu: str
    ou: str


def ecarts(document: etree._Element, maximum: int = ECARTS_MAX) -> list[Ecart]:
    """Écarts d'un `ClinicalDocument` au modèle, dans l'ordre du document, `maximum` au plus."""
    trouves: list[Ecart] = []
    pile: list[tuple[etree._Element, str]] = [(document, "ClinicalDocument")]
    while pile and len(trouves) < maximum:
        element, type_ = pile.pop()
        xsi = element.get(_XSI_TYPE)
        if xsi is not None or type_ in _ABSTRAITS:
            resolu = _resoudre(element, xsi)
            if resolu is None:
                trouves.append(_type_inconnu(element, xsi))
                continue
            type_ = resolu
        classe = MODELE[type_]
        if classe.libre:
            continue
        _attributs(element, classe, trouves)
        enfants = list(element)
        if enfants:
            pile += _contenu(element, enfants, classe, type_, trouves)
        else:
            _sans_enfant(element, classe, trouves)
    return trouves[:maximum]


def _resoudre(element: etree._Element, brut: str | None) -> str | None:
    """Nom du type désigné par un QName, s'il est de HL7 V3 et connu."""
    prefixe, deux_points, nom = (brut or "").strip().rpartition(":")
    espace = element.nsmap.get(prefixe if deux_points else None)
    return nom if espace == HL7 and nom in MODELE and nom not in _ABSTRAITS else None


def _type_inconnu(element: etree._Element, brut: str | None) -> Ecart:
    nom = _nom(element.tag)
    return Ecart(
        Sujet.TYPE,
        f"{nom} ne dit pas son type." if brut is None else f"xsi:type « {brut} » ne désigne aucun type de HL7 V3.",
        "xsi:type : un type de HL7 V3, avec le préfixe de urn:hl7-org:v3 s'il en a un",
        brut or "rien",
        chemin(element),
    )


def _nom(etiquette: str) -> str:
    return etiquette.rpartition("}")[2]


@lru_cache(maxsize=8192)
def _bien_forme(type_: str, valeur: str) -> bool:
    return SIMPLES[type_][0](valeur)


def _attributs(element: etree._Element, classe: Classe, trouves: list[Ecart]) -> None:
    for nom, valeur in cast("list[tuple[str, str]]", element.items()):
        type_ = classe.attributs.get(nom)
        if type_ is None:
            if nom[0] != "{":
                trouves.append(
                    Ecart(
                        Sujet.ATTRIBUT, f"L'attribut {nom} n'existe pas sur {_nom(element.tag)}.",
                        ", ".join(sorted(classe.attributs)) or "aucun attribut", f"{nom}=« {valeur[:80]} »",
                        f"{sans_ligne(element)}/@{nom} (ligne {element.sourceline})",
                    )
                )  # fmt: skip
        elif type_ and not _bien_forme(type_, valeur):
            trouves.append(_valeur(element, nom, valeur, "est mal formée", SIMPLES[type_][1]))
    for nom, fixe in classe.fixes.items():
        valeur = element.get(nom, fixe)
        if valeur != fixe:
            trouves.append(_valeur(element, nom, valeur, "n'est pas la seule permise", fixe))
    for nom in classe.obligatoires:
        if element.get(nom) is None:
            trouves.append(
                Ecart(
                    Sujet.ATTRIBUT, f"L'attribut {nom} de {_nom(element.tag)} manque.", nom, "absent", chemin(element)
                )
            )  # fmt: skip


def _valeur(element: etree._Element, nom: str, valeur: str, defaut: str, attendu: str) -> Ecart:
    ou = f"{sans_ligne(element)}/@{nom} (ligne {element.sourceline})"
    return Ecart(Sujet.VALEUR, f"La valeur de {_nom(element.tag)}/@{nom} {defaut}.", attendu, f"« {valeur[:80]} »", ou)


def _sans_enfant(element: etree._Element, classe: Classe, trouves: list[Ecart]) -> None:
    if classe.exiges:
        trouves += _manques(element, classe, ())
    if not classe.mele:
        _refuser_texte(element, element.text, trouves)


def _refuser_texte(element: etree._Element, texte: str | None, trouves: list[Ecart]) -> None:
    if texte and not texte.isspace():
        recu = f"« {texte.strip()[:60]} »"
        trouves.append(
            Ecart(Sujet.PLACE, f"{_nom(element.tag)} contient du texte.", "des éléments", recu, chemin(element))
        )


def _manques(element: etree._Element, classe: Classe, vus: Collection[int]) -> Iterator[Ecart]:
    for rang, noms in classe.exiges.items():
        if rang not in vus:
            attendu = " ou ".join(map(_nom, noms))
            yield Ecart(Sujet.NOMBRE, f"{attendu} manque dans {_nom(element.tag)}.", attendu, "rien", chemin(element))


def _contenu(
    element: etree._Element, enfants: list[etree._Element], classe: Classe, type_: str, trouves: list[Ecart]
) -> list[tuple[etree._Element, str]]:
    """Juge les enfants de l'élément ; rend ceux qui restent à examiner, le premier en dernier."""
    places, ordonnee, mele = classe.places, classe.ordonnee, classe.mele
    if not mele:
        _refuser_texte(element, element.text, trouves)
    atteint = -1
    vus: set[int] = set()
    suite: list[tuple[etree._Element, str]] = []
    for enfant in enfants:
        if not mele and (texte := enfant.tail) and not texte.isspace():
            _refuser_texte(element, texte, trouves)
        etiquette = enfant.tag
        place = places.get(etiquette)
        if place is None:
            if isinstance(etiquette, str):
                _etranger(element, enfant, etiquette, type_, trouves)
            continue
        rang, sous_type, repete = place
        if rang > atteint:
            atteint = rang
        elif rang < atteint and ordonnee:
            trouves.append(
                Ecart(
                    Sujet.PLACE, f"{_nom(etiquette)} n'est pas à sa place dans {_nom(element.tag)}.",
                    f"l'ordre du modèle : {_ordre(classe)}", f"{_nom(etiquette)} après un élément qui le suit",
                    chemin(enfant),
                )
            )  # fmt: skip
        elif not repete and rang in vus:
            trouves.append(
                Ecart(
                    Sujet.NOMBRE, f"{_nom(etiquette)} est de trop dans {_nom(element.tag)}.", "un seul",
                    "plus d'un", chemin(enfant),
                )
            )  # fmt: skip
        vus.add(rang)
        if sous_type:
            suite.append((enfant, sous_type))
    if classe.exiges:
        trouves += _manques(element, classe, vus)
    if type_ in INTERVALLES:
        trouves += _bornes(element)
    suite.reverse()
    return suite


def _etranger(
    element: etree._Element, enfant: etree._Element, etiquette: str, type_: str, trouves: list[Ecart]
) -> None:
    if etiquette.startswith(_PREFIXE_HL7) or etiquette[0] != "{":
        classe = MODELE[type_]
        ecart = Ecart(
            Sujet.PLACE, f"{_nom(etiquette)} n'existe pas dans {_nom(element.tag)}.", _ordre(classe),
            etiquette if etiquette[0] == "{" else f"{etiquette} (sans espace de noms)", chemin(enfant),
        )  # fmt: skip
    elif type_ == "ED":
        return  # le schéma y admet du contenu d'un autre espace de noms
    elif etree.QName(enfant).namespace in _CONNUS:
        ecart = Ecart(
            Sujet.PLACE, f"L'extension {_nom(etiquette)} n'est pas admise dans {_nom(element.tag)}.",
            _ordre(MODELE[type_]), etiquette, chemin(enfant),
        )  # fmt: skip
    else:
        ecart = Ecart(
            Sujet.ESPACE, f"{_nom(etiquette)} est d'un espace de noms que le schéma étendu ne connaît pas.",
            "urn:hl7-org:v3 ou une extension admise : " + ", ".join(sorted(_CONNUS)), etiquette, chemin(enfant),
        )  # fmt: skip
    trouves.append(ecart)


def _bornes(element: etree._Element) -> Iterator[Ecart]:
    noms = tuple(_nom(enfant.tag) for enfant in element if isinstance(enfant.tag, str))
    bornes = tuple(nom for nom in noms if nom != "translation")
    if len(set(bornes)) == len(bornes) and bornes not in BORNES_PERMISES:
        yield Ecart(
            Sujet.PLACE, f"{_nom(element.tag)} combine des bornes qui ne vont pas ensemble.",
            "low et high, low et width, width et high, ou center", ", ".join(bornes), chemin(element),
        )  # fmt: skip


def _ordre(classe: Classe) -> str:
    noms = dict.fromkeys(_nom(etiquette) for etiquette in classe.places)
    return ", ".join(noms) or "aucun élément"
