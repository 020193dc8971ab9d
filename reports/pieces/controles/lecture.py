"""Ce qu'un contrôle rend."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Lecture:
    """Ce que le contrôle a lu. `textes` : ce où chercher un matricule que les octets bruts cachent (zip, PDF)."""

    details: dict[str, Any] = field(default_factory=dict)
    vignette: bytes = b""
    avertissements: list[str] = field(default_factory=list)
    textes: Iterable[bytes] = ()


def distance(une: str, autre: str) -> int:
    """Nombre de bits par lesquels deux empreintes visuelles diffèrent."""
    return (int(une, 16) ^ int(autre, 16)).bit_count()
