"""Les messages montrés à l'utilisateur : deux se comparent sans les valeurs du patient."""

from __future__ import annotations

import re


def sans_valeurs(message: str) -> str:
    """Un message sans ses chiffres ni ses noms en capitales : le même pour deux patients."""
    return re.sub(r"\s+", " ", re.sub(r"\d+|\b[A-Z][A-Z' -]+\b", " ", message)).strip()
