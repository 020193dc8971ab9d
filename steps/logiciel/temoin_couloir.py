"""Le logiciel témoin devant le REM d'un couloir : il réclame ceux de ses profils que ce REM connaît."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from functools import cache
from pathlib import Path

from steps.logiciel.configuration import ConfigurationLogiciel, lire_configuration

TEMOIN = Path(__file__).with_name("temoin.yaml")
"""Le `logiciel.yaml` du témoin que le banc lance de lui-même ; ses profils sont ceux de tous les couloirs."""


def devant(logiciel: ConfigurationLogiciel, profils_du_rem: Collection[str]) -> ConfigurationLogiciel:
    """Le même logiciel ; le témoin y perd les profils qu'il réclame ailleurs. Une faute de frappe reste, et se dira."""
    if not logiciel.temoin:
        return logiciel
    ailleurs = set(_profils_livres()) - set(profils_du_rem)
    return replace(logiciel, profils=tuple(profil for profil in logiciel.profils if profil not in ailleurs))


@cache
def _profils_livres() -> tuple[str, ...]:
    return lire_configuration(TEMOIN).profils
