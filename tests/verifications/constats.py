"""Ce que les essais des vérifications se partagent."""

from __future__ import annotations

from collections.abc import Iterable

from reports.constat import Constat


def en_liste(rendu: Constat | Iterable[Constat]) -> list[Constat]:
    """Ce qu'une vérification a rendu, un constat ou plusieurs, en liste."""
    return [rendu] if isinstance(rendu, Constat) else list(rendu)
