"""Une recherche entière : critères, pages, total, inclusions, éléments choisis."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from simulators.annuaire import erreurs
from simulators.annuaire.index import Index
from simulators.annuaire.recherche.criteres import lire, tous
from simulators.annuaire.recherche.parametres import INCLUSIONS, INCLUSIONS_INVERSES
from simulators.annuaire.ressources import Json, Ressource

TAILLE_DE_PAGE = 50
TAILLE_MAX = 10_000
_RESULTAT = ("_count", "_total", "_elements", "_include", "_revinclude", "_format", "_pretty")
_OBLIGATOIRES = ("resourceType", "id", "meta")
_SUBSETTED = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}

Paires = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Recherche:
    """Une recherche lue. `paires` : les paramètres tels que reçus, pour le lien `self`."""

    type: str
    paires: tuple[tuple[str, str], ...]
    taille: int = TAILLE_DE_PAGE
    total: str = ""
    elements: tuple[str, ...] = ()
    inclusions: tuple[str, ...] = ()
    inverses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Page:
    """Ce qu'il reste à rendre d'une recherche. `trouvees` est figé : une page suit la publication de sa recherche."""

    recherche: Recherche
    trouvees: tuple[Ressource, ...]
    debut: int = 0
    index: Index = field(default_factory=Index, repr=False, compare=False)


def preparer(type_: str, paires: Paires) -> tuple[Recherche, list[tuple[str, str]]]:
    """Sépare ce qui règle le résultat de ce qui choisit ; refuse ce que l'API n'admet pas."""
    reglages: dict[str, list[str]] = {}
    criteres: list[tuple[str, str]] = []
    for nom, valeur in paires:
        if nom in _RESULTAT:
            reglages.setdefault(nom, []).append(valeur)
        else:
            criteres.append((nom, valeur))
    for format_ in reglages.get("_format", ()):
        if format_ not in ("json", "application/json", "application/fhir+json", "application/fhir json"):
            raise erreurs.valeur_invalide("_format", format_, "json")
    inclusions = _inclusions("_include", reglages.get("_include", ()), INCLUSIONS[type_])
    inverses = _inclusions("_revinclude", reglages.get("_revinclude", ()), INCLUSIONS_INVERSES[type_])
    total = _dernier(reglages, "_total")
    if total not in ("", "none", "estimate", "accurate"):
        raise erreurs.valeur_invalide("_total", total, "none, estimate ou accurate")
    elements = tuple(e for valeur in reglages.get("_elements", ()) for e in valeur.split(",") if e)
    recherche = Recherche(type_, tuple(paires), _taille(reglages), total, elements, inclusions, inverses)
    return recherche, criteres


def chercher(index: Index, type_: str, paires: Paires) -> Page:
    """Exécute la recherche ; `RefusFhir` si elle n'est pas admise."""
    recherche, criteres = preparer(type_, paires)
    tests = [lire(type_, nom, valeur) for nom, valeur in criteres]
    return Page(recherche, tuple(tous(tests, _candidates(index, type_, criteres))), 0, index)


def _candidates(index: Index, type_: str, criteres: Paires) -> Iterable[Ressource]:
    """Celles que l'index désigne quand la recherche porte un identifiant, sinon toutes celles du type."""
    for nom, valeur in criteres:
        if "\\" in valeur or not valeur:
            continue
        if nom == "_id":
            lues = (index.lire(type_, technique) for technique in dict.fromkeys(valeur.split(",")))
            return [ressource for ressource in lues if ressource is not None]
        codes = [texte.rpartition("|")[2] for texte in valeur.split(",")]
        if nom == "identifier" and all(codes):
            vues = {r.id: r for code in codes for r in index.par_identifiant(type_, code)}
            return list(vues.values())
    return index.du_type(type_)


def rendre(page: Page, *, base: str, suivante: str | None) -> Json:
    """Le Bundle d'une page. `suivante` : adresse de la page d'après, None si c'est la dernière."""
    recherche = page.recherche
    rendues = page.trouvees[page.debut : page.debut + recherche.taille]
    liens = []
    if suivante is not None:
        liens.append({"relation": "next", "url": suivante})
    criteres = "&".join(f"{quote(nom, safe='-_.:')}={quote(valeur, safe='')}" for nom, valeur in recherche.paires)
    liens.append({"relation": "self", "url": f"{base}/{recherche.type}" + (f"?{criteres}" if criteres else "")})
    entrees = [_entree(r, recherche, base, "match") for r in rendues]
    entrees += [_entree(r, recherche, base, "include") for r in _incluses(rendues, recherche, page.index)]
    paquet: Json = {"resourceType": "Bundle", "type": "searchset", "link": liens}
    if recherche.total != "none":
        paquet["total"] = len(page.trouvees)
    if entrees:
        paquet["entry"] = entrees
    return paquet


def _entree(ressource: Ressource, recherche: Recherche, base: str, mode: str) -> Json:
    contenu = ressource.contenu
    if recherche.elements and mode == "match":
        meta = {**contenu["meta"], "tag": [_SUBSETTED]}
        gardes = {*_OBLIGATOIRES, *recherche.elements}
        contenu = {cle: valeur for cle, valeur in contenu.items() if cle.lstrip("_") in gardes} | {"meta": meta}
    return {"fullUrl": f"{base}/{ressource.reference}", "resource": contenu, "search": {"mode": mode}}


def _incluses(rendues: Sequence[Ressource], recherche: Recherche, index: Index) -> list[Ressource]:
    """Ressources ajoutées par les inclusions, chacune une fois, jamais une trouvée."""
    vues = {r.reference for r in rendues}
    ajoutees: dict[str, Ressource] = {}
    for ressource in rendues:
        voisines = [
            cible
            for champ in recherche.inclusions
            if champ in ressource.contenu
            and (cible := index.lire(*ressource.contenu[champ]["reference"].split("/", 1))) is not None
        ]
        voisines += [citante for type_ in recherche.inverses for citante in index.qui_citent(ressource, type_)]
        for voisine in voisines:
            if voisine.reference not in vues:
                ajoutees.setdefault(voisine.reference, voisine)
    return list(ajoutees.values())


def _inclusions(nom: str, valeurs: Iterable[str], connues: Mapping[str, str]) -> tuple[str, ...]:
    suivies: list[str] = []
    for valeur in valeurs:
        if valeur == "*" and connues:
            suivies += connues.values()
        elif valeur in connues:
            suivies.append(connues[valeur])
        else:
            raise erreurs.inclusion_inconnue(nom, valeur, connues)
    return tuple(dict.fromkeys(suivies))


def _dernier(reglages: dict[str, list[str]], nom: str) -> str:
    return reglages.get(nom, [""])[-1]


def _taille(reglages: dict[str, list[str]]) -> int:
    texte = _dernier(reglages, "_count")
    if not texte:
        return TAILLE_DE_PAGE
    if not texte.isdecimal() or not texte.isascii() or len(texte) > 9:
        raise erreurs.valeur_invalide("_count", texte, "un nombre positif")
    return min(int(texte), TAILLE_MAX) or TAILLE_DE_PAGE
