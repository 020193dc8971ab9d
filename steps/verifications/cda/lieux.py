"""Comparer les lieux de deux constats : ce qui désigne le même endroit n'est dit qu'une fois."""

from __future__ import annotations

import re

_LIGNE = re.compile(r"\s*\(ligne \d+\)")
_RANG = re.compile(r"\[[^\]]*\]")


def lieu(ou: str) -> str:
    """Chemin sans ligne, rang, prédicat, attribut ni barre de tête : `ClinicalDocument/author/time`."""
    return _RANG.sub("", _LIGNE.sub("", ou)).split("/@")[0].strip("/ ")
