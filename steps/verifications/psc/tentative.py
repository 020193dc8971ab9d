"""Une tentative de connexion : ce que le logiciel a montré, et tous les échanges qu'elle a provoqués."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from simulators.socle.echange import Echange
from steps.verifications.psc.lecture import Dialogue, Usage, lire, usages

Session = Mapping[str, Any]
"""Le type `session` du contrat d'actions."""


@dataclass(frozen=True)
class Tentative:
    """Une connexion demandée pour `identifiant` (national).

    `session` : celle rendue par lire_connexion (None si rien n'a été rendu). `resultat` : de cette action.
    `echanges` : tous ceux des services du banc, depuis la demande jusqu'au moment où l'on juge, dans l'ordre.
    """

    identifiant: str
    session: Session | None
    echanges: Sequence[Echange] = ()
    resultat: str = "fait"
    messages: Sequence[str] = ()
    service: str = "psc"
    dialogue: Dialogue = field(init=False, repr=False, compare=False)
    usages: tuple[Usage, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "dialogue", lire(self.echanges, self.service))
        object.__setattr__(self, "usages", usages(self.echanges))

    @property
    def ouverte(self) -> bool | None:
        """Vrai ou faux si le logiciel l'a montré ; None s'il n'a rien montré."""
        return ouverte(self.session, self.resultat)

    def jouee(self, panne: str) -> tuple[int, ...]:
        """Numéros des échanges où le fournisseur a joué cette panne."""
        return tuple(e.numero for e in self.echanges if panne in (e.panne, e.notes.get("defaut_jeton")))


def ouverte(session: Session | None, resultat: str = "fait") -> bool | None:
    """Ce que le logiciel montre d'une session ; None s'il n'en montre rien."""
    if session is not None and isinstance(session.get("ouverte"), bool):
        return bool(session["ouverte"])
    return False if resultat in ("refuse", "echec") else None


def dire(session: Session | None) -> str:
    """Une session en quelques mots, pour un constat."""
    if session is None:
        return "aucune session montrée"
    if not session.get("ouverte"):
        demande = session.get("demande")
        return f"session fermée{f', {demande} demandé' if demande else ''}"
    qui = session.get("identifiant_national") or session.get("nom") or session.get("compte") or "sans identité"
    return f"session ouverte ({qui})"
