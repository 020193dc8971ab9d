"""Ce qu'une action rend, et les deux façons de ne pas aboutir."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Enveloppe:
    """Réponse d'une action métier : `fait`, `refuse`, `echec` ou `non_gere`."""

    resultat: str
    messages: tuple[str, ...] = ()
    donnees: dict[str, Any] = field(default_factory=dict)

    def en_dict(self) -> dict[str, Any]:
        return {"resultat": self.resultat, "messages": list(self.messages), "donnees": self.donnees}


def fait(*messages: str, **donnees: Any) -> Enveloppe:
    """L'action a eu lieu."""
    return Enveloppe("fait", messages, donnees)


class ParametreInvalide(ValueError):
    """L'appel lui-même est mal formé : l'API répond 400."""


class Refus(Exception):
    """Le logiciel empêche l'action, comme une règle métier le demande."""

    def __init__(self, *messages: str, **donnees: Any) -> None:
        super().__init__(" ".join(messages))
        self.messages = messages
        self.donnees = donnees


class Echec(Exception):
    """Le logiciel a essayé et n'a pas pu : téléservice en erreur, réponse inexploitable."""

    def __init__(self, *messages: str, **donnees: Any) -> None:
        super().__init__(" ".join(messages))
        self.messages = messages
        self.donnees = donnees
