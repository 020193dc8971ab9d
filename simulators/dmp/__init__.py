"""Simulateur du Dossier Médical Partagé."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulators.dmp.simulateur import SimulateurDMP

__all__ = ["SimulateurDMP"]


def __getattr__(nom: str) -> object:
    """Le serveur n'est importé que par qui le lance : lire un message de ce service ne demande pas aiohttp."""
    if nom == "SimulateurDMP":
        from simulators.dmp.simulateur import SimulateurDMP

        return SimulateurDMP
    raise AttributeError(f"module {__name__!r} has no attribute {nom!r}")
