"""Les mots de l'écran : aucun nom du contrat ne se lit sans ses accents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simulators.logiciel_temoin.ecran.contrat import Fonction
from simulators.logiciel_temoin.ecran.noms import en_clair

SANS_ACCENT = (
    "acces", "annee", "categorie", "cree", "criteres", "debut", "delai", "derniere", "desactive", "donnee", "echec",
    "element", "emetteur", "envoye", "etat", "frequence", "geographique", "identite", "libelle", "modalite", "numero",
    "operation", "parametre", "periode", "piece", "precedent", "prenom", "privilegie", "recu", "reponse", "resultat",
    "securite", "sejour", "specialite", "systeme", "telephone", "unite", "utilise", "verifi",
)  # fmt: skip


def _noms(schema: Any) -> Iterator[str]:
    """Noms de champs et choix, à toute profondeur."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        yield from (valeur for valeur in schema.get("enum", ()) if isinstance(valeur, str))
        for sous in schema.values():
            yield from _noms(sous)
    elif isinstance(schema, list):
        for sous in schema:
            yield from _noms(sous)


def test_noms_en_francais(fonctions: dict[str, Fonction]) -> None:
    """Champs et choix portent leurs accents, et aucun tiret bas."""
    noms = {nom for f in fonctions.values() for schema in (f.saisie, f.donnees) for nom in _noms(schema)}
    assert len(noms) > 250
    fautifs = {
        nom: en_clair(nom)
        for nom in noms
        if nom.islower()
        and ("_" in en_clair(nom) or any(mot.startswith(SANS_ACCENT) for mot in en_clair(nom).lower().split()))
    }
    assert fautifs == {}
