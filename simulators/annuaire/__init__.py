"""Annuaire Santé simulé : API FHIR v2 et extractions publiques."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulators.annuaire.simulateur import SimulateurAnnuaire

__all__ = ["SimulateurAnnuaire"]


def __getattr__(nom: str) -> object:
    """Le serveur n'est importé que par qui le lance : lire une extraction ne demande pas aiohttp."""
    if nom == "SimulateurAnnuaire":
        from simulators.annuaire.simulateur import SimulateurAnnuaire

        return SimulateurAnnuaire
    raise AttributeError(f"module {__name__!r} has no attribute {nom!r}")
