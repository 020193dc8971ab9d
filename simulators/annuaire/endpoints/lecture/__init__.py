"""`GET <base>/<Type>/<id>` : une ressource par son identifiant technique."""

from __future__ import annotations

from simulators.annuaire import erreurs
from simulators.annuaire.erreurs import TYPE_FHIR
from simulators.annuaire.index import TYPES
from simulators.annuaire.pannes import en_octets
from simulators.annuaire.point import BASE_FHIR, Appel, PointAcces
from simulators.socle.requete import ReponseSimulee


def handle(appel: Appel) -> ReponseSimulee:
    """La ressource, ou 404."""
    type_, technique = appel.segments
    if type_ not in TYPES:
        raise erreurs.type_inconnu(type_, TYPES)
    ressource = appel.etat.index.lire(type_, technique)
    if ressource is None:
        raise erreurs.ressource_inconnue(f"{type_}/{technique}")
    return ReponseSimulee(200, en_octets(ressource.contenu), TYPE_FHIR)


def reconnaitre(methode: str, segments: list[str]) -> str:
    """`fhir:<Type>/id`."""
    return f"fhir:{segments[0]}/id" if methode in ("GET", "HEAD") and len(segments) == 2 else ""


POINT = PointAcces(BASE_FHIR, reconnaitre, handle)
