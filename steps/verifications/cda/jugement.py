"""Le geste commun des vérifications : un fait, sa règle, un constat."""

from __future__ import annotations

from reports.constat import Constat, Regle


def juger(
    regle: Regle,
    respectee: bool,
    message: str,
    *,
    attendu: str,
    recu: str,
    ou: str,
    echanges: tuple[int, ...] = (),
) -> Constat:
    """Constat *conforme* (avec ce qui a été vu) ou manquement, dont le verdict suit la confiance de la source."""
    recu = recu if len(recu) <= 600 else f"{recu[:600]}…"
    if respectee:
        return regle.respectee(recu=recu, ou=ou, echanges=echanges)
    return regle.enfreinte(message, attendu=attendu, recu=recu or "rien", ou=ou, echanges=echanges)
