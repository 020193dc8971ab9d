"""Les paramètres de recherche de chaque type, tels que le guide de l'API v2 les liste."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from simulators.annuaire.ressources import EXT_CARTE, EXT_TRACE, GUIDE, Json, Ressource, references

Codes = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class Parametre:
    """Un paramètre : son genre dit comment comparer, `valeurs` quoi.

    Genres : `token` (système, code), `string`, `date` (dernière mise à jour), `reference` (`Type/id`), `uri`.
    """

    genre: str
    valeurs: Callable[[Ressource], Iterable[Any]]


def _codages(concepts: Iterable[Json]) -> Iterator[tuple[str, str]]:
    for concept in concepts:
        for codage in concept.get("coding", ()):
            yield codage.get("system", ""), codage.get("code", "")


def _liste(valeur: Any) -> list[Json]:
    if valeur is None:
        return []
    return valeur if isinstance(valeur, list) else [valeur]


def _concepts(champ: str) -> Parametre:
    return Parametre("token", lambda r: list(_codages(_liste(r.contenu.get(champ)))))


def _texte(champ: str) -> Parametre:
    return Parametre("string", lambda r: [r.contenu[champ]] if champ in r.contenu else [])


def _reference(champ: str) -> Parametre:
    return Parametre("reference", lambda r: references(r, champ))


def _identifiants(r: Ressource) -> Codes:
    return [(i.get("system", ""), i["value"]) for i in r.contenu.get("identifier", ())]


def _genres_identifiants(r: Ressource) -> Codes:
    return list(_codages(i["type"] for i in r.contenu.get("identifier", ()) if "type" in i))


def _noms(*parties: str) -> Callable[[Ressource], list[str]]:
    def lire(r: Ressource) -> list[str]:
        lus: list[str] = []
        for nom in r.contenu.get("name", ()):
            for partie in parties:
                valeur = nom.get(partie, [])
                lus += [valeur] if isinstance(valeur, str) else valeur
        return lus

    return lire


def _bals(r: Ressource) -> list[str]:
    return [t["value"] for t in r.contenu.get("telecom", ()) if t.get("system") == "email"]


def _extension(r: Ressource, url: str, partie: str) -> Iterator[Json]:
    for extension in r.contenu.get("extension", ()):
        if extension["url"] == url:
            yield from (e for e in extension.get("extension", ()) if e["url"] == partie)


def _adresses(champ: str) -> Callable[[Ressource], list[str]]:
    return lambda r: [adresse[champ] for adresse in r.contenu.get("address", ()) if champ in adresse]


def _adresse_entiere(r: Ressource) -> list[str]:
    return [v for a in r.contenu.get("address", ()) for v in (*a.get("line", ()), a["city"], a["postalCode"])]


_ID = Parametre("token", lambda r: [("", r.id)])
_MAJ = Parametre("date", lambda r: [r.maj])
_ACTIF = Parametre("token", lambda r: [("", "true" if r.contenu.get("active") else "false")])
_IDENTIFIANT = Parametre("token", _identifiants)
_GENRE = Parametre("token", _genres_identifiants)
_BAL = Parametre("string", _bals)
_SYSTEME = Parametre("token", lambda r: [("", e["valueCode"]) for e in _extension(r, EXT_TRACE, "systeme-information")])
_AUTORITE = Parametre("token", lambda r: [])
"""Aucune ressource du banc ne porte d'autorité d'enregistrement : la recherche est admise et ne trouve rien."""
_COMMUNS = {"_id": _ID, "_lastUpdated": _MAJ}

PARAMETRES: Mapping[str, Mapping[str, Parametre]] = {
    "Practitioner": {
        **_COMMUNS,
        "active": _ACTIF,
        "data-information-system": _SYSTEME,
        "family": Parametre("string", _noms("family")),
        "given": Parametre("string", _noms("given")),
        "name": Parametre("string", _noms("family", "given", "prefix", "suffix")),
        "identifier": _IDENTIFIANT,
        "identifier-type": _GENRE,
        "mailbox-mss": _BAL,
        "number-smartcard": Parametre(
            "string", lambda r: [e["valueString"] for e in _extension(r, EXT_CARTE, "number")]
        ),
        "qualification-code": Parametre(
            "token", lambda r: list(_codages(q["code"] for q in r.contenu.get("qualification", ())))
        ),
    },
    "PractitionerRole": {
        **_COMMUNS,
        "active": _ACTIF,
        "data-information-system": _SYSTEME,
        "data-registration-authority": _AUTORITE,
        "identifier": _IDENTIFIANT,
        "mailbox-mss": _BAL,
        "organization": _reference("organization"),
        "practitioner": _reference("practitioner"),
        "role": _concepts("code"),
    },
    "Organization": {
        **_COMMUNS,
        "active": _ACTIF,
        "address": Parametre("string", _adresse_entiere),
        "address-city": Parametre("string", _adresses("city")),
        "address-postalcode": Parametre("string", _adresses("postalCode")),
        "data-information-system": _SYSTEME,
        "identifier": _IDENTIFIANT,
        "identifier-type": _GENRE,
        "mailbox-mss": _BAL,
        "name": _texte("name"),
        "partof": _reference("partOf"),
        "pharmacy-licence": Parametre(
            "string",
            lambda r: [
                e["valueString"]
                for e in r.contenu.get("extension", ())
                if e["url"] == f"{GUIDE}/as-ext-organization-pharmacy-licence"
            ],
        ),
        "type": _concepts("type"),
    },
    "HealthcareService": {
        **_COMMUNS,
        "_since": _MAJ,
        "_profile": Parametre("uri", lambda r: r.contenu["meta"]["profile"]),
        "active": _ACTIF,
        "as-sp-data-information-system": _SYSTEME,
        "characteristic": _concepts("characteristic"),
        "identifier": _IDENTIFIANT,
        "organization": _reference("providedBy"),
        "service-category": _concepts("category"),
        "service-type": _concepts("type"),
    },
    "Device": {
        **_COMMUNS,
        "data-information-system": _SYSTEME,
        "identifier": _IDENTIFIANT,
        "manufacturer": _texte("manufacturer"),
        "model": _texte("modelNumber"),
        "organization": _reference("owner"),
        "status": Parametre("token", lambda r: [("", r.contenu.get("status", ""))]),
        "type": _concepts("type"),
    },
}

INCLUSIONS: Mapping[str, Mapping[str, str]] = {
    "PractitionerRole": {
        "PractitionerRole:practitioner": "practitioner",
        "PractitionerRole:organization": "organization",
    },
    "Organization": {"Organization:partof": "partOf"},
    "HealthcareService": {"HealthcareService:organization": "providedBy"},
    "Device": {"Device:organization": "owner"},
    "Practitioner": {},
}
"""`_include` servis : nom → champ suivi. `*` les demande tous."""
INCLUSIONS_INVERSES: Mapping[str, Mapping[str, str]] = {
    "Practitioner": {"PractitionerRole:practitioner": "PractitionerRole"},
    "Organization": {
        "Device:organization": "Device",
        "HealthcareService:organization": "HealthcareService",
        "PractitionerRole:organization": "PractitionerRole",
    },
    "PractitionerRole": {},
    "HealthcareService": {},
    "Device": {},
}
"""`_revinclude` servis : nom → type qui cite."""


@lru_cache(maxsize=65_536)
def replier(texte: str) -> str:
    """Forme comparée des textes : sans accent ni casse."""
    return "".join(c for c in unicodedata.normalize("NFKD", texte.casefold()) if not unicodedata.combining(c))
