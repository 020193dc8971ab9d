"""Règles de la vérification automatique d'une INS reçue d'un autre domaine (règle 52)."""

from __future__ import annotations

from collections.abc import Sequence

from reports.constat import Confiance, Constat, Regle
from steps.verifications.registre import verification

_GUIDE = "Guide d'implémentation de l'INS, règle 52 (reprise par le REM, travaux de concertation 2023)"

R_LANCEE = Regle(
    "INSI-VERIF-01",
    "Une INS venue d'un autre domaine est vérifiée automatiquement auprès d'INSi",
    _GUIDE,
    Confiance.OFFICIELLE,
    "Appelez la vérification d'INSi dès la réception, sans action de l'utilisateur.",
)
R_NON_RELANCEE = Regle(
    "INSI-VERIF-02",
    "Une INS déjà qualifiée ou récupérée chez le récepteur n'a pas à être vérifiée de nouveau",
    _GUIDE,
    Confiance.DEDUITE,
    "Évitez cet appel : l'INS est déjà qualifiée ou récupérée dans votre base.",
)


@verification(R_LANCEE)
def verification_lancee(numeros: Sequence[int], patient: str) -> Constat:
    """INSi a reçu une vérification qui porte le matricule du patient. `numeros` : échanges qui la portent."""
    if not numeros:
        return R_LANCEE.enfreinte(
            f"aucune vérification reçue par INSi pour « {patient} »",
            attendu="au moins une vérification portant son matricule",
            recu="aucune",
            ou="échanges avec INSi",
        )
    return R_LANCEE.respectee(
        f"INS de « {patient} » vérifiée d'elle-même", ou="échanges avec INSi", echanges=tuple(numeros)
    )


@verification(R_NON_RELANCEE)
def verification_non_relancee(numeros: Sequence[int], patient: str) -> Constat:
    """Pas de vérification pour une INS déjà tenue ; la règle dispense de l'appel sans l'interdire."""
    if numeros:
        return R_NON_RELANCEE.enfreinte(
            f"INS déjà tenue de « {patient} » vérifiée de nouveau",
            attendu="aucun appel",
            recu=f"{len(numeros)} appel(s)",
            ou="échanges avec INSi",
            echanges=tuple(numeros),
        )
    return R_NON_RELANCEE.respectee(f"INS déjà tenue de « {patient} » non vérifiée de nouveau", ou="échanges avec INSi")
