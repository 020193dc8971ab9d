"""Ce qui est propre à Pro Santé Connect : émetteur, niveau, identité, durée de vie."""

from __future__ import annotations

import re

from reports.constat import Constat
from steps.verifications.cda.jugement import juger
from steps.verifications.jwt.horodatages import dates_de
from steps.verifications.jwt.lecture import Jeton, Nature
from steps.verifications.jwt.regles import ACR, DUREE_ACCES, EMETTEUR, IDENTIFIANT, NATIONAL
from steps.verifications.registre import verification

EMETTEURS = (
    "https://auth.bas.psc.esante.gouv.fr/auth/realms/esante-wallet",
    "https://auth.esw.esante.gouv.fr/auth/realms/esante-wallet",
)
"""Bac à sable, production."""
NIVEAU = "eidas1"
_VIE_ACCES = 120.0
_PERIME = re.compile(r"https://[\w.-]*bas\.esw\.esante\.gouv\.fr/")
_SUB = re.compile(r"f:[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}:\S+")
_NATIONAL = re.compile(r"8\d{11}|0[0-9A-Z]{9}|ANS\d{14}|[1-6]?\d{8,15}/[\w.-]+")
_OU = "contenu"


def est_psc(jeton: Jeton) -> bool:
    """Vrai si l'émetteur est de Pro Santé Connect, ou veut y ressembler."""
    iss = str(jeton.contenu.get("iss", "")).lower()
    return "esante-wallet" in iss or "psc.esante.gouv.fr" in iss or "esw.esante.gouv.fr" in iss


@verification(EMETTEUR)
def emetteur(jeton: Jeton) -> list[Constat]:
    """L'émetteur est l'un des deux, à l'octet près ; un autre émetteur n'est pas jugé comme Pro Santé Connect."""
    iss = jeton.contenu.get("iss")
    recu = str(iss)[:200] if iss is not None else "absent"
    if iss in EMETTEURS:
        return [EMETTEUR.respectee(recu=recu, ou=f"{_OU}, iss")]
    if not est_psc(jeton):
        return [
            EMETTEUR.a_regarder(
                "L'émetteur n'est pas Pro Santé Connect : ses règles propres ne sont pas jouées.", recu=recu,
                ou=f"{_OU}, iss",
            )
        ]  # fmt: skip
    if _PERIME.match(recu):
        return [
            EMETTEUR.a_regarder("Ancien nom du bac à sable, périmé dans la documentation.", recu=recu, ou=f"{_OU}, iss")
        ]
    return [
        EMETTEUR.enfreinte(
            "L'émetteur ressemble à Pro Santé Connect sans l'être.", attendu=" ou ".join(EMETTEURS), recu=recu,
            ou=f"{_OU}, iss",
        )
    ]  # fmt: skip


@verification(ACR, IDENTIFIANT, NATIONAL, DUREE_ACCES)
def identite(jeton: Jeton) -> list[Constat]:
    """Niveau, identité du professionnel, durée de vie d'un jeton d'accès."""
    if not est_psc(jeton) or jeton.nature is Nature.RAFRAICHISSEMENT:
        return []
    contenu, acr = jeton.contenu, jeton.contenu.get("acr")
    constats = []
    if jeton.nature is Nature.ID or acr is not None:
        constats.append(
            juger(
                ACR, acr == NIVEAU, "Le niveau d'authentification n'est pas celui attendu.", attendu=NIVEAU,
                recu=str(acr)[:60] if acr is not None else "absent", ou=f"{_OU}, acr",
            )
        )  # fmt: skip
    return (
        constats
        + _identifiants(contenu.get("sub"), contenu.get("SubjectNameID"), contenu.get("preferred_username"))
        + _vie(jeton)
    )


def _identifiants(sub: object, national: object, prefere: object) -> list[Constat]:
    constats = []
    if isinstance(sub, str) and sub:
        finit = not isinstance(national, str) or sub.rpartition(":")[2] == national
        constats.append(
            juger(
                IDENTIFIANT, bool(_SUB.fullmatch(sub)) and finit, "sub n'a pas la forme vue chez Pro Santé Connect.",
                attendu="f:<UUID>:<SubjectNameID>", recu=sub[:120], ou=f"{_OU}, sub",
            )
        )  # fmt: skip
    if isinstance(national, str):
        meme = prefere is None or prefere == national
        constats.append(
            juger(
                NATIONAL, bool(_NATIONAL.fullmatch(national)) and meme,
                "SubjectNameID n'est pas un identifiant national connu, ou diffère de preferred_username.",
                attendu="8 + RPPS (12 chiffres), ou une autre forme connue ; preferred_username égal",
                recu=f"{national[:60]} ; preferred_username {str(prefere)[:60]}", ou=f"{_OU}, SubjectNameID",
            )
        )  # fmt: skip
    return constats


def _vie(jeton: Jeton) -> list[Constat]:
    dates = dates_de(jeton)
    if jeton.nature is not Nature.ACCES:
        return []
    if "exp" not in dates or "iat" not in dates:
        return [
            DUREE_ACCES.a_regarder(
                "Sans exp ni iat, rien ne dit combien de temps vit le jeton d'accès.",
                recu=", ".join(dates) or "aucune date", ou=f"{_OU}, exp et iat",
            )
        ]  # fmt: skip
    vie = dates["exp"] - dates["iat"]
    return [
        juger(
            DUREE_ACCES, vie <= _VIE_ACCES, "Le jeton d'accès vit plus de deux minutes.",
            attendu=f"{_VIE_ACCES:.0f} s au plus", recu=f"{vie:.0f} s", ou=f"{_OU}, exp et iat",
        )
    ]  # fmt: skip
