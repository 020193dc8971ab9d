"""Un oui rapide à « cette valeur suit ce schéma » : le détail d'un refus reste à `jsonschema`.

`jsonschema` refait un valideur à chaque niveau d'une valeur ; à deux contrôles par action jouée, il prenait autant de
temps que les échanges. Ici un schéma devient une fonction, une fois. Un mot-clé inconnu d'ici, ou une valeur refusée,
laisse la réponse à la bibliothèque.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Predicat = Callable[[Any], bool]

TYPES_JSON = {
    "object": "un objet",
    "array": "une liste",
    "string": "un texte",
    "number": "un nombre",
    "integer": "un entier",
    "boolean": "un booléen",
    "null": "null",
}
"""Les types de JSON Schema, dits à une personne."""

_MUETS = frozenset({"description", "title", "default", "examples"})
_COMPRIS = frozenset({"type", "properties", "required", "items", "enum"})
_TYPES: Mapping[str, Predicat] = {
    "object": lambda valeur: isinstance(valeur, dict),
    "array": lambda valeur: isinstance(valeur, list),
    "string": lambda valeur: isinstance(valeur, str),
    "boolean": lambda valeur: isinstance(valeur, bool),
    "null": lambda valeur: valeur is None,
    "integer": lambda valeur: isinstance(valeur, int) and not isinstance(valeur, bool),
    "number": lambda valeur: isinstance(valeur, int | float) and not isinstance(valeur, bool),
}


def preparer(schema: object) -> Predicat:
    """Une fonction qui dit vrai seulement d'une valeur sûrement conforme au schéma."""
    if not isinstance(schema, dict) or not schema.keys() <= _COMPRIS | _MUETS:
        return lambda valeur: False
    essais: list[Predicat] = []
    if "type" in schema:
        admis = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        essais.append(_un_de([_TYPES[nom] for nom in admis]))
    if "enum" in schema:
        # Les textes seulement : en JSON, 1 et vrai ne sont pas égaux.
        textes = frozenset(valeur for valeur in schema["enum"] if isinstance(valeur, str))
        essais.append(lambda valeur: isinstance(valeur, str) and valeur in textes)
    if "required" in schema or "properties" in schema:
        essais.append(_objet(tuple(schema.get("required", ())), schema.get("properties", {})))
    if "items" in schema:
        element = preparer(schema["items"])
        essais.append(lambda valeur: not isinstance(valeur, list) or all(map(element, valeur)))
    return lambda valeur: all(essai(valeur) for essai in essais)


def _un_de(essais: list[Predicat]) -> Predicat:
    if len(essais) == 1:
        return essais[0]
    return lambda valeur: any(essai(valeur) for essai in essais)


def _objet(obligatoires: tuple[str, ...], proprietes: Mapping[str, object]) -> Predicat:
    champs = {nom: preparer(schema) for nom, schema in proprietes.items()}

    def convient(valeur: Any) -> bool:
        if not isinstance(valeur, dict):
            return True
        if any(nom not in valeur for nom in obligatoires):
            return False
        return all(champs[nom](contenu) for nom, contenu in valeur.items() if nom in champs)

    return convient
