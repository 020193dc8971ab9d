"""Les types de données de HL7 V3 qu'un CDA emploie : attributs, éléments, et forme des valeurs simples.

Même notation que `classes_hl7`. Source : HL7 V3 Data Types, première version, telle que CDA R2 (2005) l'emploie.
"""

from __future__ import annotations

import re
from collections.abc import Callable

TYPES = """
TypeId (root!=2.16.840.1.113883.1.3 extension!:st)
ANY ()
BL (value:bl)
BN (value:bl)
ED (representation:codage mediaType:cs language:cs compression:cs integrityCheck integrityCheckAlgorithm:cs)
    reference:TEL? thumbnail:ED?
ST (representation=TXT mediaType=text/plain language:cs)
SC (representation=TXT mediaType=text/plain language:cs code:cs codeSystem:uid codeSystemName:st codeSystemVersion:st
    displayName:st)
CD (code:cs codeSystem:uid codeSystemName:st codeSystemVersion:st displayName:st) originalText:ED? qualifier:CR*
    translation:CD*
CO (code:cs codeSystem:uid codeSystemName:st codeSystemVersion:st displayName:st) originalText:ED?
CS (code:cs)
CR (inverted:bl) name:CD? value:CD?
II (root:uid extension:st assigningAuthorityName:st displayable:bl)
URL (value)
TEL (value use:cs_liste) useablePeriod:SXCM_TS*
TS (value:ts)
IVXB_TS (value:ts inclusive:bl)
SXCM_TS (value:ts operator:cs)
IVL_TS (value:ts operator:cs) low:IVXB_TS? center:TS? width:PQ? high:IVXB_TS?
PIVL_TS (value:ts operator:cs alignment:cs institutionSpecified:bl) phase:IVL_TS? period:PQ?
EIVL_TS (value:ts operator:cs) event:CD? offset:IVL_PQ?
SXPR_TS (value:ts operator:cs) comp:SXCM_TS*
INT (value:int)
IVXB_INT (value:int inclusive:bl)
IVL_INT (value:int operator:cs) low:IVXB_INT? center:INT? width:INT? high:IVXB_INT?
REAL (value:real)
IVXB_REAL (value:real inclusive:bl)
IVL_REAL (value:real operator:cs) low:IVXB_REAL? center:REAL? width:REAL? high:IVXB_REAL?
PQR (value:real code:cs codeSystem:uid codeSystemName:st codeSystemVersion:st displayName:st) originalText:ED?
PQ (value:real unit:cs) translation:PQR*
IVXB_PQ (value:real unit:cs inclusive:bl) translation:PQR*
IVL_PQ (value:real unit:cs operator:cs) translation:PQR* low:IVXB_PQ? center:PQ? width:PQ? high:IVXB_PQ?
MO (value:real currency:cs)
RTO () numerator:QTY denominator:QTY
RTO_QTY_QTY () numerator:QTY denominator:QTY
RTO_PQ_PQ () numerator:PQ denominator:PQ
RTO_MO_PQ () numerator:MO denominator:PQ
QTY ()
Partie (representation=TXT mediaType=text/plain language:cs partType:cs qualifier:cs_liste)
"""

LIBRES = {
    "AD": (
        "delimiter country state county city postalCode streetAddressLine houseNumber houseNumberNumeric direction"
        " streetName streetNameBase streetNameType additionalLocator unitID unitType careOf censusTract"
        " deliveryAddressLine deliveryInstallationType deliveryInstallationArea deliveryInstallationQualifier"
        " deliveryMode deliveryModeIdentifier buildingNumberSuffix postBox precinct"
    ),
    "EN": "delimiter family given prefix suffix",
    "ON": "delimiter prefix suffix",
}
"""Types au contenu mêlé de texte, dont les parties viennent dans n'importe quel ordre (`useablePeriod`, `validTime` en
plus)."""

_EN_LIGNE = "content linkHtml sub sup br footnote footnoteRef renderMultiMedia"
RECIT = {
    "text": f"{_EN_LIGNE} paragraph list table",
    "content": _EN_LIGNE,
    "paragraph": f"caption {_EN_LIGNE}",
    "item": f"caption {_EN_LIGNE} paragraph list table",
    "td": f"{_EN_LIGNE} paragraph list",
    "th": _EN_LIGNE,
    "caption": "linkHtml sub sup footnote footnoteRef",
    "footnote": "content linkHtml sub sup br renderMultiMedia paragraph list table",
    "linkHtml": "footnote footnoteRef",
    "sub": "",
    "sup": "",
}
"""Le récit d'une section : élément → éléments permis dedans, mêlés de texte."""
RECIT_ORDONNE = """
table caption? col* colgroup* thead? tfoot? tbody+
thead tr+
tfoot tr+
tbody tr+
tr th|td+
list caption? item+
colgroup col*
renderMultiMedia caption?
footnoteRef
br
col
"""
"""Les éléments du récit sans texte propre, et l'ordre de leur contenu."""
RENVOIS_EXIGES = {"renderMultiMedia": "referencedObject", "footnoteRef": "IDREF"}
ATTRIBUTS_DU_RECIT = (
    "ID language styleCode mediaType summary width border frame rules cellspacing cellpadding span align char charoff"
    " valign abbr axis headers scope rowspan colspan revised name href rel rev title listType referencedObject IDREF"
)

INTERVALLES = frozenset({"IVL_TS", "IVL_INT", "IVL_REAL", "IVL_PQ"})
BORNES_PERMISES = frozenset(
    {(), ("low",), ("low", "width"), ("low", "high"), ("high",), ("width",), ("width", "high"), ("center",),
     ("center", "width")}
)  # fmt: skip
SYNONYMES = {"CE": "CD", "CV": "CD", "PN": "EN", "TN": "EN", "BIN": "ED", "SXCM_PQ": "IVL_PQ", "SXCM_INT": "IVL_INT"}
"""Types que leurs attributs et éléments ne distinguent pas d'un autre pour ce qui est contrôlé ici."""
NON_DECRITS = frozenset(
    {"PPD_TS", "PPD_PQ", "PIVL_PPD_TS", "SXCM_PPD_TS", "IVL_PPD_TS", "IVXB_PPD_TS", "EIVL_PPD_TS", "IVL_PPD_PQ",
     "SXCM_PPD_PQ", "IVXB_PPD_PQ", "SXCM_CD", "SXCM_MO", "SXCM_REAL", "IVL_MO", "IVXB_MO", "HXIT_PQ", "HXIT_CE",
     "BXIT_CD", "BXIT_IVL_PQ", "SLIST_PQ", "SLIST_TS", "GLIST_TS", "GLIST_PQ", "UVP_TS", "ADXP", "ENXP"}
)  # fmt: skip
"""Types rares, connus du modèle, dont le contenu n'est pas contrôlé."""
NULS = frozenset(
    {"NI", "OTH", "NINF", "PINF", "INV", "DER", "MSK", "NA", "UNC", "UNK", "QS", "NASK", "TRC", "ASKU", "NAV"}
)

_PERMISSION = "APT ARQ DEF EVN INT PRMS PRP RQO"
VOCABULAIRES = {
    "Act.classCode": (
        "ACCM ACSN ACT AEXPOS CONS CONTREG CTTEVENT DISPACT EXPOS INC INFRM LIST MPROT PCPR REG REV SPCTRT STORE TEXPOS"
        " TRFR TRNS"
    ),
    "Act.moodCode": f"{_PERMISSION} RSK",
    "Encounter.moodCode": _PERMISSION,
    "EncounterParticipant.typeCode": "ADM ATND CON DIS REF",
    "Entry.typeCode": "COMP DRIV",
    "EntryRelationship.typeCode": "CAUS COMP GEVL MFST REFR RSON SAS SPRT SUBJ XCRPT",
    "InformationRecipient.typeCode": "PRCP TRC",
    "IntendedRecipient.classCode": "ASSIGNED HLTHCHRT",
    "Observation.moodCode": f"{_PERMISSION} GOL RSK",
    "Organizer.classCode": "BATTERY CLUSTER",
    "Performer1.typeCode": "PRF SPRF",
    "Procedure.moodCode": _PERMISSION,
    "Reference.typeCode": "ELNK REFR RPLC SPRT SUBJ XCRPT",
    "RelatedDocument.typeCode": "APND RPLC XFRM",
    "RelatedSubject.classCode": "PAT PRS",
    "SubstanceAdministration.moodCode": "DEF EVN INT PRMS PRP RQO",
    "Supply.moodCode": "DEF EVN INT PRMS PRP RQO",
    "TEL.use": "AS BAD CONF DIR EC H HP HV MC PG PUB TMP WP",
    "AD.use": "BAD CONF DIR H HP HV PHYS PST PUB TMP WP",
    "EN.use": "A ABC ASGN C I IDE L OR P PHON R SNDX SRCH SYL",
    "ON.use": "A ABC ASGN C I IDE L OR P PHON R SNDX SRCH SYL",
    "Partie.qualifier": "AC AD BR CL CON DEV FRM IN INV LS NB PR SCI SP STR TITLE TMK USE VV",
}
"""Vocabulaires fermés : classe et attribut → codes permis. Les attributs `use` et `qualifier` en sont des listes."""
LISTES = frozenset({"use", "qualifier"})

_UID = re.compile(r"[0-2](\.(0|[1-9][0-9]*))*|[0-9a-zA-Z]{8}(-[0-9a-zA-Z]{4}){3}-[0-9a-zA-Z]{12}|[A-Za-z][A-Za-z0-9-]*")
_TS = re.compile(r"[0-9]{1,8}|([0-9]{9,14}|[0-9]{14}\.[0-9]+)([+-][0-9]{1,4})?")
_CS = re.compile(r"\s*\S+\s*")
_CODE_HL7 = re.compile(r"[A-Z][A-Z0-9_.]*")
_REPERE = re.compile(r"\s*[^\W\d][\w.\-·]*\s*")
_REEL = re.compile(r"\s*([+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([Ee][+-]?[0-9]+)?|-?INF|NaN)\s*")
_ENTIER = re.compile(r"\s*[+-]?[0-9]+\s*")


def _forme(motif: re.Pattern[str]) -> Callable[[str], bool]:
    def juste(valeur: str) -> bool:
        return motif.fullmatch(valeur) is not None

    return juste


SIMPLES: dict[str, tuple[Callable[[str], bool], str]] = {
    "uid": (_forme(_UID), "un OID (chiffres et points, sans zéro devant) ou un UUID"),
    "ts": (_forme(_TS), "une date HL7, AAAAMMJJ[hhmmss[+hhmm]]"),
    "cs": (_forme(_CS), "un code sans espace"),
    "bl": (lambda valeur: valeur in ("true", "false"), "true ou false"),
    "int": (_forme(_ENTIER), "un entier"),
    "real": (_forme(_REEL), "un nombre (séparateur décimal : le point)"),
    "st": (lambda valeur: valeur != "", "un texte non vide"),
    "codage": (lambda valeur: valeur in ("B64", "TXT"), "B64 ou TXT"),
    "cs_liste": (lambda valeur: True, "des codes séparés par des espaces"),
    "hl7": (_forme(_CODE_HL7), "un code de HL7, en capitales"),
    "repere": (_forme(_REPERE), "un repère XML : une lettre, puis lettres, chiffres, « . », « - » ou « _ »"),
    "alignement": (
        lambda valeur: valeur.strip() in ("left", "center", "right", "justify", "char"),
        "left, center, right, justify ou char",
    ),
    "nul": (lambda valeur: valeur in NULS, "un nullFlavor de HL7"),
}
"""Type simple → (forme juste, ce qui est attendu)."""


def _dans(codes: frozenset[str], liste: bool) -> Callable[[str], bool]:
    def juste(valeur: str) -> bool:
        return set(valeur.split()) <= codes if liste else valeur.strip() in codes

    return juste


SIMPLES |= {
    cle: (_dans(frozenset(codes.split()), cle.rpartition(".")[2] in LISTES), codes.replace(" ", ", "))
    for cle, codes in VOCABULAIRES.items()
}
