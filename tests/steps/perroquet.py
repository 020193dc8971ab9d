"""Un produit qui répond « fait » à tout, en redisant ce qu'on lui a dit, et ne fait rien.

Ses réponses suivent le contrat ; rien ne part jamais sur le réseau, rien n'est vérifié, rien n'est refusé.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import count
from typing import Any

from jsonschema import Draft202012Validator

from steps.logiciel.contrat import charger_contrat
from tests.steps.produit import APROPOS, Brute


class Perroquet:
    """Un répondeur de `ServeurProduit` ; il garde la dernière valeur vue sous chaque nom."""

    def __init__(self) -> None:
        self._vues: dict[str, Any] = {}
        self._rangs = count(1)
        self._valideurs: dict[int, Draft202012Validator] = {}

    def __call__(self, methode: str, chemin: str, corps: bytes) -> Brute:
        contrat = charger_contrat()
        if chemin == "/apropos":
            return 200, json.dumps(APROPOS).encode()
        if chemin == "/actions":
            return 200, json.dumps(sorted(contrat.actions)).encode()
        parametres = json.loads(corps)
        self._retenir(parametres)
        action = contrat.action(chemin.removeprefix("/actions/"))
        donnees = self._dire("", action.schema_reponse, parametres)
        self._retenir(donnees)
        return 200, json.dumps({"resultat": "fait", "messages": ["Attention, vérifiez."], "donnees": donnees}).encode()

    def _retenir(self, valeur: Any) -> None:
        if isinstance(valeur, dict):
            self._vues.update(valeur)
            for contenu in valeur.values():
                self._retenir(contenu)
        elif isinstance(valeur, list):
            for contenu in valeur:
                self._retenir(contenu)

    def _dire(self, nom: str, schema: Mapping[str, Any], parametres: Mapping[str, Any]) -> Any:
        # Le contrat, gardé en mémoire, garde ses schémas : chacun a son valideur une fois pour toutes.
        if (valideur := self._valideurs.get(id(schema))) is None:
            valideur = self._valideurs[id(schema)] = Draft202012Validator(schema)
        for vues in (parametres, self._vues):
            if nom in vues and valideur.is_valid(vues[nom]):
                return vues[nom]
        if "enum" in schema:
            return next(valeur for valeur in schema["enum"] if valeur is not None)
        types = schema.get("type", "string")
        match types if isinstance(types, str) else next(t for t in types if t != "null"):
            case "object":
                return {n: self._dire(n, s, parametres) for n, s in schema.get("properties", {}).items()}
            case "array":
                return [self._dire("", schema.get("items", {}), parametres)]
            case "boolean":
                return True
            case "integer" | "number":
                return 1
        if nom.endswith("_id"):
            return f"{nom}-{next(self._rangs)}"
        if "date" in nom or "ISO" in schema.get("description", ""):
            return datetime.now(UTC).isoformat()
        return "JVBERi0xLjQK" if nom.endswith("_base64") else "texte"
