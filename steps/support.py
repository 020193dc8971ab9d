"""Le support du dossier de campagne (disque, partage) qui refuse d'écrire : ce que le banc en dit."""

from __future__ import annotations

import errno
from pathlib import Path

from simulators.socle.journal import JournalEnPanne

_DU_SUPPORT = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO})


def vient_du_support(erreur: OSError) -> bool:
    """Disque plein, quota atteint, support en lecture seule ou en panne : rien que le logiciel ou le banc ait fait."""
    return erreur.errno in _DU_SUPPORT


def cause(erreur: BaseException) -> str:
    """La cause telle qu'une personne la lit."""
    if isinstance(erreur, OSError) and erreur.errno in (errno.ENOSPC, errno.EDQUOT):
        return "disque plein"
    return f"{type(erreur).__name__} : {erreur}"


def pieces_perdues(numero: str, dossier: Path, erreur: OSError) -> JournalEnPanne:
    """Les pièces du scénario ne peuvent pas être rangées : son verdict n'est pas écrit, il sera rejoué."""
    return JournalEnPanne(
        f"les pièces de {numero} ne peuvent pas être rangées dans {dossier} ({cause(erreur)}) : son verdict n'est pas "
        "écrit, tout ce qui précède est intact. À faire : libérer de la place ou rétablir le support, puis continuer "
        f"par --reprendre={dossier}"
    )


def rapports_a_rebatir(dossier: Path, erreur: BaseException) -> str:
    """Les rapports n'ont pas pu être écrits ; le journal les redonnera."""
    return (
        f"Rapports non écrits dans {dossier} ({cause(erreur)}) ; le journal est intact. À faire : libérer de la place, "
        f"puis « python -m reports generer {dossier} », ou --reprendre={dossier} pour continuer."
    )
