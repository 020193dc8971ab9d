"""L'ordre des dates d'un document : né avant d'être documenté, créé avant d'être contrôlé."""

from __future__ import annotations

from datetime import datetime, timedelta

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.dates import a_un_decalage, apres, instant_de, lire_chiffres, ts_valide
from steps.verifications.cda.jugement import juger
from steps.verifications.cda.modele import EnTeteCda
from steps.verifications.registre import verification

NAISSANCE = Regle(
    "CDA-PAT-08", "Le patient est né avant que le document ne soit créé",
    "Rapprochement du banc : birthTime, effectiveTime",
    Confiance.DEDUITE, "Vérifier la date de naissance du patient et la date de création du document.",
)  # fmt: skip
A_VENIR = Regle(
    "CDA-ENT-25", "Le document n'est pas daté de l'avenir", "Rapprochement du banc : effectiveTime, heure du contrôle",
    Confiance.DEDUITE, "Vérifier l'horloge de ce qui produit le document, et celle de ce poste.",
)  # fmt: skip
_TOLERANCE = timedelta(hours=1)
_SANS_DECALAGE = timedelta(hours=15)
"""Sans décalage écrit, l'heure peut être celle de n'importe quel fuseau."""


@verification(NAISSANCE)
def naissance(cda: EnTeteCda, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """La naissance ne suit pas la création du document ; une date illisible relève d'une autre règle."""
    ne, cree = cda.patient.naissance, cda.date_creation
    if not (ts_valide(ne) and ts_valide(cree)):
        return []
    return [
        juger(
            NAISSANCE, not apres(ne, cree), "Le patient est né après la création du document.",
            attendu="birthTime au plus tard à effectiveTime", recu=f"birthTime {ne}, effectiveTime {cree}",
            ou="ClinicalDocument/recordTarget/patientRole/patient/birthTime", echanges=echanges,
        )
    ]  # fmt: skip


@verification(A_VENIR)
def a_venir(cda: EnTeteCda, maintenant: datetime, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """Le document n'est pas créé après l'heure du contrôle, à une heure près (quinze si le décalage manque)."""
    cree = cda.date_creation
    if not ts_valide(cree):
        return []
    instant = instant_de(cree)
    marge = _TOLERANCE if a_un_decalage(cree) else _SANS_DECALAGE
    if instant is None:
        instant = lire_chiffres(cree.partition(".")[0])
    return [
        juger(
            A_VENIR, instant <= maintenant + marge, "Le document est daté de l'avenir.",
            attendu=f"au plus tard {maintenant:%Y%m%d%H%M%S%z}", recu=cree, ou="ClinicalDocument/effectiveTime/@value",
            echanges=echanges,
        )
    ]  # fmt: skip
