"""`GET <base>/_page?id=…` : la page suivante d'une recherche, par son adresse opaque."""

from __future__ import annotations

from simulators.annuaire import erreurs
from simulators.annuaire.endpoints.recherche import rendre_page
from simulators.annuaire.point import BASE_FHIR, Appel, PointAcces
from simulators.socle.requete import ReponseSimulee


def handle(appel: Appel) -> ReponseSimulee:
    """La page promise, ou 410 si elle n'existe pas ou plus."""
    if appel.prendre("page_expiree"):
        raise erreurs.page_expiree()
    page = appel.pages.lire("".join(appel.requete.parametres.get("id", [])))
    if page is None:
        raise erreurs.page_expiree()
    return rendre_page(appel, page)


def reconnaitre(methode: str, segments: list[str]) -> str:
    """`fhir:_page`."""
    return "fhir:_page" if methode in ("GET", "HEAD") and segments == ["_page"] else ""


POINT = PointAcces(BASE_FHIR, reconnaitre, handle)
