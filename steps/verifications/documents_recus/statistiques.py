"""Statistiques d'intégration des documents reçus par MSSanté : comptes par type et par issue, sur une période."""

from __future__ import annotations

from collections.abc import Mapping

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.registre import verification

_REM = "REM RIS et DPI, exigence MSS/UX.16 (travaux de concertation 2023)"
_OU = "statistiques d'intégration"
AUTOMATIQUES, MANUELS, NON_INTEGRES = "automatiques", "manuels", "non_integres"


def _regle(rang: str, titre: str, a_faire: str) -> Regle:
    return Regle(f"RECU-STAT-{rang}", titre, _REM, Confiance.OFFICIELLE, a_faire)


R_AUTOMATIQUES = _regle(
    "01",
    "Les statistiques comptent, par type, les documents intégrés automatiquement",
    "Comptez par typeCode les documents entrés d'eux-mêmes pendant la période.",
)
R_MANUELS = _regle(
    "02",
    "Les statistiques comptent, par type, les documents intégrés à la main",
    "Comptez par typeCode, à part, les documents qu'un utilisateur a intégrés pendant la période.",
)
R_RESTES = _regle(
    "03",
    "Les statistiques comptent, par type, les documents non intégrés à la fin de la période",
    "Comptez par typeCode les documents encore en liste de travail à la date de fin.",
)
R_PERIODE = _regle(
    "04",
    "Les statistiques suivent la période demandée",
    "Bornez les trois comptes à la période que l'utilisateur règle.",
)
_REGLES = {AUTOMATIQUES: R_AUTOMATIQUES, MANUELS: R_MANUELS, NON_INTEGRES: R_RESTES}

Comptes = Mapping[str, Mapping[str, int]]
"""Type de document → nombre par issue."""


@verification(R_AUTOMATIQUES, R_MANUELS, R_RESTES)
def comptes_justes(avant: Comptes, apres: Comptes, attendus: Comptes) -> list[Constat]:
    """Ce que le scénario ajoute à chaque compte. `attendus` : ce que le banc a envoyé et fait traiter."""
    return [_compte(issue, avant, apres, attendus) for issue in _REGLES]


def _compte(issue: str, avant: Comptes, apres: Comptes, attendus: Comptes) -> Constat:
    types = sorted(attendus)
    voulus = {type_: attendus[type_].get(issue, 0) for type_ in types}
    lus = {type_: _lire(apres, type_, issue) - _lire(avant, type_, issue) for type_ in types}
    return juger(
        _REGLES[issue],
        lus == voulus,
        f"le compte des documents {issue.replace('_', ' ')} n'est pas celui du scénario",
        attendu=_dire(voulus),
        recu=_dire(lus),
        ou=_OU,
    )


@verification(R_PERIODE)
def periode_suivie(avant: Comptes, apres: Comptes, *, temoin: bool) -> Constat:
    """Sur une période passée, les comptes restent ceux d'avant le scénario. `temoin` : ceux du jour ont changé."""
    if not temoin:
        return R_PERIODE.sans_objet("les comptes du jour n'ont pas changé : ceux d'une autre période ne prouvent rien")
    changes = sorted(
        type_
        for type_ in {*avant, *apres}
        for issue in _REGLES
        if _lire(avant, type_, issue) != _lire(apres, type_, issue)
    )
    return juger(
        R_PERIODE,
        not changes,
        "les documents du jour sont comptés dans une période passée",
        attendu="les comptes d'avant le scénario",
        recu=f"types dont un compte a changé : {', '.join(dict.fromkeys(changes)) or 'aucun'}",
        ou=f"{_OU}, période passée",
    )


def _lire(comptes: Comptes, type_: str, issue: str) -> int:
    return comptes.get(type_, {}).get(issue, 0)


def _dire(comptes: Mapping[str, int]) -> str:
    return ", ".join(f"{type_} : {nombre}" for type_, nombre in comptes.items())
