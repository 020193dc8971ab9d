"""Ce qui fait attendre une réponse, et la laisse partir : à l'heure dite, ou dès qu'un autre fil le demande."""

from __future__ import annotations

import asyncio
import threading


class Retenue:
    """Retient des réponses ; une fois libérée, elle n'en retient plus. Sûre entre fils d'exécution."""

    def __init__(self) -> None:
        self._verrou = threading.Lock()
        self._liberee = False
        self._attentes: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    def liberer(self) -> None:
        """Laisse partir les réponses retenues, et celles à venir."""
        with self._verrou:
            self._liberee = True
            attentes, self._attentes = self._attentes, []
        for boucle, evenement in attentes:
            boucle.call_soon_threadsafe(evenement.set)

    async def retenir(self, duree: float | None, parti: asyncio.Event | None = None) -> None:
        """Retient la réponse en cours, au plus `duree` secondes (`None` : jusqu'à ce qu'on la libère).

        `parti` : levé quand le client renonce ; la réponse repart alors aussitôt, et l'échange est noté sans attendre.
        """
        evenement = asyncio.Event()
        attente = (asyncio.get_running_loop(), evenement)
        with self._verrou:
            if self._liberee:
                return
            self._attentes.append(attente)
        levees = [asyncio.ensure_future(e.wait()) for e in (evenement, parti) if e is not None]
        try:
            await asyncio.wait(levees, timeout=duree, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for levee in levees:
                levee.cancel()
            with self._verrou:
                if attente in self._attentes:
                    self._attentes.remove(attente)
