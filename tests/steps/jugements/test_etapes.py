"""Les étapes ne jugent pas : un constat conforme sort toujours d'une vérification qui se rejoue."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import steps

RACINE = Path(steps.__path__[0])
SANS_JUGER = ("verifications", "controle", "schematron", "jugements", "relecture")
"""Ce qui n'est pas du côté des étapes : les vérifications, le contrôle de fichiers, ce qui les refait."""
FABRIQUES = {"respectee", "signalee"}
CONSTRUCTEURS = {"juger", "sans_contexte"}


def _modules() -> list[Path]:
    return [f for f in sorted(RACINE.rglob("*.py")) if f.relative_to(RACINE).parts[0] not in SANS_JUGER]


def _fautes(source: str) -> Iterator[str]:
    """Chaque endroit où ce code fabrique un constat conforme, ou refait un constat reçu."""
    for noeud in ast.walk(ast.parse(source)):
        if isinstance(noeud, ast.ImportFrom) and CONSTRUCTEURS & {alias.name for alias in noeud.names}:
            yield f"ligne {noeud.lineno} : importe un constructeur de constats"
        if not isinstance(noeud, ast.Call):
            continue
        appele = noeud.func.attr if isinstance(noeud.func, ast.Attribute) else getattr(noeud.func, "id", "")
        if appele in FABRIQUES or (isinstance(noeud.func, ast.Attribute) and appele in CONSTRUCTEURS):
            yield f"ligne {noeud.lineno} : {appele}(…)"
        if appele in ("Constat", "echouer", "confier", "replace") and any(map(_conforme, ast.walk(noeud))):
            yield f"ligne {noeud.lineno} : {appele}(… conforme …)"


def _conforme(noeud: ast.AST) -> bool:
    return isinstance(noeud, ast.Attribute) and noeud.attr == "CONFORME"


@pytest.mark.parametrize("module", _modules(), ids=lambda chemin: chemin.relative_to(RACINE).as_posix())
def test_aucune_etape_ne_fabrique_un_constat_conforme(module: Path) -> None:
    """Une étape fait agir et appelle des vérifications ; elle ne pose d'elle-même que ce qui arrête ou reste à voir."""
    assert list(_fautes(module.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "source",
    [
        "REGLE.respectee(recu='x')",
        "regles.R_TRUC.signalee('x', attendu='a', recu='b', ou='c')",
        "Constat(code='X', verdict=Verdict.CONFORME, message='m')",
        "bilan.echouer(Verdict.CONFORME, 'm')",
        "replace(constat, verdict=Verdict.CONFORME)",
        "from steps.verifications.cda.jugement import juger",
        "jugement.juger(REGLE, True, 'm', attendu='', recu='', ou='')",
    ],
)
def test_une_etape_qui_jugerait_serait_vue(source: str) -> None:
    """L'essai précédent peut échouer : chaque façon de fabriquer un constat conforme est reconnue."""
    assert list(_fautes(source))
