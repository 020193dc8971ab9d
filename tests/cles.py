"""Ce que la session de pytest garde pour les essais."""

from __future__ import annotations

from typing import Any

import pytest

TOURS = pytest.StashKey[Any]()
"""Les tours de la table des défauts, commencés avec la session (`tests/defauts/tours.py`)."""
