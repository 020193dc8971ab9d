"""Simulateur du téléservice INSi."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulators.insi.simulateur import SimulateurINSi

__all__ = ["SimulateurINSi"]


def __getattr__(nom: str) -> object:
    """Le serveur n'est importé que par qui le lance : lire un message de ce service ne demande pas aiohttp."""
    if nom == "SimulateurINSi":
        from simulators.insi.simulateur import SimulateurINSi

        return SimulateurINSi
    raise AttributeError(f"module {__name__!r} has no attribute {nom!r}")
