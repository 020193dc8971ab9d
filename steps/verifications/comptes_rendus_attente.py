"""Comptes rendus pas encore validés : le statut montré, la revue d'une période, la notification de ceux qui tardent."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.registre import verification

_REM = "REM RIS, exigence RIS.CRI/{} (travaux de concertation 2023)"
_DOSSIER, _REVUE, _ALERTES = "dossier du patient", "revue des comptes rendus", "alertes montrées à l'utilisateur"

R_PROVISOIRE = Regle(
    "CRI-ATTENTE-01", "Un compte rendu enregistré au statut provisoire est montré provisoire",
    _REM.format("va1.04"), Confiance.OFFICIELLE,
    "Gardez le statut provisoire du compte rendu et montrez-le quand le dossier se rouvre, sans valider d'office.",
)  # fmt: skip
R_VALIDE = Regle(
    "CRI-ATTENTE-02", "Un compte rendu validé est montré validé", _REM.format("va1.04"), Confiance.OFFICIELLE,
    "Ôtez le statut provisoire dès la validation, et ne le donnez pas à un compte rendu qui ne l'a pas demandé.",
)  # fmt: skip
R_RETENU = Regle(
    "CRI-ATTENTE-03", "Un compte rendu provisoire ne part ni au DMP, ni par MSSanté",
    f"{_REM.format('va1.04')} : le statut y précède la validation, qui déclenche les envois", Confiance.DEDUITE,
    "Attendez la validation pour transmettre un compte rendu provisoire.",
)  # fmt: skip
R_REVUE = Regle(
    "CRI-ATTENTE-04", "La revue montre les comptes rendus provisoires et les non validés de la période",
    _REM.format("va1.05"), Confiance.OFFICIELLE,
    "Listez tout compte rendu provisoire ou rédigé et non validé dont la date est dans la période choisie.",
)  # fmt: skip
R_REVUE_SEULS = Regle(
    "CRI-ATTENTE-05", "La revue ne montre ni compte rendu validé, ni compte rendu hors de la période",
    _REM.format("va1.05"), Confiance.OFFICIELLE,
    "Écartez de la revue les comptes rendus validés, et ceux dont la date n'est pas dans la période choisie.",
)  # fmt: skip
R_NOTIFIE = Regle(
    "CRI-ATTENTE-06", "Un compte rendu resté provisoire ou non validé au-delà du délai réglé est notifié",
    _REM.format("va1.06"), Confiance.OFFICIELLE,
    "Notifiez l'utilisateur dès que le délai réglé est dépassé, pour un provisoire comme pour un non validé.",
)  # fmt: skip
R_PAS_NOTIFIE = Regle(
    "CRI-ATTENTE-07", "Un compte rendu encore dans le délai, ou validé, n'est pas notifié comme étant en retard",
    _REM.format("va1.06"), Confiance.OFFICIELLE,
    "Ne notifiez que ce qui dépasse le délai réglé et attend encore d'être validé.",
)  # fmt: skip

_ETATS = {"provisoire": "provisoire", "non_valide": "non validé", "valide": "validé"}


@verification(R_PROVISOIRE, R_VALIDE)
def statut_montre(etat: Any, voulu: str, quoi: str) -> Constat:
    """Le statut relu au dossier (`etat_validation`) est celui de l'utilisateur ; non relevé, il est à regarder."""
    regle = R_PROVISOIRE if voulu == "provisoire" else R_VALIDE
    if etat not in _ETATS:
        return regle.a_regarder(
            f"{quoi} : le statut montré n'a pas été relevé ; rouvrez le dossier et lisez-le ({_ETATS[voulu]} attendu)",
            recu=repr(etat),
            ou=_DOSSIER,
        )
    return juger(
        regle, etat == voulu, f"{quoi} : le statut montré n'est pas celui du compte rendu",
        attendu=_ETATS[voulu], recu=_ETATS[etat], ou=_DOSSIER,
    )  # fmt: skip


@verification(R_RETENU)
def provisoire_retenu(partis: Mapping[int, str], temoins: Collection[int], quoi: str) -> Constat:
    """`partis` : numéro d'échange → où il est parti ; `temoins` : envois d'un compte rendu validé plus tard."""
    if not temoins:
        return R_RETENU.sans_objet(f"{quoi} : aucun envoi permis n'a été observé ensuite, l'absence ne prouve rien")
    return juger(
        R_RETENU, not partis, f"{quoi} : transmis avant d'être validé", attendu="aucun envoi",
        recu=" ; ".join(partis.values()) or f"aucun, et {len(temoins)} envoi(s) du validé", ou="DMP et MSSanté",
        echanges=tuple(partis or sorted(temoins)),
    )  # fmt: skip


Lignes = Sequence[Mapping[str, Any]] | None


@verification(R_REVUE)
def revue_complete(lignes: Lignes, attendus: Mapping[str, str], periode: str) -> Constat:
    """Chaque compte rendu en attente y est, à son statut. `attendus` : document_id → `provisoire` ou `non_valide`."""
    if lignes is None:
        return _sans_revue(R_REVUE, periode)
    montres = {str(ligne.get("document_id")): ligne.get("statut") for ligne in lignes}
    oublies = [f"{cle} ({_ETATS[etat]})" for cle, etat in attendus.items() if cle not in montres]
    # Une liste peut ne pas distinguer les deux statuts : l'exigence veut qu'on les y trouve.
    muets = [cle for cle in attendus if montres.get(cle) not in (None, *_ETATS)]
    constat = juger(
        R_REVUE, not oublies, f"{periode} : la revue oublie {', '.join(oublies)}",
        attendu=" ; ".join(f"{cle} ({_ETATS[etat]})" for cle, etat in attendus.items()),
        recu=_dire(lignes), ou=_REVUE,
    )  # fmt: skip
    if not oublies and muets:
        return R_REVUE.a_regarder(f"{periode} : dire quel statut montre la revue pour {', '.join(muets)}", ou=_REVUE)
    return constat


@verification(R_REVUE_SEULS)
def revue_exacte(lignes: Lignes, exclus: Mapping[str, str], temoins: Collection[str], periode: str) -> Constat:
    """Aucun des `exclus` (document_id → pourquoi) n'y est ; `temoins` : ceux que la fonction a su montrer."""
    if lignes is None:
        return _sans_revue(R_REVUE_SEULS, periode)
    if not temoins:
        return R_REVUE_SEULS.sans_objet(f"{periode} : la revue n'a rien montré, l'absence ne prouve rien")
    montres = {str(ligne.get("document_id")) for ligne in lignes}
    intrus = [f"{cle} ({pourquoi})" for cle, pourquoi in exclus.items() if cle in montres]
    return juger(
        R_REVUE_SEULS, not intrus, f"{periode} : la revue montre {', '.join(intrus)}",
        attendu="ni validé, ni hors période", recu=_dire(lignes), ou=_REVUE,
    )  # fmt: skip


@verification(R_REVUE)
def periode_suivie(lignes: Lignes, voulus: Mapping[str, str], periode: str) -> Constat:
    """Une période passée, où tombe l'acte des `voulus` (document_id → statut), rédigés aujourd'hui.

    Le REM ne dit pas quelle date la période vise : une liste sans eux peut suivre la date de rédaction.
    """
    if lignes is None:
        return _sans_revue(R_REVUE, periode)
    montres = {str(ligne.get("document_id")) for ligne in lignes}
    if voulus.keys() <= montres:
        return R_REVUE.respectee(recu=_dire(lignes), ou=_REVUE)
    if voulus.keys() & montres:
        oublies = ", ".join(sorted(voulus.keys() - montres))
        return R_REVUE.enfreinte(
            f"{periode} : la revue oublie {oublies}", attendu=", ".join(voulus), recu=_dire(lignes), ou=_REVUE
        )
    return R_REVUE.a_regarder(
        f"{periode} : aucun compte rendu dont l'acte y tombe ; montrez que la période suit une autre date, et laquelle",
        recu=_dire(lignes),
        ou=_REVUE,
    )


Alertes = Sequence[Mapping[str, Any]] | None


@verification(R_NOTIFIE)
def retard_notifie(alertes: Alertes, document_id: str, quoi: str) -> Constat:
    """Une alerte mène au compte rendu en retard ; des alertes qui ne disent pas où elles mènent sont à regarder."""
    if alertes is None:
        return R_NOTIFIE.a_regarder(f"{quoi} : les alertes n'ont pas été relevées", ou=_ALERTES)
    if not _vise(alertes, document_id) and any(not alerte.get("document_id") for alerte in alertes):
        return R_NOTIFIE.a_regarder(
            f"{quoi} : des alertes ne disent pas quel document elles visent ; dire si l'une vise celui-ci",
            recu=_textes(alertes),
            ou=_ALERTES,
        )
    return juger(
        R_NOTIFIE, _vise(alertes, document_id), f"{quoi} : aucune notification, le délai réglé étant dépassé",
        attendu=f"une alerte pour {document_id}", recu=_textes(alertes), ou=_ALERTES,
    )  # fmt: skip


@verification(R_PAS_NOTIFIE)
def rien_a_notifier(alertes: Alertes, document_id: str, notifies: Collection[str], quoi: str) -> Constat:
    """Aucune alerte ne vise ce compte rendu. `notifies` : les retards notifiés, qui prouvent que la fonction est là."""
    if alertes is None:
        return R_PAS_NOTIFIE.a_regarder(f"{quoi} : les alertes n'ont pas été relevées", ou=_ALERTES)
    vise = _vise(alertes, document_id)
    if not vise and not notifies:
        return R_PAS_NOTIFIE.sans_objet(f"{quoi} : rien n'est jamais notifié, l'absence ne prouve rien")
    return juger(
        R_PAS_NOTIFIE, not vise, f"{quoi} : notifié à tort", attendu="aucune alerte pour lui",
        recu=_textes(alertes) or "aucune alerte", ou=_ALERTES,
    )  # fmt: skip


def _vise(alertes: Sequence[Mapping[str, Any]], document_id: str) -> bool:
    return any(alerte.get("document_id") == document_id for alerte in alertes)


def _textes(alertes: Sequence[Mapping[str, Any]]) -> str:
    return " ; ".join(f"{a.get('document_id') or 'document non dit'} : {a.get('texte')}" for a in alertes)


def _sans_revue(regle: Regle, periode: str) -> Constat:
    return regle.enfreinte(
        f"{periode} : le logiciel n'a pas rendu de liste", attendu="une liste, vide ou non", recu="rien", ou=_REVUE
    )


def _dire(lignes: Sequence[Mapping[str, Any]]) -> str:
    return " ; ".join(f"{ligne.get('document_id')} ({ligne.get('statut')})" for ligne in lignes) or "liste vide"
