"""Le contrat des actions métier : lecture, validation des paramètres et des réponses, OpenAPI."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.protocols import Validator

from steps.logiciel.connexion import SCHEMA as CONNEXION
from steps.logiciel.schema_rapide import TYPES_JSON, Predicat, preparer

FICHIER = Path(__file__).with_name("contrat.yaml")
RESULTATS = ("fait", "refuse", "echec", "non_gere")
SERVICES_GUETTES = ("insi", "dmp", "mssante", "psc", "annuaire", "drim", "pacs")


class ContratInvalide(ValueError):
    """Un appel ou une réponse ne suit pas le contrat ; le message dit quoi, où, et ce qui était attendu."""


@dataclass(frozen=True)
class Valideur:
    """Un schéma deux fois : le oui rapide, et la bibliothèque qui dit en quoi une valeur s'en écarte."""

    accepte: Predicat
    complet: Validator


@dataclass(frozen=True)
class Action:
    """Une action métier : ce qu'une personne ferait dans le logiciel. `guette` : le service qu'elle fait appeler."""

    nom: str
    titre: str
    consigne: str
    schema_parametres: Mapping[str, Any]
    schema_reponse: Mapping[str, Any]
    valideur_parametres: Valideur
    valideur_reponse: Valideur
    guette: str = ""

    def verifier_parametres(self, parametres: Mapping[str, Any]) -> None:
        """Refuse un appel hors contrat : c'est une erreur du banc, jamais du logiciel."""
        _verifier(self.valideur_parametres, parametres, f"paramètres de l'action {self.nom}")

    def verifier_donnees(self, donnees: Mapping[str, Any]) -> None:
        """Refuse une réponse hors contrat : c'est une erreur de l'adaptateur."""
        _verifier(self.valideur_reponse, donnees, f"données rendues par l'action {self.nom}")

    def consigne_pour(self, parametres: Mapping[str, Any]) -> str:
        """La consigne à lire à une personne, complétée des valeurs de cet appel."""
        valeurs = {nom: parametres.get(nom, "…") for nom in self.schema_parametres["properties"]}
        return self.consigne.format_map({**valeurs, **parametres})


@dataclass(frozen=True)
class Contrat:
    """L'ensemble des actions, des rôles et des types partagés."""

    version: str
    roles: Mapping[str, str]
    types: Mapping[str, Any]
    actions: Mapping[str, Action]

    def action(self, nom: str) -> Action:
        """L'action de ce nom ; ContratInvalide si elle n'existe pas."""
        try:
            return self.actions[nom]
        except KeyError:
            raise ContratInvalide(
                f"action inconnue du contrat : {nom!r} ; attendu l'une de {sorted(self.actions)}"
            ) from None


@lru_cache(maxsize=1)
def charger_contrat() -> Contrat:
    """Lit `contrat.yaml` une fois par processus."""
    brut = yaml.load(FICHIER.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    types = {nom: _resoudre(schema, brut["types"]) for nom, schema in brut["types"].items()}
    actions: dict[str, Action] = {}
    for nom, texte in brut["actions"].items():
        parametres = _objet(texte["parametres"], brut["types"])
        reponse = _objet(texte["reponse"], brut["types"])
        actions[nom] = Action(
            nom=nom,
            titre=texte["titre"],
            consigne=texte["consigne"],
            schema_parametres=parametres,
            schema_reponse=reponse,
            valideur_parametres=Valideur(preparer(parametres), Draft202012Validator(parametres)),
            valideur_reponse=Valideur(preparer(reponse), Draft202012Validator(reponse)),
            guette=_guette(nom, texte.get("guette", "")),
        )
    return Contrat(version=brut["version"], roles=brut["roles"], types=types, actions=actions)


def _guette(action: str, service: str) -> str:
    if service and service not in SERVICES_GUETTES:
        raise ContratInvalide(f"{action}.guette : attendu l'un de {', '.join(SERVICES_GUETTES)}, reçu {service!r}")
    return service


@lru_cache(maxsize=1)
def groupes() -> Mapping[str, tuple[str, ...]]:
    """Les actions, rangées sous les intertitres de `contrat.yaml`."""
    rangees: dict[str, list[str]] = {}
    actions = FICHIER.read_text(encoding="utf-8").split("\nactions:\n")[1]
    for titre, action in re.findall(r"^  (?:# -+ (.+)|(\w+):)$", actions, re.MULTILINE):
        if titre:
            rangees[titre] = []
        else:
            list(rangees.values())[-1].append(action)
    return {titre: tuple(noms) for titre, noms in rangees.items()}


def _objet(champs: Mapping[str, Any], types: Mapping[str, Any]) -> dict[str, Any]:
    """Schéma d'objet d'un bloc `nom: schéma` où `nom?` est facultatif. Les champs en plus sont admis en réponse."""
    proprietes = {nom.removesuffix("?"): _resoudre(schema, types) for nom, schema in champs.items()}
    obligatoires = [nom for nom in champs if not nom.endswith("?")]
    return {"type": "object", "properties": proprietes, "required": obligatoires}


def _resoudre(schema: Any, types: Mapping[str, Any]) -> Any:
    """Remplace `$type: nom` par le type partagé, à toute profondeur."""
    if isinstance(schema, dict):
        if "$type" in schema:
            return _resoudre(types[schema["$type"]], types)
        return {cle: _resoudre(valeur, types) for cle, valeur in schema.items()}
    if isinstance(schema, list):
        return [_resoudre(valeur, types) for valeur in schema]
    return schema


def _verifier(valideur: Valideur, valeur: Mapping[str, Any], quoi: str) -> None:
    if valideur.accepte(valeur):
        return
    for erreur in valideur.complet.iter_errors(valeur):
        chemin = "/".join(str(morceau) for morceau in erreur.absolute_path) or "(racine)"
        raise ContratInvalide(f"{quoi} : {_en_francais(erreur)} (à {chemin})")


def _en_francais(erreur: Any) -> str:
    """Traduit les manquements courants de JSON Schema ; les autres gardent le texte de la bibliothèque."""
    recu = repr(erreur.instance)
    recu = recu if len(recu) <= 120 else recu[:117] + "…"
    match erreur.validator:
        case "required":
            manquants = [nom for nom in erreur.validator_value if nom not in erreur.instance]
            return f"champ obligatoire absent : {', '.join(manquants)}"
        case "type":
            types = erreur.validator_value if isinstance(erreur.validator_value, list) else [erreur.validator_value]
            return f"attendu {' ou '.join(TYPES_JSON[type_] for type_ in types)}, reçu {recu}"
        case "enum":
            return f"valeur attendue parmi {', '.join(map(repr, erreur.validator_value))}, reçu {recu}"
        case _:
            return f"{erreur.message}"


def openapi() -> dict[str, Any]:
    """Document OpenAPI 3.1 du petit service HTTP qu'un éditeur peut exposer (`python -m steps contrat`)."""
    contrat = charger_contrat()
    chemins: dict[str, Any] = {
        "/apropos": {
            "get": {
                "summary": "Nom et version du logiciel, tels que sa boîte « à propos » les montre",
                "operationId": "apropos",
                "responses": {
                    "200": {
                        "description": "Identité du logiciel",
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "required": ["nom", "version"],
                                    "properties": {
                                        **{
                                            nom: {"type": "string"}
                                            for nom in ("nom", "version", "editeur", "type_logiciel")
                                        },
                                        "pro_sante_connect": CONNEXION,
                                    },
                                }
                            }
                        },
                    }
                },
            }
        },
        "/actions": {
            "get": {
                "summary": "Actions prises en charge",
                "operationId": "actions",
                "responses": {
                    "200": {
                        "description": "Noms des actions",
                        "content": {"application/json": {"schema": {"type": "array", "items": {"type": "string"}}}},
                    }
                },
            }
        },
    }
    for action in contrat.actions.values():
        chemins[f"/actions/{action.nom}"] = {"post": _operation(action, contrat)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Banc SONS : contrat des actions métier",
            "version": contrat.version,
            "description": "Ce qu'un logiciel expose pour que le banc d'essai le pilote par l'adaptateur http.",
            "license": {"name": "EUPL-1.2"},
        },
        "paths": chemins,
    }


def _operation(action: Action, contrat: Contrat) -> dict[str, Any]:
    parametres = {
        **action.schema_parametres,
        "properties": {
            "utilisateur": {"type": "string", "description": "rôle ou compte qui agit : " + ", ".join(contrat.roles)},
            **action.schema_parametres["properties"],
        },
        "required": ["utilisateur", *action.schema_parametres["required"]],
    }
    enveloppe = {
        "type": "object",
        "required": ["resultat", "messages", "donnees"],
        "properties": {
            "resultat": {"type": "string", "enum": list(RESULTATS)},
            "messages": {"type": "array", "items": {"type": "string"}},
            "donnees": action.schema_reponse,
        },
    }
    return {
        "summary": action.titre,
        "description": action.consigne,
        "operationId": action.nom,
        "requestBody": {"required": True, "content": {"application/json": {"schema": parametres}}},
        "responses": {
            "200": {
                "description": "L'action a été jouée, refusée ou n'est pas gérée ; voir resultat",
                "content": {"application/json": {"schema": enveloppe}},
            }
        },
    }
