"""Le schéma publié de logiciel.yaml : à jour, et d'accord avec la lecture."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from steps.logiciel import schema
from steps.logiciel.configuration import ConfigurationInvalide, lire_configuration
from steps.logiciel.contrat import charger_contrat
from steps.logiciel.temoin import RACINE
from tests.steps import test_configuration
from tests.steps.logiciel import test_plusieurs_adaptateurs

PUBLIE = json.loads(schema.FICHIER.read_text(encoding="utf-8"))
ENTETE = "logiciel: {nom: L, version: '1'}\nprofils: [Général]\n"


def test_a_jour() -> None:
    """Le fichier publié est celui que le code engendre."""
    assert schema.FICHIER.read_text(encoding="utf-8") == schema.en_texte(), "python -m steps.logiciel.schema"


def test_se_tient() -> None:
    """C'est un schéma ; chaque action du contrat y est, avec son titre ; chaque clé dit ce qu'elle est."""
    Draft7Validator.check_schema(PUBLIE)
    actions = PUBLIE["properties"]["actions"]["properties"]
    assert {nom: actions[nom]["description"] for nom in charger_contrat().actions} == {
        nom: action.titre for nom, action in charger_contrat().actions.items()
    }
    for bloc in (PUBLIE, PUBLIE["properties"]["logiciel"], *PUBLIE["definitions"].values()):
        for nom, cle in bloc["properties"].items():
            assert cle.get("description"), nom


@pytest.mark.parametrize(
    "texte",
    [
        (RACINE / "steps" / "logiciel" / "temoin.yaml").read_text(encoding="utf-8"),
        test_configuration.BON,
        test_plusieurs_adaptateurs.BON,
        ENTETE,
        f"{ENTETE}adaptateur: {{type: http}}",
        f"{ENTETE}adaptateur: {{type: http, url: 'http://a', delai: 3}}",
        f"{ENTETE}adaptateur: {{type: telnet}}",
        f"{ENTETE}adaptateur: {{type: temoin}}\nactions: {{defaut: temoin}}",
        f"{ENTETE}adaptateur: {{type: temoin}}\ncomptes: {{a: 1}}",
        f"{ENTETE}adaptateurs: {{}}",
        f"{ENTETE}adaptateurs: {{a: {{type: temoin}}}}\nactions: {{danser: a}}",
        f"{ENTETE}adaptateurs: {{'à': {{type: temoin}}}}",
        f"{ENTETE}adaptateurs: {{a: {{type: commande, commande: []}}}}",
        f"{ENTETE}adaptateur: {{type: commande, commande: [x], persistant: oui}}",
        f"{ENTETE}adaptateur: {{type: temoin}}\npro_sante_connect: {{modalites: [toile]}}",
        ENTETE.replace("[Général]", "[]") + "adaptateur: {type: temoin}",
    ],
)
def test_d_accord_avec_la_lecture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, texte: str) -> None:
    """Ce que l'éditeur de texte souligne est ce que le banc refuse, et inversement."""
    monkeypatch.setenv("JETON_LABO", "abc.def")
    monkeypatch.setenv("SITE_LABO", "paris")
    fichier = tmp_path / "logiciel.yaml"
    fichier.write_text(texte, encoding="utf-8")
    assert Draft7Validator(PUBLIE).is_valid(yaml.safe_load(texte)) is _lisible(fichier)


def _lisible(fichier: Path) -> bool:
    try:
        lire_configuration(fichier)
    except ConfigurationInvalide:
        return False
    return True


def _refs(noeud: Any) -> set[str]:
    if isinstance(noeud, dict):
        return {noeud["$ref"]} if "$ref" in noeud else set().union(*map(_refs, noeud.values()), set())
    return set().union(*map(_refs, noeud), set()) if isinstance(noeud, list) else set()


def test_chaque_reference_existe() -> None:
    """Aucune référence ne sort du fichier."""
    assert _refs(PUBLIE) <= {f"#/definitions/{nom}" for nom in PUBLIE["definitions"]}
