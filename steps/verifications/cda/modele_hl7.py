"""Le modèle de CDA R2 prêt à comparer : `classes_hl7` et `types_hl7` lus une fois."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from steps.verifications.cda.classes_hl7 import CLASSES
from steps.verifications.cda.types_hl7 import (
    ATTRIBUTS_DU_RECIT,
    LIBRES,
    NON_DECRITS,
    RECIT,
    RECIT_ORDONNE,
    RENVOIS_EXIGES,
    SYNONYMES,
    TYPES,
    VOCABULAIRES,
)

HL7 = "urn:hl7-org:v3"
ESPACES = {
    "lab": "urn:oid:1.3.6.1.4.1.19376.1.3.2",
    "pharm": "urn:ihe:pharm:medication",
    "sdtc": "urn:hl7-org:sdtc",
    "ps3-20": "urn:dicom-org:ps3-20",
}
"""Les espaces de noms d'extension que le schéma étendu de l'ANS admet."""

_D_ORDINAIRE = {
    "code": "CD", "text": "ED", "effectiveTime": "IVL_TS", "time": "IVL_TS", "value": "ANY", "component": "Component2",
    "componentOf": "Component1", "performer": "Performer2", "participant": "Participant2", "informant": "Informant12",
    "id": "II", "setId": "II", "templateId": "II", "typeId": "TypeId", "realmCode": "CS", "addr": "AD", "name": "EN",
    "telecom": "TEL", "title": "ST", "statusCode": "CS", "languageCode": "CS", "signatureCode": "CS",
    "versionNumber": "INT", "sequenceNumber": "INT", "copyTime": "TS", "birthTime": "TS", "seperatableInd": "BL",
    "preferenceInd": "BL", "independentInd": "BL", "manufacturerModelName": "SC", "softwareName": "SC", "desc": "ED",
    "lotNumberText": "ST", "derivationExpr": "ST", "repeatNumber": "IVL_INT", "quantity": "PQ",
    "doseQuantity": "IVL_PQ", "rateQuantity": "IVL_PQ", "maxDoseQuantity": "RTO_PQ_PQ", "expectedUseTime": "IVL_TS",
    "assignedPerson": "Person", "associatedPerson": "Person", "guardianPerson": "Person", "relatedPerson": "Person",
    "maintainingPerson": "Person", "representedOrganization": "Organization", "scopingOrganization": "Organization",
    "guardianOrganization": "Organization", "serviceProviderOrganization": "Organization",
    "receivedOrganization": "Organization", "manufacturerOrganization": "Organization",
    "wholeOrganization": "Organization", "providerOrganization": "Organization",
    "representedCustodianOrganization": "CustodianOrganization", "assignedAuthoringDevice": "AuthoringDevice",
    "asMaintainedEntity": "MaintainedEntity", "asOrganizationPartOf": "OrganizationPartOf",
    "manufacturedLabeledDrug": "LabeledDrug", "manufacturedMaterial": "Material", "playingDevice": "Device",
    "playingEntity": "PlayingEntity", "scopingEntity": "Entity", "specimenPlayingEntity": "PlayingEntity",
}  # fmt: skip
"""Type qu'un nom d'élément a d'ordinaire ; à défaut, `…Code` est un CD et tout autre nom a sa propre classe."""


class Place(NamedTuple):
    """Un élément permis : rang dans la séquence, type de son contenu, et s'il peut se répéter."""

    rang: int
    type: str
    repete: bool


@dataclass(frozen=True, slots=True)
class Classe:
    """Ce qu'un élément peut contenir. Les noms d'éléments sont ceux de lxml, `{espace}nom`.

    `exiges` : rang → noms dont l'un au moins est obligatoire. `ordonnee` : les éléments se suivent dans l'ordre.
    `mele` : du texte est permis. `libre` : rien n'est contrôlé au-dessous.
    """

    nom: str
    places: dict[str, Place]
    attributs: dict[str, str]
    obligatoires: tuple[str, ...] = ()
    fixes: dict[str, str] = field(default_factory=dict)
    exiges: dict[int, tuple[str, ...]] = field(default_factory=dict)
    ordonnee: bool = True
    mele: bool = False
    libre: bool = False


_LIGNE = re.compile(r"^(\S+) \(([^)]*)\) ?(.*)$", re.DOTALL)
_ATTRIBUT = re.compile(r"^(\w+)(!?)(?::(\w+))?(?:=(.*))?$")
_OUVERTURE = "realmCode* typeId? templateId* "
_MOT = re.compile(r"([A-Za-z]+)")


def _lignes(texte: str) -> list[str]:
    return re.sub(r"\n\s+", " ", texte.strip()).splitlines()


def _type(nom: str) -> str:
    if nom in _D_ORDINAIRE:
        return _D_ORDINAIRE[nom]
    return "CD" if nom.endswith("Code") else nom[0].upper() + nom[1:]


def est_une_valeur(nom: str) -> bool:
    """Vrai si un élément de ce nom porte d'ordinaire une valeur (type de données), et non une classe."""
    return _type(nom) in MODELE and not MODELE[_type(nom)].places.keys() & {f"{{{HL7}}}templateId"}


def _etiquette(brut: str) -> tuple[str, str]:
    """Nom lxml et type d'un élément écrit `nom`, `nom:Type` ou `prefixe:nom`."""
    avant, _, apres = brut.partition(":")
    if avant in ESPACES:
        return f"{{{ESPACES[avant]}}}{apres}", ""
    return f"{{{HL7}}}{avant}", apres or _type(avant)


def _type_attribut(classe: str, nom: str, ecrit: str) -> str:
    """Type d'un attribut : celui qui est écrit, sinon son vocabulaire, sinon ce que dit son nom."""
    if f"{classe}.{nom}" in VOCABULAIRES:
        return f"{classe}.{nom}"
    if nom == "ID":
        return "repere"
    return ecrit or ("hl7" if nom in ("classCode", "moodCode", "typeCode", "determinerCode") else "")


def _lire(ligne: str, *, classe: bool) -> Classe:
    lu = _LIGNE.match(ligne)
    assert lu is not None, ligne
    nom, bruts, elements = lu.groups()
    attributs, fixes, obligatoires = {"nullFlavor": "nul"}, {}, []
    for brut in bruts.split():
        attribut = _ATTRIBUT.match(brut)
        assert attribut is not None, brut
        attributs[attribut[1]] = _type_attribut(nom, attribut[1], attribut[3] or "")
        if attribut[2]:
            obligatoires.append(attribut[1])
        if attribut[4]:
            fixes[attribut[1]] = attribut[4]
    places: dict[str, Place] = {}
    exiges: dict[int, tuple[str, ...]] = {}
    for rang, brut in enumerate(((_OUVERTURE if classe else "") + elements).split()):
        nombre = brut[-1] if brut[-1] in "?*+" else ""
        choix = [_etiquette(morceau) for morceau in brut.removesuffix(nombre).split("|")]
        places |= {etiquette: Place(rang, type_, nombre in ("*", "+")) for etiquette, type_ in choix}
        if nombre in ("", "+"):
            exiges[rang] = tuple(etiquette for etiquette, _ in choix)
    return Classe(nom, places, attributs, tuple(obligatoires), fixes, exiges, mele=not classe and nom in _MELES)


_MELES = frozenset({"ED", "ST", "SC", "Partie"})


def _composer() -> dict[str, Classe]:
    modele = {classe.nom: classe for classe in (_lire(ligne, classe=True) for ligne in _lignes(CLASSES))}
    modele |= {type_.nom: type_ for type_ in (_lire(ligne, classe=False) for ligne in _lignes(TYPES))}
    for nom, parties in LIBRES.items():
        places = {f"{{{HL7}}}{partie}": Place(0, "Partie", True) for partie in parties.split()}
        places[f"{{{HL7}}}useablePeriod"] = places[f"{{{HL7}}}validTime"] = Place(0, "IVL_TS", True)
        attributs = {"nullFlavor": "nul", "use": f"{nom}.use", "isNotOrdered": "bl"}
        modele[nom] = Classe(nom, places, attributs, ordonnee=False, mele=True)
    modele |= {nom: Classe(nom, {}, {}, mele=True, libre=True) for nom in NON_DECRITS}
    modele |= {synonyme: modele[nom] for synonyme, nom in SYNONYMES.items()}
    return modele | _recit()


def _recit() -> dict[str, Classe]:
    """Les éléments du récit ; leur type est `Recit.` suivi du nom, `Recit` pour `text`."""
    attributs = {**dict.fromkeys(ATTRIBUTS_DU_RECIT.split(), ""), "ID": "repere", "align": "alignement"}
    lus = {}
    for nom, permis in RECIT.items():
        places = {f"{{{HL7}}}{fils}": Place(0, f"Recit.{fils}", True) for fils in permis.split()}
        lus[f"Recit.{nom}"] = Classe("récit", places, attributs, ordonnee=False, mele=True)
    for ligne in _lignes(RECIT_ORDONNE):
        nom, _, fils = ligne.partition(" ")
        lue = _lire("récit () " + _MOT.sub(r"\1:Recit.\1", fils), classe=False)
        exige = RENVOIS_EXIGES.get(nom)
        lus[f"Recit.{nom}"] = replace(lue, attributs=attributs, obligatoires=(exige,) if exige else ())
    return lus | {"Recit": lus["Recit.text"]}


MODELE = _composer()
"""Toutes les classes et tous les types, par leur nom."""
