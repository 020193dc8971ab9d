"""Le script de page : ce qui est reconnu, et chaque faute dite avec sa ligne."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import dedent

import pytest

from steps.logiciel.page_script import ScriptDePage
from steps.logiciel.protocole import AdaptateurInjoignable

BON = """
    from dataclasses import dataclass

    @dataclass
    class Fiche:
        nom: str

    def aide(page):
        pass

    def creer_patient(page, utilisateur, parametres):
        return {"resultat": "fait"}

    def _lire(page, utilisateur, parametres):
        raise KeyError("absent")

    ACTIONS = {"lire_patient": _lire}
"""


def ecrire(dossier: Path, texte: str) -> Path:
    """Le script, dans un fichier."""
    chemin = dossier / "ecran.py"
    chemin.write_text(dedent(texte), encoding="utf-8")
    return chemin


def test_actions_reconnues(tmp_path: Path) -> None:
    """Fonctions nommées comme une action et dictionnaire ACTIONS ; rien de nous ni de son dossier ne change."""
    chemin, avant = list(sys.path), set(sys.modules)
    script = ScriptDePage(ecrire(tmp_path, BON))
    assert sorted(script.actions) == ["creer_patient", "lire_patient"]
    assert script.ouvrir is None
    assert sys.path == chemin
    script.oublier()
    assert {nom for nom in set(sys.modules) - avant if "page" in nom} == set()
    assert [fichier.name for fichier in tmp_path.iterdir()] == ["ecran.py"]


def test_erreur_situee(tmp_path: Path) -> None:
    """Une exception est dite avec la ligne et la fonction du script, quoi qu'il y ait en dessous."""
    script = ScriptDePage(ecrire(tmp_path, BON))
    with pytest.raises(KeyError) as attrapee:
        script.actions["lire_patient"](None, "", {})
    assert script.situer(attrapee.value) == f"{tmp_path}/ecran.py ligne 15, dans _lire : KeyError : 'absent'"


@pytest.mark.parametrize(
    ("texte", "message"),
    [
        ("def creer_patient(page\n", r"ecran\.py ligne 1 : '\(' was never closed"),
        ("x = 1\nimport module_qui_manque", r"ligne 2, dans <module> : ModuleNotFoundError"),
        ("raise SystemExit(3)", r"ligne 1, dans <module> : SystemExit"),
        ("def cree_patient(page, utilisateur, parametres): pass", "ne joue aucune action"),
        ("def creer_patient(page): pass", r"attendu creer_patient\(page, utilisateur, parametres\)"),
        ("async def creer_patient(p, u, d): pass", "attendu une fonction ordinaire"),
        ("creer_patient = 3", "attendu une fonction ordinaire"),
        ("ACTIONS = {'cree_patient': print}", "inconnue du contrat, 'cree_patient' ; vouliez-vous creer_patient"),
        ("ACTIONS = ['creer_patient']", "attendu un dictionnaire"),
        ("ACTIONS = {'creer_patient': print}\ndef ouvrir(): pass", r"attendu ouvrir\(page\)"),
    ],
)
def test_fautes(tmp_path: Path, texte: str, message: str) -> None:
    """Un script mal écrit se dit avant la campagne : où, ce qui était attendu."""
    with pytest.raises(AdaptateurInjoignable, match=message):
        ScriptDePage(ecrire(tmp_path, texte))


def test_script_absent(tmp_path: Path) -> None:
    """Le chemin cherché est dit."""
    with pytest.raises(AdaptateurInjoignable, match=r"introuvable : .*ecran\.py"):
        ScriptDePage(tmp_path / "ecran.py")
