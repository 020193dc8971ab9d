"""La marque d'une vérification rejouable : un carnet actif note ses appels ; sans carnet, rien ne change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

PAQUET = "steps.verifications."
"""Là seulement vivent les vérifications : un jugement qui en nomme une autre n'est pas refait."""


class Carnet(Protocol):
    """Ce qui note les appels."""

    def appeler(
        self, nom: str, fonction: Callable[..., R], positionnels: tuple[Any, ...], nommes: Mapping[str, Any]
    ) -> R:
        """Appelle la vérification, note ses arguments et ses constats, rend ce qu'elle a rendu."""
        ...


_CARNET: ContextVar[Carnet | None] = ContextVar("carnet", default=None)


def rejouable(fonction: Callable[P, R]) -> Callable[P, R]:
    """Marque une vérification publique : ses constats ne sortent que de ses arguments, elle se rejoue hors ligne."""
    nom = f"{fonction.__module__}:{fonction.__qualname__}"

    @wraps(fonction)
    def appel(*positionnels: P.args, **nommes: P.kwargs) -> R:
        carnet = _CARNET.get()
        if carnet is None:
            return fonction(*positionnels, **nommes)
        # Ce qu'une vérification demande à une autre fait partie d'elle : seul l'appel le plus extérieur se note.
        with tenir(None):
            return carnet.appeler(nom, fonction, positionnels, nommes)

    appel.__rejouable__ = nom  # type: ignore[attr-defined]  # lu par `nom_rejouable`
    return appel


def nom_rejouable(fonction: object) -> str:
    """« module:fonction » d'une vérification marquée, vide sinon."""
    nom = getattr(fonction, "__rejouable__", "")
    return nom if isinstance(nom, str) else ""


@contextmanager
def tenir(carnet: Carnet | None) -> Iterator[None]:
    """Le temps du bloc, ce carnet note les appels (None : plus aucun)."""
    jeton = _CARNET.set(carnet)
    try:
        yield
    finally:
        _CARNET.reset(jeton)
