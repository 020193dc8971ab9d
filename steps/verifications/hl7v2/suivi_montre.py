"""Vérifications de ce que le logiciel montre d'un document transmis : sa transmission, les accusés de la plateforme."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.constat import Constat
from steps.verifications.cda.jugement import juger
from steps.verifications.hl7v2 import regles_echanges as r
from steps.verifications.registre import verification


@dataclass(frozen=True, slots=True)
class RetourMontre:
    """Ce que le logiciel montre d'un document transmis. `resultat` : succes, echec ou attente.

    `destinataire` : l'adresse MSSanté de l'accusé, si le logiciel la montre.
    """

    operation: str
    resultat: str
    destinataire: str = ""


@verification(r.SUIVI)
def transmission_montree(retours: Sequence[RetourMontre], quoi: str, *, acceptee: bool, temoin: bool) -> Constat:
    """`acceptee` : la plateforme a rendu AA ; `temoin` : un document accepté du même scénario est montré transmis."""
    montres = [retour.resultat for retour in retours if retour.operation == "transmission"]
    vu = ", ".join(montres) or "rien"
    if acceptee:
        if "succes" in montres:
            return r.SUIVI.respectee(recu=vu, ou=quoi)
        return r.SUIVI.a_regarder(f"{quoi} : accepté par la plateforme, le logiciel ne le montre pas.", recu=vu)
    if not temoin:
        return r.SUIVI.a_regarder(f"{quoi} : le logiciel ne montre pas non plus un document accepté.", recu=vu, ou=quoi)
    return juger(
        r.SUIVI,
        "succes" not in montres,
        f"{quoi} : montré transmis, alors que la plateforme ne l'a pas accepté.",
        attendu="échec ou attente",
        recu=vu,
        ou=quoi,
    )


@verification(r.METIER)
def accuses_montres(
    retours: Sequence[RetourMontre], quoi: str, attendus: Sequence[tuple[str, bool, str]]
) -> list[Constat]:
    """`attendus` : opération (dmp, mssante), réussite, adresse MSSanté ; vide : aucun accusé rendu."""
    if not attendus:
        metiers = sorted(f"{retour.operation} {retour.resultat}" for retour in retours if _tranche(retour))
        return [
            juger(
                r.METIER,
                not metiers,
                f"{quoi} : un accusé est montré, aucun n'a été rendu pour ce document.",
                attendu="aucun accusé",
                recu=", ".join(metiers) or "aucun",
                ou=quoi,
            )
        ]
    return [
        _une_operation(
            [retour for retour in retours if retour.operation == operation],
            quoi,
            operation,
            [(reussi, adresse) for autre, reussi, adresse in attendus if autre == operation],
        )
        for operation in dict.fromkeys(operation for operation, _, _ in attendus)
    ]


def _tranche(retour: RetourMontre) -> bool:
    return retour.operation != "transmission" and retour.resultat in ("succes", "echec")


def _une_operation(
    montres: Sequence[RetourMontre], quoi: str, operation: str, rendus: Sequence[tuple[bool, str]]
) -> Constat:
    """Chaque accusé rendu est montré, à son destinataire quand le logiciel le dit ; un de moins se regarde."""
    tranches = [montre for montre in montres if _tranche(montre)]
    nommes = all("@" in montre.destinataire for montre in tranches) and all(adresse for _, adresse in rendus)
    if nommes:
        etrangers = [m for m in tranches if not any(_a(m, adresse) for _, adresse in rendus)]
        faux = bool(etrangers) or any(
            montre.resultat != _issue(reussi)
            for reussi, adresse in rendus
            for montre in tranches
            if _a(montre, adresse)
        )
        absents = any(not any(_a(montre, adresse) for montre in tranches) for _, adresse in rendus)
    else:
        dites, voulues = {montre.resultat for montre in tranches}, {_issue(reussi) for reussi, _ in rendus}
        absents = len(tranches) < len(rendus)
        faux = bool(dites - voulues) or (bool(voulues - dites) and not absents)
    attendu = ", ".join(f"{_issue(reussi)} {adresse}".strip() for reussi, adresse in rendus)
    recu = ", ".join(f"{m.resultat} {m.destinataire}".strip() for m in montres) or "rien de montré"
    if absents and not faux:
        return r.METIER.a_regarder(
            f"{quoi} : un accusé {operation} rendu n'est pas montré ; dire s'il l'est ailleurs.", recu=recu, ou=quoi
        )
    return juger(
        r.METIER,
        not faux,
        f"{quoi} : l'accusé montré n'est pas celui rendu.",
        attendu=f"{operation} : {attendu}",
        recu=f"{operation} : {recu}",
        ou=quoi,
    )


def _issue(reussi: bool) -> str:
    return "succes" if reussi else "echec"


def _a(montre: RetourMontre, adresse: str) -> bool:
    """L'accusé montré est celui de ce destinataire."""
    return adresse.casefold() in montre.destinataire.casefold()
