"""Ce que le pair a reçu : en mémoire, vidé avant chaque scénario ; on y attend un message sans dormir à vide."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from simulators.hl7v2.entete import acquittement_lu

MESSAGES_MAX = 20_000


@dataclass(frozen=True)
class MessageRecu:
    """Un message reçu. `numero` : son échange au journal ; `acquittement` : le MSA-1 rendu, vide si aucun.

    `doublon` : le même expéditeur avait déjà envoyé cet identifiant (MSH-10) dans le scénario.
    """

    numero: int
    operation: str
    identifiant: str
    instant: datetime
    acquittement: str
    doublon: bool
    octets: bytes = field(repr=False)

    @property
    def pris_en_charge(self) -> bool:
        """Vrai si l'expéditeur a été libéré de l'obligation de renvoyer."""
        return self.acquittement in ("AA", "CA")


class EtatHl7v2:
    """Sûr entre fils d'exécution."""

    def __init__(self) -> None:
        self._messages: list[MessageRecu] = []
        self._connus: set[tuple[str, str]] = set()
        self._condition = threading.Condition()

    def deja_vu(self, emetteur: str, identifiant: str) -> bool:
        """Vrai si ce couple a déjà été vu ; le retient."""
        with self._condition:
            vu = (emetteur, identifiant) in self._connus
            self._connus.add((emetteur, identifiant))
            return vu

    def garder(self, message: MessageRecu) -> None:
        """Ajoute un message ; les plus anciens sortent de la mémoire, jamais du journal."""
        with self._condition:
            self._messages.append(message)
            del self._messages[:-MESSAGES_MAX]
            self._condition.notify_all()

    def acquittement_differe(self, identifiant: str, delai: float) -> bytes:
        """L'acquittement applicatif de ce message du banc, venu sur une connexion à lui ; vide s'il n'arrive pas."""

        def est_le_sien(message: MessageRecu) -> bool:
            code, reference = acquittement_lu(message.octets)
            return bool(identifiant) and reference == identifiant and code in ("AA", "AE", "AR")

        trouve = self.attendre(est_le_sien, delai=delai)
        return trouve.octets if trouve is not None else b""

    def recus(self, *, depuis: int = 0) -> list[MessageRecu]:
        """Messages dont l'échange est au-delà de ce rang du journal, dans l'ordre."""
        with self._condition:
            return [message for message in self._messages if message.numero > depuis]

    def attendre(
        self, convient: Callable[[MessageRecu], bool], *, depuis: int = 0, delai: float = 5.0
    ) -> MessageRecu | None:
        """Premier message qui convient au-delà de ce rang ; None une fois le délai écoulé."""
        echeance = time.monotonic() + delai
        with self._condition:
            while True:
                trouve = next((m for m in self._messages if m.numero > depuis and convient(m)), None)
                reste = echeance - time.monotonic()
                if trouve is not None or reste <= 0:
                    return trouve
                self._condition.wait(min(reste, threading.TIMEOUT_MAX))

    def vider(self) -> None:
        """Oublie tout."""
        with self._condition:
            self._messages.clear()
            self._connus.clear()
