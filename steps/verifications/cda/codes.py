"""Règles des codes d'un CDA qui ne demandent pas de nomenclature : forme, clé de contrôle, système, petites tables."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple, cast

from lxml import etree

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda import cles
from steps.verifications.cda.chemins import chemin
from steps.verifications.cda.formes import CONSTATS_MAX
from steps.verifications.cda.jugement import juger
from steps.verifications.cda.tables import INTERPRETATION, INTERPRETATIONS, LOINC, SNOMED_CT, TYPES_DE_DOCUMENT
from steps.verifications.registre import verification

_HL7 = "{urn:hl7-org:v3}"
_CODES = etree.XPath("descendant::*[@code and @codeSystem]")

CLE_LOINC = Regle(
    "CDA-COD-01", "Un code LOINC a la forme de LOINC et une clé de contrôle juste",
    "Regenstrief Institute, LOINC Users' Guide (16/08/2023), § 12 C, clé mod 10", Confiance.DOCUMENTEE,
    "Reprendre le code de la nomenclature : sa clé dit qu'il est mal recopié, ou qu'il n'existe pas.",
)  # fmt: skip
SYSTEME = Regle(
    "CDA-COD-02", "L'OID d'un code est celui du système qu'il dit",
    "HL7, registre des OID : 2.16.840.1.113883.6.1 (LOINC), 2.16.840.1.113883.6.96 (SNOMED CT)", Confiance.DOCUMENTEE,
    "Écrire dans codeSystem l'OID du système d'où vient le code.",
)  # fmt: skip
TYPE = Regle(
    "CDA-COD-03", "Le type du document est de JDV_J07",
    "ANS, JDV_J07_XdsTypeCode_CISIS (1.2.250.1.213.1.1.5.471), révision du 27/09/2024, relevée par le banc",
    Confiance.DEDUITE, "Écrire un type de document du jeu de valeurs à jour, ou montrer la révision qui a ce code.",
)  # fmt: skip
INTERPRETE = Regle(
    "CDA-COD-04", "Un code d'interprétation est de la table de HL7",
    "HL7 V3, ObservationInterpretation (2.16.840.1.113883.5.83) ; HL7 CDA R2 (2005), interpretationCode (CNE)",
    Confiance.DOCUMENTEE, "Écrire un code de la table (N, H, L, HH, LL, A, S, I, R, POS, NEG…).",
)  # fmt: skip
CLE_SNOMED = Regle(
    "CDA-COD-05", "Un code SNOMED CT est un identifiant SNOMED CT dont la clé est juste",
    "SNOMED International, Release File Specifications, SNOMED CT identifiers (clé de Verhoeff)", Confiance.DOCUMENTEE,
    "Reprendre le code de la nomenclature : sa clé dit qu'il est mal recopié, ou qu'il n'existe pas.",
)  # fmt: skip

_NOMS = {"LOINC": LOINC, "SNOMEDCT": SNOMED_CT}
_COURT = 4
"""Un code plus court (« 1-8 ») peut être de n'importe quelle nomenclature."""
_MEME_FORME = frozenset({"2.16.840.1.113883.6.238"})
"""Nomenclature dont les codes ont la forme et la clé de ceux de LOINC (CDC, origines)."""


class Ecrit(NamedTuple):
    """Un code tel qu'écrit, sans les blancs que son type permet autour."""

    code: str
    systeme: str
    nom: str


class Ecart(NamedTuple):
    """Ce qui ne va pas dans un code ; `sur` : faux quand une personne doit regarder."""

    message: str
    attendu: str
    sur: bool = True


@verification(CLE_LOINC, SYSTEME, CLE_SNOMED)
def codes(document: etree._Element, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """Chaque code qui dit son système, à toute profondeur, traductions comprises ; le même n'est dit qu'une fois."""
    vus = _releves(document)
    constats: list[Constat] = []
    for regle, juge, systeme in ((CLE_LOINC, _loinc, LOINC), (SYSTEME, _systeme, ""), (CLE_SNOMED, _snomed, SNOMED_CT)):
        concernes = [(ecrit, element) for ecrit, element in vus.items() if systeme in ("", ecrit.systeme)]
        trouves = [
            _constat(regle, ecrit, ecart, element, echanges)
            for ecrit, element in concernes
            if (ecart := juge(ecrit)) is not None
        ]
        if concernes and not trouves:
            trouves = [regle.respectee(recu=f"{len(concernes)} codes", ou="ClinicalDocument", echanges=echanges)]
        constats += trouves[:CONSTATS_MAX]
    return constats


@verification(TYPE)
def type_de_document(document: etree._Element, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """Le code du document est de JDV_J07 ; un code plus récent que la révision connue est possible, une personne voit.

    Un code dont le système ou la clé est faux relève des autres règles.
    """
    code = document.find(f"{_HL7}code")
    if code is None:
        return []
    valeur, systeme = code.get("code", "").strip(), code.get("codeSystem", "").strip()
    permis = TYPES_DE_DOCUMENT.get(systeme)
    if not valeur or permis is None or (systeme == LOINC and not cles.loinc_juste(valeur)):
        return []
    return [
        juger(
            TYPE, valeur in permis, "Le type du document n'est pas de ceux que JDV_J07 connaît.",
            attendu="un code de JDV_J07, par exemple 11502-2", recu=f"{valeur} ({systeme})", ou=chemin(code),
            echanges=echanges,
        )
    ]  # fmt: skip


@verification(INTERPRETE)
def interpretations(document: etree._Element, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """Chaque interprétation sous l'OID de HL7 est de sa table ; celle qui ne dit pas son système se regarde."""
    tous = [
        (element, element.get("code", "").strip(), element.get("codeSystem"))
        for element in document.iter(f"{_HL7}interpretationCode")
        if element.get("code") is not None
    ]
    juges = [(element, code, systeme) for element, code, systeme in tous if systeme in (INTERPRETATION, None)]
    faux = {(code, systeme): element for element, code, systeme in reversed(juges) if code not in INTERPRETATIONS}
    constats = [
        INTERPRETE.enfreinte(
            f"L'interprétation « {code[:40]} » n'est pas de la table de HL7.",
            attendu="un code d'ObservationInterpretation", recu=code[:40], ou=chemin(element), echanges=echanges,
        )
        if systeme
        else INTERPRETE.a_regarder(
            f"L'interprétation « {code[:40]} » ne dit pas son système et n'est pas de la table de HL7.",
            recu=code[:40], ou=chemin(element), echanges=echanges,
        )
        for (code, systeme), element in reversed(faux.items())
    ]  # fmt: skip
    if juges and not constats:
        constats = [INTERPRETE.respectee(recu=f"{len(juges)} interprétations", ou="component", echanges=echanges)]
    return constats[:CONSTATS_MAX]


def _releves(document: etree._Element) -> dict[Ecrit, etree._Element]:
    """Chaque code distinct, avec le premier élément qui le porte ; un code coupé d'un blanc relève de la structure."""
    vus: dict[Ecrit, etree._Element] = {}
    for element in cast("list[etree._Element]", _CODES(document)):
        code, systeme = element.get("code", ""), element.get("codeSystem", "")
        if len(code.split()) == 1:
            vus.setdefault(Ecrit(code.strip(), systeme.strip(), element.get("codeSystemName", "")), element)
    return vus


def _constat(regle: Regle, ecrit: Ecrit, ecart: Ecart, element: etree._Element, echanges: tuple[int, ...]) -> Constat:
    recu = f"{ecrit.code[:60]} ({ecrit.systeme[:80]}{f', {ecrit.nom[:40]}' if ecrit.nom else ''})"
    if not ecart.sur:
        return regle.a_regarder(f"{ecart.message} Attendu : {ecart.attendu}.", recu=recu, ou=chemin(element))
    return regle.enfreinte(ecart.message, attendu=ecart.attendu, recu=recu, ou=chemin(element), echanges=echanges)


@lru_cache(maxsize=8192)
def _loinc(ecrit: Ecrit) -> Ecart | None:
    """La clé d'un identifiant annexe n'a qu'une source secondaire ; un code « X… » est local, par convention."""
    code = ecrit.code
    if cles.forme_loinc(code):
        if cles.loinc_juste(code):
            return None
        numero = code.partition("-")[0]
        return Ecart(f"La clé du code LOINC {code} est fausse.", f"{numero}-{cles.cle_loinc(numero)}, ou un autre code")
    if cles.annexe_loinc(code):
        if cles.annexe_juste(code):
            return None
        numero = code.partition("-")[0]
        voulue = f"{numero}-{cles.cle_annexe(numero)}, ou un autre identifiant"
        return Ecart(f"La clé de l'identifiant LOINC {code} paraît fausse.", voulue, sur=False)
    if code[:1] in ("x", "X"):
        return Ecart(f"Le code {code[:60]} est un code local, pas un code LOINC.", "un code de LOINC", sur=False)
    return Ecart(f"Le code {code[:60]} n'a pas la forme d'un code LOINC.", "des chiffres, un tiret, la clé : 2951-2")


@lru_cache(maxsize=8192)
def _snomed(ecrit: Ecrit) -> Ecart | None:
    """Une expression composée (« : », « + », « | ») ne se juge pas ici."""
    if cles.snomed_juste(ecrit.code):
        return None
    attendu = "un identifiant de six à dix-huit chiffres, de clé juste"
    if ecrit.code[:1].isdigit() and any(signe in ecrit.code for signe in ":+|=,"):
        return Ecart("Une expression SNOMED CT composée ne se vérifie pas sans terminologie.", attendu, sur=False)
    return Ecart(f"Le code {ecrit.code[:60]} n'est pas un identifiant SNOMED CT juste.", attendu)


@lru_cache(maxsize=8192)
def _systeme(ecrit: Ecrit) -> Ecart | None:
    """Un système nommé LOINC ou SNOMED CT a l'OID de ce nom ; un code à clé LOINC sous un autre OID se regarde."""
    nom = "".join(lettre for lettre in ecrit.nom.upper() if lettre.isalnum())
    voulu = _NOMS.get(nom)
    if voulu is not None:
        if ecrit.systeme == voulu:
            return None
        return Ecart(f"Le code se dit de {ecrit.nom.strip()}, sous l'OID d'un autre système.", f"codeSystem {voulu}")
    if ecrit.systeme not in (LOINC, *_MEME_FORME) and len(ecrit.code) > _COURT and cles.loinc_juste(ecrit.code):
        message = f"Le code {ecrit.code} a la forme et la clé d'un code LOINC, sous un autre OID."
        return Ecart(message, f"codeSystem {LOINC} si c'en est un", sur=False)
    return None
