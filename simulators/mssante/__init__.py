"""Messagerie MSSanté simulée : opérateur (SMTP, IMAP), messagerie des usagers, liste blanche, autoconfiguration."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulators.mssante.simulateur import SimulateurMSSante

__all__ = ["SimulateurMSSante"]


def __getattr__(nom: str) -> object:
    """L'opérateur n'est importé que par qui le lance : ses parties se lisent sans lui."""
    if nom == "SimulateurMSSante":
        from simulators.mssante.simulateur import SimulateurMSSante

        return SimulateurMSSante
    raise AttributeError(f"module {__name__!r} has no attribute {nom!r}")
