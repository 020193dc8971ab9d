"""`GET <base>/<Type>` et `POST <base>/<Type>/_search` : recherche sur un type de ressource."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl

from simulators.annuaire import erreurs
from simulators.annuaire.erreurs import TYPE_FHIR
from simulators.annuaire.index import TYPES
from simulators.annuaire.pannes import RETOUCHES, en_octets, retoucher
from simulators.annuaire.point import BASE_FHIR, Appel, PointAcces
from simulators.annuaire.recherche.execution import Page, chercher, rendre
from simulators.socle.requete import ReponseSimulee


def handle(appel: Appel) -> ReponseSimulee:
    """Cherche, puis rend la première page."""
    type_ = appel.segments[0]
    if type_ not in TYPES:
        raise erreurs.type_inconnu(type_, TYPES)
    return rendre_page(appel, chercher(appel.etat.index, type_, _parametres(appel)))


def rendre_page(appel: Appel, page: Page) -> ReponseSimulee:
    """La réponse d'une page ; promet la suivante s'il en reste."""
    fin = page.debut + page.recherche.taille
    suivante = None
    panne = appel.prendre(*RETOUCHES)
    vide = panne is not None and panne.nom == "page_vide"
    if vide or fin < len(page.trouvees):
        # Une page vide ne consomme rien : la suivante commence où celle-ci aurait commencé.
        debut = page.debut if vide else fin - bool(appel.prendre("doublon_entre_pages"))
        identifiant = appel.pages.promettre(replace(page, debut=debut))
        suivante = f"{appel.base}/_page?id={identifiant}"
    paquet = rendre(page, base=appel.base, suivante=suivante)
    if panne is not None:
        retoucher(panne.nom, paquet)
    appel.requete.noter("resultats", len(page.trouvees))
    octets = en_octets(paquet)
    if appel.prendre("bundle_tronque"):
        octets = octets[: len(octets) // 2]
    return ReponseSimulee(200, octets, TYPE_FHIR)


def _parametres(appel: Appel) -> list[tuple[str, str]]:
    """Paramètres de l'adresse, puis ceux du formulaire de POST _search."""
    requete = appel.requete
    _, _, chaine = requete.cible.partition("?")
    paires = _decouper(chaine.partition("#")[0])
    if requete.methode != "POST":
        return paires
    if requete.type_contenu != "application/x-www-form-urlencoded":
        raise erreurs.corps_illisible("application/x-www-form-urlencoded attendu")
    try:
        corps = requete.corps.octets.decode("utf-8")
    except UnicodeDecodeError as erreur:
        raise erreurs.corps_illisible("UTF-8 attendu") from erreur
    return paires + _decouper(corps)


def _decouper(chaine: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(chaine, keep_blank_values=True, errors="strict", max_num_fields=200)
    except ValueError as erreur:
        raise erreurs.valeur_invalide("paramètres", chaine[:100], f"une chaîne en UTF-8 encodé ({erreur})") from erreur


def reconnaitre(methode: str, segments: list[str]) -> str:
    """`fhir:<Type>`, même pour un type inconnu, qui sera refusé."""
    if (methode in ("GET", "HEAD") and len(segments) == 1) or (methode == "POST" and segments[1:] == ["_search"]):
        return f"fhir:{segments[0]}"
    return ""


POINT = PointAcces(BASE_FHIR, reconnaitre, handle)
