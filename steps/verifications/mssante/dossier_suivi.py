"""Ce que la liste des envois doit montrer : reçu quand l'accusé est revenu, et seulement alors ; lu de même."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.mssante.dossier_interdits import identifiant
from steps.verifications.mssante.dossier_lecture import CourrielVu
from steps.verifications.registre import verification
from steps.verifications.sources import REM_BIO

_LISTE = "liste des envois"

R_RECU = Regle(
    "MSS-SUIVI-01", "Un accusé de réception revenu se voit sur le message qu'il concerne",
    REM_BIO.format("MSS/va1.14 et MSS/va1.36"), Confiance.OFFICIELLE,
    "Relevez les accusés (DSN, MDN), rattachez-les par le Message-ID d'origine et montrez la réception.",
)  # fmt: skip
R_SANS_ACCUSE = Regle(
    "MSS-SUIVI-02", "Un message dont aucun accusé n'est revenu n'est pas montré reçu",
    REM_BIO.format("MSS/va1.14"), Confiance.OFFICIELLE,
    "Ne montrez la réception que du message que l'accusé désigne.",
)  # fmt: skip
R_LISTE = Regle(
    "MSS-SUIVI-03", "Les courriels envoyés se retrouvent dans la liste des envois",
    REM_BIO.format("MSS/va1.14"), Confiance.OFFICIELLE, "Montrez dans la liste chaque courriel envoyé.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AccuseAttendu:
    """Ce que la liste doit dire d'un courriel. `lu` None : non jugé."""

    vu: CourrielVu
    quoi: str
    recu: bool
    lu: bool | None = None
    envoi_id: str = ""


@verification(R_RECU, R_SANS_ACCUSE, R_LISTE)
def accuses_montres(envois: Sequence[Mapping[str, Any]], attendus: Sequence[AccuseAttendu]) -> list[Constat]:
    """Chaque courriel se trouve dans la liste, reçu et lu si et seulement si un accusé l'a dit."""
    constats = []
    for attendu in attendus:
        montre = trouver(envois, attendu.vu, attendu.envoi_id)
        if montre is None:
            constats.append(
                R_LISTE.enfreinte(
                    f"{attendu.quoi} n'est pas dans la liste des envois", attendu=attendu.vu.message_id or attendu.quoi,
                    recu=", ".join(str(e.get("message_id") or e.get("envoi_id")) for e in envois) or "liste vide",
                    ou=_LISTE, echanges=(attendu.vu.numero,),
                )
            )  # fmt: skip
            continue
        constats += [_champ(attendu, montre, "recu", attendu.recu), *_lu(attendu, montre)]
    return constats


def _lu(attendu: AccuseAttendu, montre: Mapping[str, Any]) -> list[Constat]:
    return [] if attendu.lu is None else [_champ(attendu, montre, "lu", attendu.lu)]


def _champ(attendu: AccuseAttendu, montre: Mapping[str, Any], champ: str, voulu: bool) -> Constat:
    regle = R_RECU if voulu else R_SANS_ACCUSE
    accuse = {"recu": "de réception", "lu": "de lecture"}[champ]
    dit = {True: f"accusé {accuse} montré", False: f"aucun accusé {accuse} montré"}
    tort = "ne se voit pas" if voulu else "est montré alors que rien ne l'a dit"
    message = f"{attendu.quoi} : l'accusé {accuse} {tort}"
    return juger(
        regle, (montre.get(champ) is True) is voulu, message, attendu=dit[voulu],
        recu=dit[montre.get(champ) is True], ou=_LISTE, echanges=(attendu.vu.numero,),
    )  # fmt: skip


def trouver(envois: Sequence[Mapping[str, Any]], vu: CourrielVu, envoi_id: str = "") -> Mapping[str, Any] | None:
    """La ligne de la liste qui montre ce courriel : par Message-ID, sinon par l'identifiant que le logiciel a rendu."""
    cherche = identifiant(vu.message_id)
    par_message = [e for e in envois if cherche and identifiant(e.get("message_id")) == cherche]
    par_numero = [e for e in envois if envoi_id and str(e.get("envoi_id")) == envoi_id]
    return next(iter((*par_message, *par_numero)), None)
