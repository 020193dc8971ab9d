"""Les boîtes du relais : ce que chaque adresse a reçu, en mémoire ; on y attend un courriel sans dormir à vide."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from simulators.courriels.lecture import Contenu, lire


@dataclass(frozen=True)
class CourrielRecu:
    """Un courriel remis. `numero` : son échange au journal."""

    numero: int
    expediteur: str
    destinataires: tuple[str, ...]
    instant: datetime
    octets: bytes = field(repr=False)

    @cached_property
    def contenu(self) -> Contenu:
        """Ce qu'une personne y lit."""
        return lire(self.octets)

    @property
    def objet(self) -> str:
        return self.contenu.objet

    @property
    def texte(self) -> str:
        return self.contenu.texte

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes possibles, le plus vraisemblable d'abord."""
        return self.contenu.codes

    @property
    def liens(self) -> tuple[str, ...]:
        return self.contenu.liens


class Boites:
    """Sûres entre fils d'exécution ; adresses comparées sans casse."""

    def __init__(self) -> None:
        self._boites: dict[str, list[CourrielRecu]] = {}
        self._condition = threading.Condition()

    def remettre(self, courriel: CourrielRecu) -> None:
        """Dépose dans la boîte de chaque destinataire."""
        with self._condition:
            for adresse in dict.fromkeys(map(str.lower, courriel.destinataires)):
                self._boites.setdefault(adresse, []).append(courriel)
            self._condition.notify_all()

    def recus(self, adresse: str, *, depuis: int = 0) -> list[CourrielRecu]:
        """Courriels de cette adresse, dans l'ordre, au-delà des `depuis` premiers."""
        with self._condition:
            return list(self._boites.get(adresse.lower(), ())[depuis:])

    def attendre(self, adresse: str, *, depuis: int = 0, delai: float = 5.0) -> CourrielRecu | None:
        """Premier courriel au-delà des `depuis` premiers ; None une fois le délai écoulé."""
        echeance = time.monotonic() + delai
        with self._condition:
            while not (recus := self._boites.get(adresse.lower(), [])[depuis:]):
                reste = echeance - time.monotonic()
                if reste <= 0:
                    return None
                self._condition.wait(min(reste, threading.TIMEOUT_MAX))
            return recus[0]

    def adresses(self) -> list[str]:
        """Adresses qui ont reçu quelque chose."""
        with self._condition:
            return sorted(self._boites)

    def vider(self) -> None:
        """Oublie tout."""
        with self._condition:
            self._boites.clear()
