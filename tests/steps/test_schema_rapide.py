"""Le oui rapide ne dit jamais oui là où jsonschema dit non."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from steps.logiciel.contrat import charger_contrat
from steps.logiciel.schema_rapide import preparer

_SIMPLES = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 2), st.floats(allow_nan=False), st.sampled_from(["", "a", "b"])
)
_VALEURS = st.recursive(
    _SIMPLES,
    lambda suite: st.one_of(st.lists(suite, max_size=3), st.dictionaries(st.sampled_from("abc"), suite, max_size=3)),
    max_leaves=8,
)
_TYPES = st.sampled_from(["object", "array", "string", "boolean", "null", "integer", "number"])


def _schemas(suite: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {},
        optional={
            "type": st.one_of(_TYPES, st.lists(_TYPES, min_size=1, max_size=2, unique=True)),
            "properties": st.dictionaries(st.sampled_from("abc"), suite, max_size=3),
            "required": st.lists(st.sampled_from("abc"), max_size=2, unique=True),
            "items": suite,
            "enum": st.lists(_SIMPLES, min_size=1, max_size=3),
            "minLength": st.integers(0, 2),
        },
    )


@given(st.recursive(_schemas(st.just({})), _schemas, max_leaves=4), _VALEURS)
def test_jamais_plus_large(schema: dict[str, Any], valeur: object) -> None:
    """Ce que le oui rapide accepte, jsonschema l'accepte."""
    if preparer(schema)(valeur):
        assert Draft202012Validator(schema).is_valid(valeur)


@pytest.mark.parametrize("nom", sorted(charger_contrat().actions))
def test_contrat_entierement_compris(nom: str) -> None:
    """Une valeur qui remplit tous les champs d'un schéma du contrat prend la voie rapide."""
    action = charger_contrat().action(nom)
    for schema in (action.schema_parametres, action.schema_reponse):
        pleine = _remplir(dict(schema))
        assert Draft202012Validator(schema).is_valid(pleine)
        assert preparer(schema)(pleine)


def _remplir(schema: dict[str, Any]) -> Any:
    if "enum" in schema:
        return next(valeur for valeur in schema["enum"] if isinstance(valeur, str))
    genre = schema.get("type", "string")
    match genre if isinstance(genre, str) else genre[0]:
        case "object":
            return {nom: _remplir(suite) for nom, suite in schema.get("properties", {}).items()}
        case "array":
            return [_remplir(schema.get("items", {}))]
        case "boolean":
            return True
        case "integer" | "number":
            return 1
        case "null":
            return None
        case _:
            return "x"
