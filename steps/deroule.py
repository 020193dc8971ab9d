"""L'empreinte de ce qu'un scénario joue : ses phrases, le code de ses étapes, et les vérifications qu'elles appellent.

Elle ne change que si ce scénario-là change : corriger une vérification du DMP ne périme pas un verdict d'INSi.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

import pytest
from pytest_bdd.parser import Step
from pytest_bdd.steps import step_function_context_registry

from steps.collecte import scenario_gherkin
from steps.recherche_etapes import trouver

RACINE = Path(__file__).resolve().parents[1]
SUIVIS = ("steps.etapes", "steps.verifications", "steps.flux")
"""Ce qui agit, juge ou fabrique un message d'essai ; le reste du banc (pilotage, rapports) ne change pas un verdict."""

_IMPORT = re.compile(r"^[ \t]*from[ \t]+(steps[\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n]+)", re.MULTILINE)
_COMMENTAIRE = re.compile(r"#[^\n]*")


def empreinte_du_deroule(elements: Sequence[pytest.Item]) -> str:
    """Empreinte d'un scénario joué par ces éléments pytest ; vide si aucun n'est un scénario Gherkin."""
    phrases: list[str] = []
    modules: set[str] = set()
    for element in elements:
        for etape in _etapes(element):
            phrases.append(f"{etape.type} {etape.name} {etape.docstring or ''} {etape.datatable or ''}")
            for definition in trouver(etape, element.session._fixturemanager, element):
                contexte = step_function_context_registry.get(definition.func)
                if contexte is not None:
                    modules.add(contexte.step_func.__module__)
    if not phrases:
        return ""
    somme = hashlib.sha256("\n".join(sorted(phrases)).encode())
    for module in sorted(fermeture(modules)):
        somme.update(f"{module}\0{_somme(module)}\n".encode())
    return somme.hexdigest()


def _etapes(element: pytest.Item) -> Sequence[Step]:
    """Les étapes d'un élément, valeurs de l'exemple mises à leur place."""
    modele = scenario_gherkin(element)
    if modele is None:
        return ()
    parametres = getattr(element, "callspec", None)
    return modele.render(parametres.params.get("_pytest_bdd_example", {}) if parametres else {}).steps


def fermeture(modules: Iterable[str]) -> frozenset[str]:
    """Ces modules et tous ceux qu'ils importent, de proche en proche, parmi ceux qui agissent ou jugent."""
    vus: set[str] = set()
    restent = {module for module in modules if module.startswith(SUIVIS)}
    while restent:
        module = restent.pop()
        vus.add(module)
        restent |= {importe for importe in _importes(module) if importe.startswith(SUIVIS)} - vus
    return frozenset(vus)


@lru_cache(maxsize=2048)
def _importes(module: str) -> frozenset[str]:
    return frozenset(importes_de(_source(module)))


def importes_de(source: str) -> Iterator[str]:
    """Les modules de `steps` que ce texte importe ; `from steps.x import y` nomme aussi `steps.x.y` s'il existe."""
    for trouve in _IMPORT.finditer(source):
        yield trouve[1]
        for nom in _COMMENTAIRE.sub("", trouve[2]).strip("()").replace("\n", " ").split(","):
            membre = f"{trouve[1]}.{nom.split(' as ')[0].strip()}"
            if _fichier(membre) is not None:
                yield membre


@lru_cache(maxsize=2048)
def _somme(module: str) -> str:
    """Empreinte du module ; les données rangées à côté de lui sous le même nom comptent avec lui."""
    somme = hashlib.sha256(_source(module).encode())
    fichier = _fichier(module)
    for donnees in sorted(fichier.parent.glob(f"{fichier.stem}.y*ml")) if fichier else ():
        somme.update(donnees.read_bytes().replace(b"\r\n", b"\n"))
    return somme.hexdigest()


def _source(module: str) -> str:
    fichier = _fichier(module)
    return fichier.read_text(encoding="utf-8") if fichier else ""


@lru_cache(maxsize=8192)
def _fichier(module: str) -> Path | None:
    base = RACINE.joinpath(*module.split("."))
    return next((chemin for chemin in (base.with_suffix(".py"), base / "__init__.py") if chemin.is_file()), None)
