"""Une connexion essayée dans le logiciel, telle que les règles des dispositifs et des usagers la regardent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from steps.logiciel.protocole import ReponseAction


@dataclass(frozen=True)
class Connexion:
    """Ce que le logiciel a répondu. `quoi` : ce qui a été présenté, en clair."""

    quoi: str
    ouverte: bool
    demande: str = ""
    moyens: tuple[str, ...] = ()
    bloque: bool = False
    attente_s: float = 0.0
    dit: str = ""

    @classmethod
    def depuis(cls, quoi: str, reponse: ReponseAction) -> Self:
        """Depuis la réponse d'`ouvrir_session`."""
        montree = reponse.donnees.get("session")
        session: Mapping[str, Any] = montree if isinstance(montree, Mapping) else {}
        return cls(
            quoi=quoi,
            ouverte=reponse.fait and bool(session.get("ouverte")),
            demande=str(session.get("demande") or ""),
            moyens=tuple(map(str, session.get("moyens") or ())),
            bloque=bool(session.get("bloque")),
            attente_s=float(session.get("attente_secondes") or 0.0),
            dit=reponse.en_phrase(),
        )

    @property
    def recu(self) -> str:
        """« TOTP de Zoé : refusée, demande second_facteur (…) »."""
        issue = "ouverte" if self.ouverte else "refusée"
        faits = [issue, *([f"demande {self.demande}"] if self.demande else []), *(["bloqué"] if self.bloque else [])]
        faits += [f"moyens {', '.join(self.moyens)}"] if self.moyens else []
        return f"{self.quoi} : {', '.join(faits)} ({self.dit})" if self.dit else f"{self.quoi} : {', '.join(faits)}"
