"""Ce qu'un courriel ne permet pas de juger : dit, jamais compté contre lui."""

from __future__ import annotations

from reports.constat import Constat, Regle
from reports.verdict import Verdict

_MARQUE = "faute de contexte, sans objet : "


def sans_contexte(regle: Regle, inconnu: str, echanges: tuple[int, ...] = ()) -> Constat:
    """Constat *sans objet* d'une règle dont le contexte ne dit pas `inconnu`."""
    return regle.sans_objet(f"{_MARQUE}{inconnu}", echanges=echanges)


def inconnu(constat: Constat) -> str:
    """Ce qu'il aurait fallu savoir, si le constat est *sans objet* faute de contexte ; vide sinon."""
    if constat.verdict is not Verdict.NON_CONCLUANT or not constat.message.startswith(_MARQUE):
        return ""
    return constat.message.removeprefix(_MARQUE)
