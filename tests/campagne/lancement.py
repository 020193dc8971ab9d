"""Lance de vraies campagnes dans leur propre processus, comme une personne le ferait."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

from steps.logiciel.temoin_couloir import TEMOIN
from tests.campagne.pepiniere import Pepiniere

RACINE = Path(__file__).parents[2]
DELAI_S = 240


def commande(*options: str) -> list[str]:
    """La ligne de commande d'une campagne de biologie."""
    return [sys.executable, "-m", "pytest", "-W", "error", "-p", "no:cacheprovider", "--couloir=biologie", *options]


def environnement(**variables: str) -> dict[str, str]:
    """L'environnement du processus, sans les réglages du pytest qui nous mène."""
    propres = {nom: valeur for nom, valeur in os.environ.items() if not nom.startswith("PYTEST_")}
    return {**propres, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8", **variables}


def mener(*options: str, delai: float = DELAI_S, **variables: str) -> subprocess.CompletedProcess[str]:
    """Mène une campagne jusqu'au bout, dans un processus qui n'a pas à recharger le banc."""
    if not hasattr(os, "fork"):
        return executer(commande(*options), cwd=None, delai=delai, **variables)
    ligne = commande(*options)
    code, texte = _pepiniere().mener(ligne[3:], environnement(**variables), RACINE, delai)
    return subprocess.CompletedProcess(ligne, code, texte)


@lru_cache(maxsize=1)
def _pepiniere() -> Pepiniere:
    return Pepiniere(environnement())


def executer(
    arguments: list[str], *, cwd: Path | None = None, delai: float = DELAI_S, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Exécute une commande du banc et rend son code et ses deux sorties mêlées."""
    return subprocess.run(
        arguments,
        cwd=cwd or RACINE,
        env=environnement(**variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=delai,
        check=False,
    )


def module(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Exécute `python -m …`."""
    return executer([sys.executable, "-m", *arguments])


def lire_json(chemin: Path) -> Any:
    """Le contenu d'un fichier JSON."""
    return json.loads(chemin.read_text(encoding="utf-8"))


def verdicts(dossier: Path) -> dict[str, str]:
    """Scénario → verdict, d'après `verdicts.json`."""
    return {s["scenario"]: s["verdict"] for s in lire_json(dossier / "verdicts.json")["scenarios"]}


def decrire_logiciel(chemin: Path, url: str, profils: str = "[Général]", *, delai_s: int = 20, **champs: str) -> Path:
    """Un `logiciel.yaml` pour un produit piloté par l'adaptateur http."""
    lignes = [
        "logiciel: {nom: Produit d'essai, version: '3.1'}",
        f"profils: {profils}",
        f"adaptateur: {{type: http, url: '{url}', delai_s: {delai_s}}}",
        *(f"{nom}: {valeur}" for nom, valeur in champs.items()),
    ]
    chemin.write_text("\n".join(lignes) + "\n", encoding="utf-8")
    return chemin


def decrire_temoin(chemin: Path, *defauts: str) -> Path:
    """Un `logiciel.yaml` pour le logiciel témoin, avec ces défauts."""
    texte = TEMOIN.read_text(encoding="utf-8")
    chemin.write_text(f"{texte}defauts: [{', '.join(defauts)}]\n", encoding="utf-8")
    return chemin
