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
