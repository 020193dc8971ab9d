"""Les pannes propres à l'Annuaire Santé ; celles du transport (attente, coupure, 503) sont communes à tous."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

from simulators.annuaire import erreurs
from simulators.annuaire.erreurs import RefusFhir
from simulators.annuaire.ressources import EXT_BAL, Json
from simulators.socle.pannes import Panne

REFUS: Mapping[str, tuple[str, Callable[[], RefusFhir]]] = {
    "cle_non_lue": ("401 : la clé n'est pas reconnue comme présente.", erreurs.cle_absente),
    "cle_revoquee": ("403 : la clé n'est plus admise.", erreurs.cle_refusee),
    "debit_depasse": ("429, Retry-After 1.", lambda: erreurs.debit_depasse(17)),
    "erreur_interne": ("500 avec OperationOutcome.", erreurs.erreur_interne),
}
"""Pannes qui remplacent la réponse de l'API par un refus."""

PANNES: tuple[Panne, ...] = (
    *(Panne(nom, description) for nom, (description, _) in REFUS.items()),
    Panne("page_expiree", "410 à la demande de la page suivante."),
    Panne("bundle_tronque", "Bundle coupé au milieu, longueur annoncée juste."),
    Panne("page_vide", "Page sans entrée, mais avec un lien suivant."),
    Panne("doublon_entre_pages", "La dernière entrée d'une page revient en tête de la suivante."),
    Panne("fiche_disparue", "Recherche par identifiant : la fiche trouvée n'est plus là (total 0)."),
    Panne("bal_en_double", "La même BAL est portée par le professionnel et par sa situation."),
    Panne("total_absent", "Bundle sans total."),
    Panne("archive_tronquee", "Extraction : archive coupée au milieu, longueur annoncée juste."),
    Panne("colonne_absente", "Extraction : une colonne en moins.", {"colonne": "nom (« Code profession » par défaut)"}),
    Panne("fichier_vide", "Extraction : archive dont les fichiers n'ont que leur en-tête."),
    Panne("fichier_sans_octet", "Extraction : réponse de zéro octet."),
    Panne("extraction_absente", "Extraction : 404."),
    Panne("trop_de_demandes", "Extraction : 429, Retry-After 60."),
)
RETOUCHES = ("page_vide", "fiche_disparue", "bal_en_double", "total_absent")
"""Pannes qui changent le Bundle rendu."""


def retoucher(nom: str, paquet: Json) -> None:
    """Applique la panne au Bundle."""
    if nom == "total_absent":
        paquet.pop("total", None)
    elif nom == "page_vide":
        paquet.pop("entry", None)
    elif nom == "fiche_disparue":
        paquet.pop("entry", None)
        paquet["total"] = 0
    else:
        _doubler_bal(paquet.get("entry", []))


def _doubler_bal(entrees: list[Json]) -> None:
    """Recopie la BAL de chaque professionnel dans ses situations (et l'inverse), sans toucher aux originaux."""
    par_personne: dict[str, list[Any]] = {}
    for entree in entrees:
        ressource = entree["resource"]
        personne = _personne(ressource)
        bals = [t for t in ressource.get("telecom", ()) if any(e["url"] == EXT_BAL for e in t.get("extension", ()))]
        par_personne.setdefault(personne, []).extend(bals)
    for entree in entrees:
        ressource = entree["resource"]
        presentes = [t["value"] for t in ressource.get("telecom", ())]
        ajoutees = [t for t in par_personne[_personne(ressource)] if t["value"] not in presentes]
        if ajoutees:
            entree["resource"] = {**ressource, "telecom": [*ressource.get("telecom", ()), *ajoutees]}


def _personne(ressource: Json) -> str:
    if ressource["resourceType"] == "Practitioner":
        return f"Practitioner/{ressource['id']}"
    return str(ressource.get("practitioner", {}).get("reference", ressource["id"]))


def sans_colonne(octets: bytes, colonne: str) -> bytes:
    """L'archive refaite sans cette colonne."""
    return _refaire(octets, lambda lignes: _retirer_colonne(lignes, colonne))


def videe(octets: bytes) -> bytes:
    """L'archive refaite avec les seules lignes d'en-tête."""
    return _refaire(octets, lambda lignes: lignes[:1])


def _retirer_colonne(lignes: list[str], colonne: str) -> list[str]:
    noms = lignes[0].split("|")
    if colonne not in noms:
        return lignes
    rang = noms.index(colonne)
    return ["|".join(v for i, v in enumerate(ligne.split("|")) if i != rang) for ligne in lignes]


def _refaire(octets: bytes, changer: Callable[[list[str]], list[str]]) -> bytes:
    sortie = BytesIO()
    with zipfile.ZipFile(BytesIO(octets)) as avant, zipfile.ZipFile(sortie, "w", zipfile.ZIP_DEFLATED) as apres:
        for fiche in avant.infolist():
            lignes = avant.read(fiche).decode().removesuffix("\n").split("\n")
            apres.writestr(fiche, "\n".join(changer(lignes)) + "\n")
    return sortie.getvalue()


def en_octets(contenu: Json) -> bytes:
    """JSON compact, comme l'API le rend."""
    return json.dumps(contenu, ensure_ascii=False, separators=(",", ":")).encode()
