"""Règles des dates du corps d'un CDA : elles existent, les périodes vont dans le bon sens, où qu'elles soient."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import cast

from lxml import etree

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.chemins import chemin
from steps.verifications.cda.dates import apres, ts_valide
from steps.verifications.cda.formes import CONSTATS_MAX, local
from steps.verifications.cda.types_hl7 import SIMPLES
from steps.verifications.registre import verification

EXISTENT = Regle(
    "CDA-COR-14", "Les dates du corps désignent des jours et des heures qui existent", "HL7 CDA R2 (2005), type TS",
    Confiance.DOCUMENTEE, "Écrire AAAA[MM[JJ[hhmm[ss]]]][+hhmm], avec une date du calendrier.",
)  # fmt: skip
PERIODES = Regle(
    "CDA-COR-15", "Une période du corps commence avant de finir",
    "HL7 CDA R2 (2005), type IVL_TS (rapprochement du banc)",
    Confiance.DEDUITE, "Vérifier low et high de la période.",
)  # fmt: skip

_XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_NOMS = frozenset(
    {"effectiveTime", "time", "birthTime", "deceasedTime", "copyTime", "availabilityTime", "activityTime",
     "expirationTime", "useablePeriod", "validTime", "expectedUseTime", "phase"}
)  # fmt: skip
"""Éléments que le modèle type TS, IVL_TS ou un de leurs dérivés, extensions comprises."""
_VALEURS = etree.XPath("h:component//*[@value]", namespaces={"h": "urn:hl7-org:v3"})
_BORNES = frozenset({"low", "high", "center"})
_TYPES = frozenset({"TS", "IVL_TS", "SXCM_TS", "IVXB_TS", "PIVL_TS"})
_ATTENDU = "AAAA[MM[JJ[hh[mm[ss]]]]][+hhmm], une date du calendrier"
_NAISSANCE_PARTIELLE = re.compile(r"\d{4}(00|(0[1-9]|1[0-2])00|0000)")
_INTERVERTI = re.compile(r"(\d{4})(\d\d)(\d\d)(.*)")


@verification(EXISTENT, PERIODES)
def dates(document: etree._Element, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """Chaque date du corps existe, et une période n'y finit pas avant de commencer.

    Une date dont le jour et le mois sont intervertis n'est qu'à vérifier : trois exemples officiels en ont une, et elle
    se lit. Un jour ou un mois inconnu écrit à zéro aussi : HL7 veut la date tronquée. Une valeur qui n'a même pas la
    forme d'une date relève de la structure.
    """
    constats: list[Constat] = []
    vues, periodes = 0, 0
    inverses: list[Constat] = []
    for element in _temporels(document):
        valeur = element.get("value", "")
        vues += 1
        if not _juste(valeur) and SIMPLES["ts"][0](valeur) and len(constats) < CONSTATS_MAX:
            constats.append(_impossible(element, valeur, echanges))
        if local(element) == "low" and (periode := element.getparent()) is not None:
            periodes += 1
            fin = periode.find("{*}high")
            if fin is not None and apres(valeur, fin.get("value", "")) and len(inverses) < CONSTATS_MAX:
                inverses.append(
                    PERIODES.enfreinte(
                        "Une période finit avant de commencer.", attendu="low au plus égal à high",
                        recu=f"low {valeur}, high {fin.get('value')}", ou=chemin(periode), echanges=echanges,
                    )
                )  # fmt: skip
    if vues and not constats:
        constats.append(EXISTENT.respectee(recu=f"{vues} dates", ou="component", echanges=echanges))
    if periodes and not inverses:
        inverses.append(PERIODES.respectee(recu=f"{periodes} périodes", ou="component", echanges=echanges))
    return constats + inverses


def _temporels(document: etree._Element) -> Iterator[etree._Element]:
    """Les éléments du corps qui portent une date : par leur nom, par leur `xsi:type`, ou bornes d'un de ceux-là."""
    for element in cast("list[etree._Element]", _VALEURS(document)):
        nom = local(element)
        porteur = element.getparent() if nom in _BORNES else element
        if porteur is not None and _temporel(local(porteur), porteur):
            yield element


def _temporel(nom: str, element: etree._Element) -> bool:
    type_ = element.get(_XSI_TYPE)
    return nom in _NOMS if type_ is None else type_.strip().rpartition(":")[2] in _TYPES


@lru_cache(maxsize=4096)
def _juste(valeur: str) -> bool:
    return ts_valide(valeur)


def _impossible(element: etree._Element, valeur: str, echanges: tuple[int, ...]) -> Constat:
    ou = chemin(element)
    if _NAISSANCE_PARTIELLE.fullmatch(valeur):
        message = "Un jour ou un mois inconnu est écrit à zéro ; HL7 veut la date tronquée à ce qui est connu."
        return EXISTENT.a_regarder(message, recu=valeur, ou=ou, echanges=echanges)
    trouve = _INTERVERTI.fullmatch(valeur)
    if trouve is not None and ts_valide(trouve[1] + trouve[3] + trouve[2] + trouve[4]):
        message = "La date n'existe pas ; elle existerait si le jour et le mois étaient intervertis."
        return EXISTENT.a_regarder(message, recu=valeur, ou=ou, echanges=echanges)
    return EXISTENT.enfreinte(
        "La date n'existe pas ou n'est pas lisible.", attendu=_ATTENDU, recu=valeur, ou=ou, echanges=echanges
    )
