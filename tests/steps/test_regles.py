"""La liste des règles que montre `python -m steps regles`."""

from __future__ import annotations

import json

import pytest

from steps.__main__ import main
from steps.regles import lire_exemples, lister
from steps.verifications.registre import REGLES


def test_chaque_regle_a_un_exemple_enfreint() -> None:
    """Aucune règle sans exemple, aucun exemple sans règle ; à compléter par tests/exemples.py."""
    lister()
    exemples = lire_exemples()
    assert {code for code, exemple in exemples.items() if exemple.get("enfreinte")} == set(REGLES)


def test_liste_en_json(capsys: pytest.CaptureFixture[str]) -> None:
    """Une règle choisie par le début de son code, avec tout ce qu'un éditeur veut en savoir."""
    assert main(["regles", "cda-pat-01", "--json"]) == 0
    [regle] = json.loads(capsys.readouterr().out)
    assert regle["code"] == "CDA-PAT-01"
    assert all(regle[champ] for champ in ("titre", "source", "confiance", "a_faire", "verifications", "exemple"))
