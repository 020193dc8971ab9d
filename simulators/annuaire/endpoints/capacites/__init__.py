"""`GET <base>/metadata` : ce que l'API sait faire (CapabilityStatement)."""

from __future__ import annotations

from simulators.annuaire.erreurs import TYPE_FHIR
from simulators.annuaire.index import TYPES
from simulators.annuaire.pannes import en_octets
from simulators.annuaire.point import BASE_FHIR, Appel, PointAcces
from simulators.annuaire.recherche.parametres import INCLUSIONS, INCLUSIONS_INVERSES, PARAMETRES
from simulators.annuaire.ressources import GUIDE, Json
from simulators.socle.requete import ReponseSimulee

_GENRES = {"uri": "uri", "token": "token", "string": "string", "date": "date", "reference": "reference"}


def handle(appel: Appel) -> ReponseSimulee:
    """Types, paramètres et inclusions servis."""
    contenu: Json = {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2026-01-05",
        "kind": "instance",
        "software": {"name": "Banc SONS, annuaire simulé (serveur de test)"},
        "implementation": {"description": "Professionnels fictifs", "url": appel.base},
        "fhirVersion": "4.0.1",
        "format": ["json"],
        "rest": [{"mode": "server", "resource": [_ressource(type_) for type_ in TYPES]}],
    }
    return ReponseSimulee(200, en_octets(contenu), TYPE_FHIR)


def _ressource(type_: str) -> Json:
    decrite: Json = {
        "type": type_,
        "supportedProfile": [f"{GUIDE}/as-dp-{type_.lower()}"],
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "searchParam": [{"name": nom, "type": _GENRES[p.genre]} for nom, p in sorted(PARAMETRES[type_].items())],
    }
    if INCLUSIONS[type_]:
        decrite["searchInclude"] = [*INCLUSIONS[type_], "*"]
    if INCLUSIONS_INVERSES[type_]:
        decrite["searchRevInclude"] = list(INCLUSIONS_INVERSES[type_])
    return decrite


def reconnaitre(methode: str, segments: list[str]) -> str:
    """`fhir:metadata`."""
    return "fhir:metadata" if methode in ("GET", "HEAD") and segments == ["metadata"] else ""


POINT = PointAcces(BASE_FHIR, reconnaitre, handle)
