"""Le schéma JSON de logiciel.yaml : ce que la lecture vérifie, et ce qu'un éditeur de texte propose."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from steps.logiciel import bouchons
from steps.logiciel.assemblage import MODULES, charger_type
from steps.logiciel.connexion import SCHEMA as CONNEXION
from steps.logiciel.contrat import charger_contrat
from steps.logiciel.prise_declaree import SCHEMA as PRISE

FICHIER = Path(__file__).with_name("logiciel.schema.json")
NOM_ADAPTATEUR = r"^[A-Za-z][A-Za-z0-9_-]*$"
DEFAUT = "defaut"


def _texte(description: str, *, vide: bool = True) -> dict[str, Any]:
    return {"type": "string", **({} if vide else {"minLength": 1}), "description": description}


def _correspondance(description: str) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": {"type": "string"}, "description": description}


LOGICIEL: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["nom", "version"],
    "description": "le produit à vérifier, tel qu'il se nomme lui-même",
    "properties": {
        "nom": _texte("nom du produit, le même que dans sa boîte « à propos »", vide=False),
        "version": _texte("version exacte, entre guillemets, la même que dans « à propos »", vide=False),
        "editeur": _texte("raison sociale de l'éditeur"),
        "nil": _texte("référence du produit dans Convergence (NIL), que X-MSS-NIL doit porter"),
        "idam": _texte("numéro d'autorisation présenté à INSi"),
    },
}
COMMUNES: Mapping[str, Any] = {
    "logiciel": LOGICIEL,
    "couloir": _texte("couloir du produit ; une campagne d'un autre couloir est refusée"),
    "profils": {
        "type": "array",
        "minItems": 1,
        "items": {"type": "string", "minLength": 1},
        "description": "profils réclamés ; hors d'eux, un scénario est non applicable",
    },
    "adaptateur": {"type": "object", "description": "le seul adaptateur, quand un suffit"},
    "adaptateurs": {
        "type": "object",
        "minProperties": 1,
        "description": "plusieurs adaptateurs, chacun sous le nom de votre choix",
    },
    "actions": {
        "type": "object",
        "description": "action du contrat → nom de l'adaptateur qui la joue ; « defaut » pour toutes les autres",
    },
    "pieces": _texte("nom de l'adaptateur de type depot où sont les pièces déjà produites", vide=False),
    "comptes": _correspondance("rôle du contrat → compte de votre logiciel ; un rôle absent est envoyé tel quel"),
    "permissions": _correspondance("permission nommée par les scénarios → la vôtre"),
    "defauts": {
        "type": "array",
        "items": {"type": "string", "minLength": 1},
        "description": "défauts voulus du logiciel témoin ; refusé pour un autre produit",
    },
    "environnement": _texte("fichier où le banc écrit ses adresses et ses certificats, relatif à ce fichier"),
    "ecarts": _texte("fichier des écarts connus (raison et échéance de chacun), relatif à ce fichier"),
    "bouchons": {
        "type": "object",
        "additionalProperties": False,
        "properties": {nom: _texte("fichier de réponses, relatif à ce fichier", vide=False) for nom in bouchons.NOMS},
        "description": "téléservices au contrat inconnu, remplacés par vos réponses ; aucune exigence ne s'y prouve",
    },
    "mllp": dict(PRISE),
    "pro_sante_connect": {"type": "object", "description": "comment le logiciel se connecte par Pro Santé Connect"},
}
"""Les clés du premier niveau ; le détail des adaptateurs, des actions et de Pro Santé Connect est vérifié à part."""


def racine() -> dict[str, Any]:
    """Ce que la lecture vérifie d'abord : la forme d'ensemble, sans entrer dans les adaptateurs."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["logiciel", "profils"],
        "properties": dict(COMMUNES),
    }


def actions(noms: Collection[str] | None = None) -> dict[str, Any]:
    """Le schéma du bloc `actions` ; `noms` : adaptateurs qui savent jouer, s'ils sont connus."""
    valeur: dict[str, Any] = {"enum": sorted(noms)} if noms is not None else {"type": "string"}
    contrat = charger_contrat()
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            DEFAUT: {**valeur, "description": "l'adaptateur de toutes les actions qui ne sont pas nommées"},
            **{nom: {**valeur, "description": action.titre} for nom, action in contrat.actions.items()},
        },
    }


def publier() -> dict[str, Any]:
    """Le schéma entier, pour l'aide à la saisie d'un éditeur de texte (draft 7 : le plus répandu)."""
    blocs = {nom: charger_type(nom).schema() for nom in MODULES}
    un_bloc = {"anyOf": [{"$ref": f"#/definitions/{nom}"} for nom in blocs]}
    ensemble = racine()
    ensemble["properties"] |= {
        "adaptateur": {**un_bloc, "description": COMMUNES["adaptateur"]["description"]},
        "adaptateurs": {
            **COMMUNES["adaptateurs"],
            "propertyNames": {"pattern": NOM_ADAPTATEUR},
            "additionalProperties": un_bloc,
        },
        "actions": {**actions(), "description": COMMUNES["actions"]["description"]},
        "pro_sante_connect": {**CONNEXION, "description": COMMUNES["pro_sante_connect"]["description"]},
    }
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "logiciel.yaml du banc SONS",
        "description": "Quel logiciel est vérifié, quels profils il réclame, comment le banc le fait agir.",
        **ensemble,
        "oneOf": [{"required": ["adaptateur"]}, {"required": ["adaptateurs"]}],
        "dependencies": {"actions": ["adaptateurs"], "pieces": ["adaptateurs"]},
        "definitions": blocs,
    }


def en_texte() -> str:
    """Le fichier publié, tel qu'il doit être."""
    return json.dumps(publier(), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    FICHIER.write_text(en_texte(), encoding="utf-8")
