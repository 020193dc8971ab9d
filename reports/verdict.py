"""Les verdicts d'un scénario de conformité et la façon dont ils s'additionnent."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Verdict(StrEnum):
    """Verdict d'un scénario ou d'un constat ; la valeur est celle écrite dans `verdicts.json`."""

    CONFORME = "conforme"
    NON_CONFORME = "non_conforme"
    NON_APPLICABLE = "non_applicable"
    A_VERIFIER = "a_verifier"
    NON_CONCLUANT = "non_concluant"
    NON_EXECUTE = "non_execute"

    @property
    def libelle(self) -> str:
        """Le verdict tel qu'une personne le lit, avec ses accents."""
        return _LIBELLES[self]


_LIBELLES = {
    Verdict.CONFORME: "conforme",
    Verdict.NON_CONFORME: "non conforme",
    Verdict.NON_APPLICABLE: "non applicable",
    Verdict.A_VERIFIER: "à vérifier",
    Verdict.NON_CONCLUANT: "non concluant",
    Verdict.NON_EXECUTE: "non exécuté",
}

# Du plus grave au moins grave : le premier présent l'emporte. Un manquement prouvé du logiciel ne
# s'efface pas parce que le banc a échoué ailleurs dans le même scénario.
_PRIORITE = (
    Verdict.NON_CONFORME,
    Verdict.NON_CONCLUANT,
    Verdict.NON_EXECUTE,
    Verdict.A_VERIFIER,
    Verdict.CONFORME,
    Verdict.NON_APPLICABLE,
)


class Moyen(StrEnum):
    """Qui a établi le verdict."""

    MACHINE = "machine"
    PERSONNE = "personne"
    DECLARATION = "declaration"


def cumuler(verdicts: Iterable[Verdict]) -> Verdict:
    """Additionne les verdicts des constats d'un scénario.

    Aucun constat vaut *non concluant* : le silence n'est jamais conforme.
    """
    presents = set(verdicts)
    for verdict in _PRIORITE:
        if verdict in presents:
            return verdict
    return Verdict.NON_CONCLUANT
