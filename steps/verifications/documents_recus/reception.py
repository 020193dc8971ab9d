"""Listes de réception : documents entrés d'eux-mêmes et à consulter, documents à traiter et leurs trois issues."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.registre import verification

_REM = "REM RIS et DPI, exigence {} (travaux de concertation 2023)"
_ENTRES, _A_TRAITER = "liste des documents entrés d'eux-mêmes", "liste des documents à traiter"


def _regle(code: str, exigence: str, titre: str, a_faire: str) -> Regle:
    return Regle(code, titre, _REM.format(exigence), Confiance.OFFICIELLE, a_faire)


R_LISTE = _regle(
    "RECU-REVOIR-01",
    "MSS/UX.40",
    "Un document entré de lui-même et pas encore consulté est dans la liste de sa période",
    "Montrez tout document intégré automatiquement pendant la période et que nul n'a ouvert.",
)
R_PERIODE = _regle(
    "RECU-REVOIR-02",
    "MSS/UX.40",
    "Un document entré de lui-même hors de la période n'est pas dans la liste",
    "Bornez la liste à la période réglée, sur la date d'intégration.",
)
R_MANUEL = _regle(
    "RECU-REVOIR-03",
    "MSS/UX.40",
    "Un document intégré à la main n'est pas montré comme entré de lui-même",
    "Écartez de la liste, ou distinguez-y, les documents intégrés à la main.",
)
R_CONSULTE = _regle(
    "RECU-REVOIR-04",
    "MSS/UX.40",
    "Un document consulté n'est plus montré comme restant à consulter",
    "Retirez de la liste, ou marquez lu, le document qu'un utilisateur a ouvert.",
)
R_TRAVAIL = _regle(
    "RECU-TRAVAIL-01",
    "MSS/UX.09",
    "Un document reçu et non intégré automatiquement est dans la liste de travail",
    "Versez à la liste tout document reçu qui n'est entré dans aucun dossier.",
)
R_TRAITE = _regle(
    "RECU-TRAVAIL-02",
    "MSS/UX.09",
    "Un document traité n'est plus dans la liste de travail",
    "Retirez de la liste le document intégré, remplacé ou supprimé.",
)
R_ISSUE = _regle(
    "RECU-TRAVAIL-03",
    "MSS/UX.09",
    "La liste de travail permet d'intégrer, de remplacer et de supprimer",
    "Offrez les trois actions sur chaque document de la liste.",
)
R_INTEGRE = _regle(
    "RECU-TRAVAIL-04",
    "MSS/UX.09",
    "Un document intégré depuis la liste est au dossier choisi",
    "Rangez le document au dossier que l'utilisateur choisit.",
)
R_REMPLACE = _regle(
    "RECU-TRAVAIL-05",
    "MSS/UX.09",
    "Un document remplacé laisse sa place à la nouvelle version",
    "Présentez la nouvelle version comme actuelle ; retirez ou marquez l'ancienne.",
)
R_SUPPRIME = _regle(
    "RECU-TRAVAIL-06",
    "MSS/UX.09",
    "Un document supprimé de la liste n'est dans aucun dossier",
    "Supprimez le document sans le ranger.",
)
Ligne = Mapping[str, Any] | None
"""La ligne d'un document dans une liste ; None s'il n'y est pas."""


# ------------------------------------------------------- entrés d'eux-mêmes
@verification(R_LISTE)
def a_revoir(ligne: Ligne, quoi: str) -> Constat:
    """La liste de la période montre ce document, non lu."""
    present = ligne is not None and not ligne.get("lu")
    return _dans(R_LISTE, present, True, quoi, _ENTRES)


@verification(R_PERIODE)
def hors_periode(ligne: Ligne, quoi: str, *, temoin: bool) -> Constat:
    """La liste d'une période passée n'a pas ce document. `temoin` : celle du jour l'a."""
    if not temoin and ligne is None:
        return R_PERIODE.sans_objet(f"« {quoi} » n'est pas non plus dans la liste du jour")
    return _dans(R_PERIODE, ligne is not None, False, quoi, f"{_ENTRES}, période passée")


@verification(R_MANUEL)
def pas_entre_seul(ligne: Ligne, quoi: str, *, temoin: bool) -> Constat:
    """Intégré à la main, il est absent, ou montré comme tel. `temoin` : la liste montre un autre document."""
    if not temoin and ligne is None:
        return R_MANUEL.sans_objet(f"« {quoi} » : la liste ne montre aucun document")
    present = ligne is not None and ligne.get("integration") != "manuelle"
    return _dans(R_MANUEL, present, False, quoi, _ENTRES)


@verification(R_CONSULTE)
def consulte(ligne: Ligne, quoi: str, *, temoin: bool) -> Constat:
    """Ouvert, il n'est plus dans la liste, ou y est marqué lu. `temoin` : il y était avant."""
    if not temoin:
        return R_CONSULTE.sans_objet(f"« {quoi} » n'était pas dans la liste avant d'être ouvert")
    return _dans(R_CONSULTE, ligne is not None and not ligne.get("lu"), False, quoi, _ENTRES)


# ---------------------------------------------------------------- à traiter
@verification(R_TRAVAIL)
def a_traiter(ligne: Ligne, quoi: str) -> Constat:
    """La liste de travail montre ce document."""
    return _dans(R_TRAVAIL, ligne is not None, True, quoi, _A_TRAITER)


@verification(R_TRAITE)
def traite(ligne: Ligne, quoi: str, *, temoin: bool) -> Constat:
    """Traité, il n'est plus dans la liste. `temoin` : il y était avant."""
    if not temoin:
        return R_TRAITE.sans_objet(f"« {quoi} » n'était pas dans la liste avant d'être traité")
    return _dans(R_TRAITE, ligne is not None, False, quoi, _A_TRAITER)


def _dans(regle: Regle, present: bool, voulu: bool, quoi: str, ou: str) -> Constat:
    dit = {True: "dans la liste", False: "hors de la liste"}
    return juger(
        regle,
        present == voulu,
        f"« {quoi} » est {dit[present]}",
        attendu=dit[voulu],
        recu=dit[present],
        ou=ou,
    )


@verification(R_ISSUE)
def issue_offerte(fait: bool, issue: str, quoi: str, dit: str) -> Constat:
    """Le logiciel fait l'action demandée sur ce document."""
    return juger(R_ISSUE, fait, f"« {quoi} » : {issue} n'aboutit pas", attendu=issue, recu=dit, ou=_A_TRAITER)


@verification(R_INTEGRE)
def integre(parus: int, inattendus: Sequence[str], quoi: str, dossier: str) -> Constat:
    """`parus` : documents de son type parus à ce dossier depuis la demande ; `inattendus` : parus ailleurs."""
    return juger(
        R_INTEGRE,
        parus >= 1 and not inattendus,
        f"« {quoi} » n'est pas au seul {dossier}",
        attendu=f"au {dossier}, et à aucun autre",
        recu=f"{parus} au {dossier} ; ailleurs : {', '.join(inattendus) or 'aucun'}",
        ou=dossier,
    )


@verification(R_REMPLACE)
def remplace(actuels: Sequence[str], nouveau: bytes, ancien: bytes, quoi: str) -> Constat:
    """`actuels` : empreintes des documents de son type que le dossier montre comme actuels ; vide : non donnée."""
    empreintes = {"nouvelle": hashlib.sha256(nouveau).hexdigest(), "ancienne": hashlib.sha256(ancien).hexdigest()}
    montres = sorted(nom for nom, empreinte in empreintes.items() if empreinte in actuels)
    if "ancienne" not in montres and "" in actuels:
        return R_REMPLACE.a_regarder(
            f"« {quoi} » : le logiciel ne dit pas quel CDA il garde ; ouvrez le document actuel", ou="dossier"
        )
    return juger(
        R_REMPLACE,
        montres == ["nouvelle"],
        f"« {quoi} » n'a pas pris la place de la version précédente",
        attendu="la nouvelle version, seule actuelle",
        recu=f"actuelles : {', '.join(montres) or 'aucune des deux'}",
        ou="dossier du patient",
    )


@verification(R_SUPPRIME)
def supprime(parus: Sequence[str], quoi: str) -> Constat:
    """`parus` : dossiers où un document de son type a paru depuis la demande."""
    return juger(
        R_SUPPRIME,
        not parus,
        f"« {quoi} », supprimé, est entré dans un dossier",
        attendu="dans aucun dossier",
        recu=", ".join(parus) or "dans aucun dossier",
        ou="dossiers des patients",
    )
