"""Un journal en mémoire pour le codage : corps, échanges et poignées que l'essai y met."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from simulators.socle.echange import Corps, CorpsMemoire, Echange, PoigneeRefusee, Requete
from steps.jugements.classes import NonCodable
from steps.verifications.psc import regles_refus  # noqa: F401 (inscrit des règles au registre)

INSTANT = datetime(2026, 11, 22, 14, 30, tzinfo=UTC)
ECHANGE = Echange(7, "insi", "recherche", INSTANT, INSTANT, Requete("POST", "/insi"))
POIGNEE = PoigneeRefusee(9, "dmp", INSTANT, "certificat inconnu")


class EnMemoire:
    """Range et relit, comme le journal."""

    def __init__(self) -> None:
        self.ranges: dict[str, bytes] = {}

    def ranger(self, octets: bytes) -> Corps:
        sha256 = hashlib.sha256(octets).hexdigest()
        self.ranges[sha256] = octets
        return CorpsMemoire(octets)

    def empreinte_secret(self, valeur: str | bytes) -> str:
        return f"empreinte:{len(valeur)}"

    def corps(self, sha256: str) -> Corps:
        if sha256 not in self.ranges:
            raise NonCodable(f"corps {sha256} absent")
        return CorpsMemoire(self.ranges[sha256])

    def echange(self, numero: int) -> Echange:
        if numero != ECHANGE.numero:
            raise NonCodable(f"pas d'échange {numero}")
        return ECHANGE

    def poignee(self, numero: int) -> PoigneeRefusee:
        if numero != POIGNEE.numero:
            raise NonCodable(f"pas de poignée {numero}")
        return POIGNEE
