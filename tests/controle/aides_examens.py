"""Ce que les essais des examens regardent d'un `Examen`."""

from __future__ import annotations

from reports.verdict import Verdict, cumuler
from steps.controle.modele import Examen

HOSTILE_S = 20.0
"""Garde large des essais hostiles : un examen borné finit bien avant, une amplification jamais."""


def en_cause(examen: Examen) -> set[str]:
    """Codes des constats qui ne sont pas conformes, documents contenus exclus."""
    return {constat.code for constat in examen.constats if constat.verdict is not Verdict.CONFORME}


def propre(examen: Examen) -> Verdict:
    """Verdict de l'examen sans ses documents contenus, jugés ailleurs."""
    return cumuler(constat.verdict for constat in examen.constats)


def en_texte(examen: Examen) -> str:
    """Les manquements, pour un message d'échec lisible."""
    return "\n".join(c.en_texte() for c in examen.constats if c.verdict is not Verdict.CONFORME)
