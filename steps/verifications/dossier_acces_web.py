"""Règles sur l'accès web-PS contextuel : la page s'ouvre depuis le logiciel, pour une INS qualifiée seulement."""

from __future__ import annotations

from collections.abc import Sequence

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.registre import verification
from steps.verifications.sources import REM_BIO

_OU = "portail web-PS du DMP"

R_OUVERTURE = Regle(
    "DOS-WEB-01",
    "L'accès web au DMP s'ouvre depuis le logiciel par un appel contextuel",
    REM_BIO.format("DMP/va1.02 et DMP/va1.21"),
    Confiance.OFFICIELLE,
    "Ouvrez le portail web-PS du DMP (TD0.9) depuis le dossier du patient et depuis le tableau de bord.",
)
R_QUALIFIEE = Regle(
    "DOS-WEB-02",
    "L'accès web au dossier d'un patient ne s'ouvre que si son INS est qualifiée",
    REM_BIO.format("DMP/va1.02 et INS/va1.59"),
    Confiance.OFFICIELLE,
    "Bloquez l'appel contextuel tant que l'identité n'est pas qualifiée.",
)


@verification(R_OUVERTURE)
def page_ouverte(numeros: Sequence[int], fonction: str, recu: str) -> Constat:
    """Le portail a reçu un appel."""
    return juger(
        R_OUVERTURE, bool(numeros), f"le portail n'a reçu aucun appel ({fonction})",
        attendu=f"un appel de /AccesDirect/{fonction}", recu=recu, ou=_OU, echanges=tuple(numeros),
    )  # fmt: skip


@verification(R_QUALIFIEE)
def page_empechee(numeros: Sequence[int], resultat: str, *, temoins: Sequence[int]) -> Constat:
    """Aucun appel pour l'identité non qualifiée, alors que le logiciel ouvre la page d'un patient qualifié."""
    if not temoins:
        return R_QUALIFIEE.sans_objet("aucune page ouverte pour une identité qualifiée : le blocage ne prouve rien")
    return juger(
        R_QUALIFIEE, not numeros and resultat != "fait",
        "l'accès web s'est ouvert pour une identité non qualifiée",
        attendu="aucun appel, et un refus dit à l'utilisateur", recu=f"{len(numeros)} appel(s), logiciel : {resultat}",
        ou=_OU, echanges=tuple(numeros) or tuple(temoins),
    )  # fmt: skip
