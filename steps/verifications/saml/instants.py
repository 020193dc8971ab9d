"""Les instants d'une assertion SAML."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_BLANCS = " \t\r\n"


def instant_utc(valeur: str) -> datetime | None:
    """Instant SAML : temps universel, avec Z ou sans fuseau (SAML Core § 1.3.3) ; None s'il ne se lit pas ainsi."""
    valeur = valeur.strip(_BLANCS)
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]00:00)?", valeur, re.ASCII):
        return None
    texte = re.sub(r"\.(\d{1,6})\d*", lambda m: "." + m[1].ljust(6, "0"), valeur)
    try:
        lu = datetime.fromisoformat(texte)
    except ValueError:
        return None
    return lu.replace(tzinfo=UTC)
