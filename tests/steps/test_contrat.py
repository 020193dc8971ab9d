"""Le contrat des actions métier et son document OpenAPI."""

from __future__ import annotations

import string
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from steps.logiciel.contrat import ContratInvalide, charger_contrat, openapi

CONTRAT = charger_contrat()
MOTS = {"type", "description", "enum", "properties", "required", "items"}


def mots_inconnus(schema: Any) -> set[str]:
    """Mots d'un schéma hors de ceux que le contrat emploie : une virgule mal placée en YAML en fait naître."""
    inconnus = set(schema) - MOTS
    for sous_schema in (*schema.get("properties", {}).values(), *([schema["items"]] if "items" in schema else [])):
        inconnus |= mots_inconnus(sous_schema)
    return inconnus


@pytest.mark.parametrize("action", CONTRAT.actions.values(), ids=CONTRAT.actions.keys())
def test_chaque_action_est_decrite(action: Any) -> None:
    """Titre, consigne lisible à une personne, schémas valides ; la consigne ne nomme que ses paramètres."""
    assert action.titre
    assert action.consigne.endswith((".", " »."))
    for schema in (action.schema_parametres, action.schema_reponse):
        Draft202012Validator.check_schema(schema)
        assert mots_inconnus(schema) == set()
    champs = {champ for _, champ, _, _ in string.Formatter().parse(action.consigne) if champ}
    assert champs <= set(action.schema_parametres["properties"])
    assert action.consigne_pour({}) == action.consigne_pour({"inconnu": 1})


def test_consigne_completee() -> None:
    """La consigne reprend les valeurs de l'appel, même hors des accolades prévues."""
    consigne = CONTRAT.action("attribuer_attribut").consigne_pour({"patient_id": "P{7}", "attribut": "douteux"})
    assert "P{7}" in consigne
    assert "« douteux »" in consigne


@pytest.mark.parametrize(
    ("action", "parametres", "message"),
    [
        ("lire_patient", {}, "champ obligatoire absent : patient_id"),
        ("lire_patient", {"patient_id": 7}, "attendu un texte, reçu 7 (à patient_id)"),
        ("appeler_insi", {"patient_id": "P", "modalite": "télépathie"}, "valeur attendue parmi 'traits'"),
        ("creer_patient", {"identite": {"sexe": "X"}}, "(à identite/sexe)"),
        ("alimenter_dmp", {"patient_id": "P", "documents": "D1"}, "attendu une liste, reçu 'D1'"),
        ("recevoir_document", {"contenu_base64": "", "emetteur": {"nom": "x"}}, "champ obligatoire absent : domaine"),
    ],
)
def test_appel_hors_contrat(action: str, parametres: dict[str, Any], message: str) -> None:
    """Un appel hors contrat dit l'action, le champ, ce qui était attendu."""
    with pytest.raises(ContratInvalide) as refus:
        CONTRAT.action(action).verifier_parametres(parametres)
    assert message in str(refus.value)
    assert action in str(refus.value)


def test_reponse_hors_contrat() -> None:
    """Les champs en plus sont admis en réponse, pas les champs faux."""
    action = CONTRAT.action("verifier_ins")
    action.verifier_donnees({})
    action.verifier_donnees({"retour": None, "propre_au_logiciel": [1]})
    with pytest.raises(ContratInvalide, match="données rendues par l'action verifier_ins : valeur attendue parmi 'OK'"):
        action.verifier_donnees({"retour": "PEUT-ETRE"})


def test_action_inconnue() -> None:
    """Une action absente du contrat est une erreur du banc, nommée."""
    with pytest.raises(ContratInvalide, match="action inconnue du contrat : 'danser'"):
        CONTRAT.action("danser")


def test_openapi_se_tient() -> None:
    """Le document a la forme d'OpenAPI 3.1 : une opération unique par action, corps et réponses avec schéma valide."""
    document = openapi()
    assert document["openapi"].startswith("3.1.")
    assert {"title", "version"} <= set(document["info"])
    assert set(document["paths"]) == {"/apropos", "/actions", *(f"/actions/{nom}" for nom in CONTRAT.actions)}
    identifiants = []
    for chemin, operations in document["paths"].items():
        assert chemin.startswith("/")
        assert set(operations) <= {"get", "post"}
        for methode, operation in operations.items():
            identifiants.append(operation["operationId"])
            assert operation["summary"]
            assert operation["responses"]["200"]["description"]
            contenus = [operation["responses"]["200"]["content"]]
            if methode == "post":
                assert operation["requestBody"]["required"] is True
                contenus.append(operation["requestBody"]["content"])
                assert "utilisateur" in contenus[-1]["application/json"]["schema"]["required"]
            for contenu in contenus:
                Draft202012Validator.check_schema(contenu["application/json"]["schema"])
    assert len(identifiants) == len(set(identifiants)) == len(CONTRAT.actions) + 2
