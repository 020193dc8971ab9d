"""Ce qu'est un mutant de courriel : des octets abîmés, ce que l'on sait de l'envoi, le code qui doit le prendre."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from steps.controle.modele import Gravite, gravite
from steps.verifications.mssante.contexte import ContexteCourriel
from steps.verifications.mssante.verification import verifier_courriel
from tests.verifications.mssante.fabrique_courriels import contexte

E, A, R, I = Gravite.ERREUR, Gravite.AVERTISSEMENT, Gravite.REMARQUE, Gravite.INDETERMINE  # noqa: E741
_DE_LA_FABRIQUE = frozenset({"CDA-ACT-13"})
"""Remarque que donnent les numéros fictifs de la fabrique de CDA."""


@dataclass(frozen=True)
class MutantCourriel:
    """Un défaut et un seul. `aussi` : codes qu'il entraîne forcément."""

    nom: str
    code: str
    octets: Callable[[], bytes]
    gravite: Gravite = E
    aussi: frozenset[str] = field(default_factory=frozenset)
    contexte: Callable[[], ContexteCourriel] = contexte


def mutant(
    nom: str, code: str, octets: Callable[[], bytes], gravite_: Gravite = E, *aussi: str, **su: object
) -> MutantCourriel:
    """`su` : champs du contexte à changer."""
    return MutantCourriel(nom, code, octets, gravite_, frozenset(aussi), lambda: contexte(**su))


def en_cause(octets: bytes, su: ContexteCourriel) -> dict[str, Gravite]:
    """Codes des manquements, remarques et indéterminés, avec leur gravité la plus forte."""
    ordre = [R, A, I, E]
    vus: dict[str, Gravite] = {}
    for constat in verifier_courriel(octets, su):
        recue = gravite(constat)
        if recue is Gravite.RESPECTEE or constat.code in _DE_LA_FABRIQUE:
            continue
        connue = vus.get(constat.code)
        vus[constat.code] = recue if connue is None else max(connue, recue, key=ordre.index)
    return vus
