"""Ce qu'une homologation du CNDA couvre : contrôles préalables de la machine, pièce à apporter par l'éditeur."""

from __future__ import annotations

from collections.abc import Sequence

from reports.constat import Confiance, Constat, Regle
from simulators.socle.echange import Echange
from steps.verifications.insi.appels import Mode, lire_appel
from steps.verifications.registre import verification

R_HOMOLOGATION = Regle(
    "CNDA-PIECE-01",
    "L'autorisation du CNDA est la preuve officielle",
    "REM BIO, preuves des exigences d'homologation (travaux de concertation 2023)",
    Confiance.OFFICIELLE,
    "Joignez l'autorisation délivrée par le CNDA pour cette version du logiciel.",
)
R_DEUX_MODES = Regle(
    "INSI-MODES-01",
    "INSi est appelé par certificat logiciel d'organisation et par carte de professionnel",
    "REM BIO, INS/va1.58 (travaux de concertation 2023)",
    Confiance.OFFICIELLE,
    "Offrez les deux modes : TLS mutuel avec le certificat INSI-MANU ou INSI-AUTO, assertion signée par la carte.",
)


R_MODE = Regle(
    "INSI-MODES-02",
    "INSi est appelé avec le moyen d'authentification demandé",
    "REM LGC, exigences INS/va1.14 et INS/va1.37 (travaux de concertation 2023)",
    Confiance.OFFICIELLE,
    "Offrez le choix : certificat logiciel d'organisation de l'IGC-Santé, ou carte du professionnel.",
)


@verification(R_MODE)
def mode_observe(echanges: Sequence[Echange], mode: Mode) -> Constat:
    """Chaque appel de l'action a été fait avec ce moyen, et un au moins l'a été."""
    if not echanges:
        return R_MODE.sans_objet("aucun échange avec INSi observé")
    vus = {echange.numero: lire_appel(echange).mode for echange in echanges}
    autres = sorted({vu.value for vu in vus.values() if vu is not mode})
    if autres:
        return R_MODE.enfreinte(
            "INSi est appelé avec un autre moyen d'authentification que celui qui a été choisi",
            attendu=mode.value,
            recu=", ".join(autres),
            ou="échanges avec INSi",
            echanges=tuple(vus),
        )
    return R_MODE.respectee(recu=f"{len(vus)} appel(s) par {mode.value}", ou="échanges avec INSi", echanges=tuple(vus))


@verification(R_DEUX_MODES)
def modes_observes(echanges: Sequence[Echange]) -> Constat:
    """Au moins un appel par certificat et un appel par carte parmi les échanges."""
    if not echanges:
        return R_DEUX_MODES.sans_objet("aucun échange avec INSi observé")
    modes = {echange.numero: lire_appel(echange).mode for echange in echanges}
    manquants = [mode.value for mode in (Mode.CERTIFICAT, Mode.CARTE) if mode not in modes.values()]
    numeros = tuple(modes)
    if manquants:
        return R_DEUX_MODES.enfreinte(
            f"mode(s) d'authentification jamais vus : {', '.join(manquants)}",
            attendu="un appel par certificat et un appel par carte",
            recu=", ".join(sorted({mode.value for mode in modes.values()})),
            ou="échanges avec INSi",
            echanges=numeros,
        )
    return R_DEUX_MODES.respectee(ou="échanges avec INSi", echanges=numeros)
