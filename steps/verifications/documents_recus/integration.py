"""Documents reçus par MSSanté qui entrent d'eux-mêmes au dossier : le réglage, le bon dossier, les cas écartés."""

from __future__ import annotations

from collections.abc import Sequence

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.registre import verification

_REM = "REM RIS et DPI, exigence {} (travaux de concertation 2023)"
_DOSSIERS = "dossiers des patients"


def _auto(rang: str, titre: str, a_faire: str) -> Regle:
    return Regle(f"RECU-AUTO-{rang}", titre, _REM.format("MSS/UX.07"), Confiance.OFFICIELLE, a_faire)


R_REGLAGE = _auto(
    "01",
    "L'intégration automatique des documents reçus se règle",
    "Donnez à l'administrateur un réglage qui active et lève l'intégration automatique.",
)
R_SEUL = _auto(
    "02",
    "Un document à l'INS qualifiée égale à celle du dossier y entre de lui-même",
    "Réglage actif, rangez sans geste le document au dossier dont matricule, OID et traits sont les siens.",
)
R_LEVE = _auto(
    "03",
    "Réglage levé, aucun document reçu n'entre de lui-même dans un dossier",
    "Lisez le réglage avant d'intégrer.",
)
R_STRICT = _auto(
    "04",
    "Un document dont un seul trait, ou le matricule, diffère n'entre pas de lui-même",
    "Comparez strictement matricule, OID et chaque trait ; au moindre écart, laissez le document à traiter.",
)
R_QUALIFIEE = _auto(
    "05",
    "Un document n'entre pas de lui-même dans un dossier dont l'INS n'est pas qualifiée",
    "N'intégrez automatiquement que dans un dossier au statut d'identité qualifiée.",
)
_ECARTS = {"réglage levé": R_LEVE, "identité différente": R_STRICT, "INS non qualifiée": R_QUALIFIEE}


@verification(R_REGLAGE)
def reglage_pris(pris: bool, voulu: str, dit: str) -> Constat:
    """Le logiciel accepte le réglage ; `dit` : sa réponse."""
    return juger(
        R_REGLAGE,
        pris,
        f"l'intégration automatique ne se règle pas : {voulu} refusé",
        attendu=voulu,
        recu=dit,
        ou="paramétrage",
    )


@verification(R_SEUL)
def entre_seul(parus: int, inattendus: Sequence[str], quoi: str, dossier: str) -> Constat:
    """`parus` : documents de son type parus au dossier à la relève, sans geste ; `inattendus` : parus ailleurs."""
    if parus > 1 and not inattendus:
        return R_SEUL.a_regarder(f"« {quoi} » : plusieurs documents de son type parus", recu=str(parus), ou=dossier)
    return juger(
        R_SEUL,
        parus == 1 and not inattendus,
        f"« {quoi} » n'est pas entré de lui-même au seul dossier de son patient",
        attendu=f"un document paru au {dossier}, aucun ailleurs",
        recu=f"{parus} au {dossier} ; ailleurs : {', '.join(inattendus) or 'aucun'}",
        ou=_DOSSIERS,
    )


@verification(R_LEVE, R_STRICT, R_QUALIFIEE)
def pas_entre(parus: int, ecart: str, quoi: str, *, temoin: bool) -> Constat:
    """`ecart` : ce qui interdit l'intégration. `temoin` : un autre document du scénario est entré de lui-même."""
    regle = _ECARTS[ecart]
    if not temoin and parus == 0:
        return regle.sans_objet(
            f"« {quoi} » : aucun document du scénario n'entre de lui-même, l'absence ne prouve rien"
        )
    return juger(
        regle,
        parus == 0,
        f"« {quoi} » est entré de lui-même au dossier malgré : {ecart}",
        attendu="aucun document paru au dossier",
        recu=f"{parus} document(s) paru(s)",
        ou=_DOSSIERS,
    )
