"""Règles de la synchronisation des comptes avec le référentiel local de la structure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from reports.constat import Confiance, Constat, Regle
from steps.verifications.acces.contexte import REM, Compte, ecarts, en_phrase, en_texte, lister
from steps.verifications.cda.jugement import juger
from steps.verifications.registre import verification

_SOURCE = REM.format("SSI/IAM.83")

R_IDENTITE = Regle(
    "ACC-SYN-01", "Après la synchronisation, l'identité affichée est celle du référentiel local", _SOURCE,
    Confiance.OFFICIELLE, "Reprenez à chaque synchronisation identifiant, nom, prénom et adresse du référentiel.",
)  # fmt: skip
R_PERMISSIONS = Regle(
    "ACC-SYN-02", "Après la synchronisation, les permissions affichées sont celles du référentiel local", _SOURCE,
    Confiance.OFFICIELLE, "Reprenez toutes les permissions du référentiel, et retirez celles qu'il ne donne plus.",
)  # fmt: skip


@verification(R_IDENTITE)
def identite_synchronisee(compte: Compte | None, avant: Compte | None, source: Mapping[str, Any], ou: str) -> Constat:
    """Chaque attribut changé à la source se lit dans le logiciel ; il fallait qu'il ne s'y lise pas avant."""
    if not ecarts(avant, source):
        return R_IDENTITE.sans_objet(f"{ou} : le compte portait déjà ces valeurs avant la synchronisation")
    differences = ecarts(compte, source)
    attendu, recu = lister(differences)
    return juger(
        R_IDENTITE, not differences, f"{ou} : l'identité affichée n'est pas celle du référentiel",
        attendu=attendu or en_phrase(source), recu=recu or en_phrase(source), ou=ou,
    )  # fmt: skip


@verification(R_PERMISSIONS)
def permissions_synchronisees(compte: Compte | None, avant: Compte | None, source: Iterable[str], ou: str) -> Constat:
    """Ni plus ni moins que celles de la source ; il fallait qu'elles soient autres avant."""
    voulues = {"permissions": sorted(source)}
    if not ecarts(avant, voulues):
        return R_PERMISSIONS.sans_objet(f"{ou} : le compte avait déjà ces permissions avant la synchronisation")
    differences = ecarts(compte, voulues)
    recu = en_texte((compte or {}).get("permissions"))
    return juger(
        R_PERMISSIONS, not differences, f"{ou} : les permissions affichées ne sont pas celles du référentiel",
        attendu=en_texte(voulues["permissions"]), recu=recu, ou=ou,
    )  # fmt: skip


@verification(R_IDENTITE, R_PERMISSIONS)
def toujours_synchronise(
    compte: Compte | None, identite: Mapping[str, Any], permissions: Iterable[str], ou: str
) -> list[Constat]:
    """Un compte que la source n'a pas changé depuis garde ce qu'elle en dit : celle d'un autre se verrait."""
    constats = []
    for regle, voulus in ((R_IDENTITE, identite), (R_PERMISSIONS, {"permissions": sorted(permissions)})):
        if not voulus:
            continue
        differences = ecarts(compte, voulus)
        attendu, recu = lister(differences)
        constats.append(
            juger(
                regle,
                not differences,
                f"{ou} : une synchronisation qui ne le concernait pas l'a changé",
                attendu=attendu or en_phrase(voulus),
                recu=recu or en_phrase(voulus),
                ou=ou,
            )
        )
    return constats
