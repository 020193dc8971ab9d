"""Les dates d'un jeton : entre elles, puis à l'instant du contrôle s'il est donné."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from reports.constat import Constat
from steps.verifications.cda.jugement import juger
from steps.verifications.jwt.lecture import Jeton, Nature
from steps.verifications.jwt.regles import AUTHENTIFICATION, DUREE, VALIDITE
from steps.verifications.jwt.revendications import est_date
from steps.verifications.registre import verification

DERIVE = timedelta(seconds=60)
"""Écart d'horloge admis : choix du banc (RFC 7519 admet « quelques minutes »)."""
_OU = "contenu"


def dates_de(jeton: Jeton) -> dict[str, float]:
    """Les dates lisibles du jeton, en secondes depuis 1970."""
    noms = ("exp", "nbf", "iat", "auth_time")
    # Keycloak écrit nbf ou auth_time à 0 quand ils ne disent rien, et exp à 0 dans un rafraîchissement sans fin.
    muets = ("nbf", "auth_time", "exp") if jeton.nature is Nature.RAFRAICHISSEMENT else ("nbf", "auth_time")
    return {
        nom: float(jeton.contenu[nom])
        for nom in noms
        if est_date(jeton.contenu.get(nom)) and not (nom in muets and jeton.contenu[nom] == 0)
    }


@verification(DUREE, AUTHENTIFICATION)
def bornes(jeton: Jeton) -> list[Constat]:
    """exp après iat et nbf ; auth_time avant iat."""
    dates = dates_de(jeton)
    constats = []
    if "exp" in dates and ("iat" in dates or "nbf" in dates):
        faux = [nom for nom in ("iat", "nbf") if nom in dates and dates[nom] >= dates["exp"]]
        constats.append(
            juger(
                DUREE, not faux, f"Le jeton expire avant {' et '.join(faux)}.", attendu="iat et nbf avant exp",
                recu=lisibles(dates), ou=f"{_OU}, exp",
            )
        )  # fmt: skip
    if "auth_time" in dates and "iat" in dates:
        constats.append(
            juger(
                AUTHENTIFICATION, dates["auth_time"] <= dates["iat"] + DERIVE.total_seconds(),
                "L'authentification est postérieure au jeton.", attendu="auth_time avant iat", recu=lisibles(dates),
                ou=f"{_OU}, auth_time",
            )
        )  # fmt: skip
    return constats


@verification(VALIDITE)
def validite(jeton: Jeton, instant: datetime | None) -> list[Constat]:
    """Ni expiré, ni pas encore valable, ni émis dans le futur."""
    dates = dates_de(jeton)
    if instant is None or not dates:
        return []
    moment = (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).timestamp()
    derive = DERIVE.total_seconds()
    hors = ["expiré"] if "exp" in dates and moment - derive >= dates["exp"] else []
    hors += ["pas encore valable (nbf)"] if "nbf" in dates and moment + derive < dates["nbf"] else []
    hors += ["émis dans le futur (iat)"] if "iat" in dates and moment + derive < dates["iat"] else []
    return [
        juger(
            VALIDITE, not hors, f"Le jeton n'est pas valide à l'instant du contrôle : {', '.join(hors)}.",
            attendu=f"valide le {_lisible(moment)} (écart admis {derive:.0f} s)", recu=lisibles(dates), ou=_OU,
        )
    ]  # fmt: skip


def lisibles(dates: dict[str, float]) -> str:
    """Les dates, en temps universel."""
    return ", ".join(f"{nom} {_lisible(valeur)}" for nom, valeur in dates.items())


def _lisible(secondes: float) -> str:
    try:
        return f"{datetime.fromtimestamp(secondes, UTC):%Y-%m-%dT%H:%M:%SZ}"
    except (OverflowError, ValueError, OSError):
        return f"{secondes:.0f} s"
