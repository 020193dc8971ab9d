"""Pro Santé Connect simulé : un fournisseur OpenID Connect strict, et un second, générique, d'établissement."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulators.psc.simulateur import SimulateurPSC

__all__ = ["SimulateurPSC"]


def __getattr__(nom: str) -> type[SimulateurPSC]:
    # Chargé à la demande : les modules du paquet s'importent l'un l'autre sans le simulateur entier.
    if nom == "SimulateurPSC":
        from simulators.psc.simulateur import SimulateurPSC

        return SimulateurPSC
    raise AttributeError(f"module {__name__!r} has no attribute {nom!r}")
