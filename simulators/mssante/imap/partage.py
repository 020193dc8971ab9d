"""Le partage de la boucle entre une longue commande et les autres services."""

from __future__ import annotations

import asyncio
import time

TOUR = 0.02
"""Secondes avant de rendre la main."""


class Partage:
    """Rend la main à la boucle de temps en temps."""

    def __init__(self) -> None:
        self._prise = time.perf_counter()

    async def rendre(self) -> None:
        """À appeler à chaque message."""
        if time.perf_counter() - self._prise > TOUR:
            await asyncio.sleep(0)
            self._prise = time.perf_counter()
