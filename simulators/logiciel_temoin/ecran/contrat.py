"""Ce que l'écran sait de chaque fonction : lu dans le contrat public, un document OpenAPI donné au lancement."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulators.logiciel_temoin import api  # noqa: F401 - inscrit toutes les actions
from simulators.logiciel_temoin.ecran.libelles import AUTRES, SUJETS
from simulators.logiciel_temoin.ecran.noms import en_clair
from simulators.logiciel_temoin.registre import ACTIONS

Schema = Mapping[str, Any]
LIBRE: Schema = {}
"""Une valeur dont le contrat ne dit rien."""

OUVERT = "x-ouvert"
"""Sur le schéma d'un objet : d'autres champs que les siens y sont admis, et un champ peut être donné vide."""
_CONNUS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "modifier_patient": {"modifications": ("patient", "identite")},
    "ajouter_correspondant": {"correspondant": ("correspondant",)},
    "modifier_correspondant": {"modifications": ("correspondant",)},
    "modifier_utilisateur": {"modifications": ("utilisateur",)},
    "creer_compte": {"compte": ("compte",)},
    "modifier_compte": {"modifications": ("compte",)},
}
"""Les objets que le contrat laisse libres, dont le logiciel sait qu'ils ont la forme d'une donnée rendue."""


class ContratIllisible(ValueError):
    """Le fichier n'est pas un contrat d'actions ; le message dit ce qui était attendu."""


@dataclass(frozen=True)
class Fonction:
    """Une action telle que l'écran la propose. `offerte` : le logiciel sait la faire."""

    nom: str
    titre: str
    sujet: str
    saisie: Schema
    donnees: Schema
    offerte: bool


def lire_contrat(chemin: Path) -> dict[str, Fonction]:
    """Les fonctions, rangées par sujet dans l'ordre du menu ; ContratIllisible si ce n'est pas un tel document."""
    try:
        chemins = json.loads(chemin.read_text(encoding="utf-8"))["paths"]
        lues = [
            _fonction(c.removeprefix("/actions/"), chemins[c]["post"]) for c in chemins if c.startswith("/actions/")
        ]
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as erreur:
        raise ContratIllisible(
            f"{chemin} : attendu le contrat OpenAPI des actions (python -m steps contrat --sortie FICHIER.json), "
            f"reçu autre chose ({type(erreur).__name__} : {erreur})"
        ) from erreur
    ordre = [*SUJETS.values(), AUTRES]
    return {fonction.nom: fonction for fonction in sorted(lues, key=lambda f: ordre.index(f.sujet))}


def _fonction(nom: str, operation: Any) -> Fonction:
    saisie = operation["requestBody"]["content"]["application/json"]["schema"]
    reponse = operation["responses"]["200"]["content"]["application/json"]["schema"]["properties"]
    offerte = nom in ACTIONS
    proprietes = {n: s for n, s in saisie["properties"].items() if n != "utilisateur"}
    for champ, ou in _CONNUS.get(nom, {}).items():
        proprietes[champ] = {**proprietes[champ], **_descendre(reponse["donnees"], ou), OUVERT: True}
    return Fonction(
        nom=nom,
        titre=str(operation.get("summary") or en_clair(nom)),
        sujet=SUJETS.get(ACTIONS[nom].__module__.rpartition(".")[2], AUTRES) if offerte else AUTRES,
        saisie={
            "type": "object",
            "properties": proprietes,
            "required": [n for n in saisie.get("required", ()) if n != "utilisateur"],
        },
        donnees=reponse["donnees"],
        offerte=offerte,
    )


def _descendre(schema: Schema, ou: tuple[str, ...]) -> Schema:
    for nom in ou:
        schema = schema["properties"][nom]
    return {"properties": schema["properties"]}


# -- lecture d'un schéma -------------------------------------------------------------------------------------------


def types(schema: Schema) -> frozenset[str]:
    """Les types admis ; vide : tous."""
    dits = schema.get("type", ())
    return frozenset({dits} if isinstance(dits, str) else dits)


def nature(schema: Schema) -> str:
    """Comment la saisir : `choix`, `objet`, `liste`, `booleen`, `entier`, `nombre`, `texte` ou `libre`."""
    if "enum" in schema:
        return "choix"
    admis = types(schema) - {"null"}
    if admis == {"object"}:
        return "objet" if schema.get("properties") else "libre"
    simples = {"array": "liste", "boolean": "booleen", "integer": "entier", "number": "nombre", "string": "texte"}
    return simples.get(next(iter(admis)), "libre") if len(admis) == 1 else "libre"


def admet_nul(schema: Schema) -> bool:
    """Vrai si « sans valeur » est une réponse admise."""
    return "null" in types(schema) or None in schema.get("enum", ())


def enfants(schema: Schema) -> list[tuple[str, Schema, bool]]:
    """Nom, schéma et caractère obligatoire de chaque champ d'un objet."""
    obligatoires = schema.get("required", ())
    return [(nom, sous, nom in obligatoires) for nom, sous in schema.get("properties", {}).items()]


def element(schema: Schema) -> Schema:
    """Le schéma d'un élément de cette liste."""
    sous = schema.get("items", LIBRE)
    return sous if isinstance(sous, Mapping) else LIBRE
