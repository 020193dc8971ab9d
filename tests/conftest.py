"""Réglages communs aux essais du banc."""

from __future__ import annotations

from hypothesis import settings

# Mêmes exemples à chaque exécution, et pas d'essai minuté : une machine chargée n'est pas un défaut.
settings.register_profile("banc", deadline=None, derandomize=True)
settings.load_profile("banc")
