"""Les étapes d'une feature telles qu'elles sont écrites : le mot-clé français du fichier, pas celui du modèle."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Protocol


class EtapeLue(Protocol):
    """Ce que pytest-bdd donne d'une étape."""

    name: str
    line_number: int
    keyword: str


@lru_cache(maxsize=256)
def _lignes(fichier: str) -> tuple[str, ...]:
    return tuple(Path(fichier).read_text(encoding="utf-8").splitlines())


def mot_cle(fichier: str, etape: EtapeLue) -> str:
    """Le mot-clé écrit (« Étant donné que », « Et que ») : le modèle de l'analyseur en change la casse."""
    lignes = _lignes(fichier)
    if 0 < etape.line_number <= len(lignes):
        ligne = lignes[etape.line_number - 1].strip()
        # Dans un plan du scénario, le texte de l'étape est déjà complété : on coupe sur son premier mot commun.
        debut = etape.name.split("<")[0].split()
        rang = ligne.find(" ".join(debut[:2])) if debut else -1
        if rang > 0:
            return ligne[:rang].strip()
    return etape.keyword.strip()
