"""Ce qu'une étape « Quand » laisse aux étapes « Alors » du même scénario."""

from __future__ import annotations

from typing import Any

from steps.bilan import NonConcluant
from steps.essai import Essai


def retirer(essai: Essai, cle: str, genre: type[Any]) -> Any:
    """Ce qu'une étape « Quand » a laissé pour les étapes « Alors » ; NonConcluant si elle n'a pas eu lieu."""
    valeur = essai.releves.get(cle)
    if not isinstance(valeur, genre):
        raise NonConcluant(f"la feature constate « {cle} » sans l'avoir relevé")
    return valeur
