"""Règles du corps structuré : sections, repères du récit, références, statuts."""

from __future__ import annotations

from collections import Counter
from typing import cast

from lxml import etree

from reports.constat import Confiance, Constat, Regle
from simulators.dmp.xml import nom_local
from steps.verifications.cda.chemins import chemin
from steps.verifications.cda.jugement import juger
from steps.verifications.registre import verification

_GUIDE = "ANS, CI-SIS, structuration générale des documents CDA R2 (IG-document-core), corps"
_HL7 = "{urn:hl7-org:v3}"
_IDREFS = ("IDREF", "referencedObject", "headers")
# HL7 V3, ActStatus et RoleStatus.
STATUTS = frozenset(
    {
        "normal", "aborted", "active", "cancelled", "completed", "held", "new", "suspended", "nullified", "obsolete",
        "pending", "terminated",
    }
)  # fmt: skip

SECTION = Regle(
    "CDA-COR-06", "Chaque section dit ce qu'elle est par un code", _GUIDE, Confiance.OFFICIELLE,
    "Renseigner section/code (LOINC).",
)  # fmt: skip
RECIT = Regle(
    "CDA-COR-07", "Chaque section a un titre et un texte lisible", "HL7 CDA R2 (2005), § 4.3.5", Confiance.DEDUITE,
    "Renseigner title et text : le récit est la partie attestée du document.",
)  # fmt: skip
REPERES = Regle(
    "CDA-COR-08", "Un repère (ID) ne sert qu'une fois, et chaque renvoi interne en a un",
    "W3C XML Schema 1.0, types ID et IDREF ; HL7 CDA R2 (2005), § 4.3.5", Confiance.DOCUMENTEE,
    "Donner un ID distinct à chaque élément et corriger les renvois (IDREF, referencedObject).",
)  # fmt: skip
REFERENCES = Regle(
    "CDA-COR-09", "Chaque référence « # » d'une entrée désigne un repère du récit", "HL7 CDA R2 (2005), § 4.3.5.1",
    Confiance.DEDUITE, "Écrire reference/@value=#ID, avec un ID présent dans le document.",
)  # fmt: skip
STATUT = Regle(
    "CDA-COR-10", "Le statut d'un acte est un statut de HL7", "HL7 V3, ActStatus et RoleStatus", Confiance.DOCUMENTEE,
    "Écrire statusCode/@code parmi completed, active, aborted, cancelled…",
)  # fmt: skip


@verification(SECTION, RECIT)
def sections(document: etree._Element, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """Les sections d'un N3 ont un code ; titre et texte absents sont signalés.

    Des exemples officiels ont des sections sans titre, ou de texte absent ou vide : ce n'est qu'une remarque. Aucun
    n'en a sans code.
    """
    toutes = list(document.iter(f"{_HL7}section"))
    if not toutes:
        return []
    sans_code = [s for s in toutes if not _renseigne(s.find(f"{_HL7}code"))]
    muettes = [s for s in toutes if s.find(f"{_HL7}title") is None or not _a_un_texte(s)]
    constats = [
        juger(
            SECTION, not sans_code, "Une section n'a pas de code.", attendu="section/code",
            recu=f"{len(sans_code)} section(s) sans code" if sans_code else f"{len(toutes)} sections",
            ou=chemin(sans_code[0]) if sans_code else "structuredBody", echanges=echanges,
        )
    ]  # fmt: skip
    if muettes:
        constats.append(
            RECIT.signalee(
                "Une section n'a pas de titre, ou son texte est absent ou vide.", attendu="title et text",
                recu=f"{len(muettes)} section(s) sur {len(toutes)}", ou=chemin(muettes[0]), echanges=echanges,
            )
        )  # fmt: skip
    else:
        constats.append(RECIT.respectee(recu=f"{len(toutes)} sections", ou="structuredBody", echanges=echanges))
    return constats


def _a_un_texte(section: etree._Element) -> bool:
    """Un texte qui dit ou montre quelque chose, ou des sous-sections qui en ont un."""
    texte = section.find(f"{_HL7}text")
    if section.find(f"{_HL7}component/{_HL7}section") is not None:
        return True
    if texte is None:
        return False
    return (
        texte.get("nullFlavor") is not None
        or bool(texte.xpath("normalize-space(.)"))
        or next(texte.iter(f"{_HL7}renderMultiMedia"), None) is not None
    )


def _renseigne(code: etree._Element | None) -> bool:
    return code is not None and bool(code.get("code") or code.get("nullFlavor"))


@verification(REPERES, REFERENCES)
def reperes(document: etree._Element, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """Les repères sont uniques ; les renvois internes ont leur cible ; les références mortes sont signalées.

    Les trois quarts des exemples officiels ont des `reference` d'entrée sans cible : ce n'est qu'une remarque. Un
    renvoi de type IDREF sans cible est refusé par le schéma.
    """
    ids = Counter(valeur for valeur in _attributs(document, "ID"))
    doubles = [repere for repere, nombre in ids.items() if nombre > 1]
    renvois = {cible for nom in _IDREFS for valeur in _attributs(document, nom) for cible in valeur.split()}
    perdus = sorted(renvois - ids.keys())
    if not ids and not renvois and document.find(f".//{_HL7}reference") is None:
        return []
    fautif = doubles or perdus
    constats = [
        juger(
            REPERES, not fautif,
            "Un repère sert plusieurs fois." if doubles else "Un renvoi désigne un repère qui n'existe pas.",
            attendu="des ID distincts, et une cible pour chaque renvoi",
            recu=", ".join(map(str, fautif[:10])) if fautif else f"{len(ids)} repères",
            ou=_ou_repere(document, doubles, perdus) if fautif else "component", echanges=echanges,
        )
    ]  # fmt: skip
    mortes = [
        element
        for element in document.iter(f"{_HL7}reference")
        if element.get("value", "").startswith("#") and element.get("value", "")[1:] not in ids
    ]
    if mortes:
        constats.append(
            REFERENCES.signalee(
                "Une référence désigne un repère qui n'existe pas.", attendu="un ID du document",
                recu=", ".join(dict.fromkeys(element.get("value", "") for element in mortes[:10])),
                ou=chemin(mortes[0]), echanges=echanges,
            )
        )  # fmt: skip
    else:
        constats.append(REFERENCES.respectee(recu=f"{len(ids)} repères", ou="component", echanges=echanges))
    return constats


def _attributs(document: etree._Element, nom: str) -> list[str]:
    return cast("list[str]", document.xpath(f".//@{nom}"))


def _ou_repere(document: etree._Element, doubles: list[str], perdus: list[str]) -> str:
    for element in document.iter(f"{_HL7}*"):
        if doubles and element.get("ID") == doubles[0]:
            return chemin(element)
        if perdus and not doubles and any(perdus[0] in element.get(nom, "").split() for nom in _IDREFS):
            return chemin(element)
    return "component"


@verification(STATUT)
def statuts(document: etree._Element, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """Les statuts du corps sont dans les vocabulaires de HL7."""
    tous = [
        element
        for enfant in document
        if isinstance(enfant.tag, str) and nom_local(enfant) == "component"
        for element in enfant.iter(f"{_HL7}statusCode")
        if element.get("code") is not None
    ]
    if not tous:
        return []
    faux = [element for element in tous if element.get("code") not in STATUTS]
    return [
        juger(
            STATUT, not faux, "Le statut d'un acte n'est pas un statut de HL7.", attendu=", ".join(sorted(STATUTS)),
            recu=", ".join(dict.fromkeys(e.get("code", "") for e in faux)) or f"{len(tous)} statuts",
            ou=chemin(faux[0]) if faux else "component", echanges=echanges,
        )
    ]  # fmt: skip
