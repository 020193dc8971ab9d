"""L'accusé de lecture (MDN) que le logiciel rend d'un courriel reçu qui le demande."""

from __future__ import annotations

from collections.abc import Sequence

from reports.constat import Confiance, Constat, Regle
from steps.verifications.mssante.avis_lecture import Avis, Nature, lire_avis
from steps.verifications.mssante.dossier_lecture import CourrielVu
from steps.verifications.mssante.entetes import identifiant
from steps.verifications.registre import verification

_SOURCE = "REM RIS, exigence MSS/UX.34 (travaux de concertation 2023) ; RFC 8098, § 2.1 et 3"
_OU = "courriels émis par le logiciel"

RENDU = Regle(
    "MSS-LECTURE-10", "Un courriel lu, qui demande un accusé de lecture, en reçoit un (MDN)", _SOURCE,
    Confiance.OFFICIELLE,
    "Rendez, avec l'accord de l'utilisateur, un rapport de lecture à l'adresse de Disposition-Notification-To.",
)  # fmt: skip


def avis_de_lecture(emis: Sequence[CourrielVu]) -> list[tuple[CourrielVu, Avis]]:
    """Les MDN parmi ces courriels."""
    return [(vu, avis) for vu in emis if (avis := lire_avis(vu.lu)) is not None and avis.nature is Nature.MDN]


@verification(RENDU)
def accuse_rendu(recu: CourrielVu, avant: Sequence[CourrielVu], apres: Sequence[CourrielVu], dit: str) -> Constat:
    """Un MDN désigne ce courriel. `avant`, `apres` : courriels émis avant et depuis l'ouverture ; `dit` : par lui."""
    demande, voulu = recu.adresses("Disposition-Notification-To"), identifiant(recu.lu)
    if not demande or not voulu:
        return RENDU.sans_objet("le courriel ne demande pas d'accusé de lecture, ou n'a pas de Message-ID")
    siens = [(vu, avis) for vu, avis in avis_de_lecture(apres) if avis.original_id == voulu]
    if not siens:
        return _manquant(voulu, demande, avant, apres, dit)
    vu, avis = siens[0]
    nums = (vu.numero,)
    vers = {adresse.lower() for adresse in vu.destinataires}
    if not vers & set(demande):
        return RENDU.enfreinte(
            "L'accusé de lecture ne va pas à qui l'a demandé.", attendu=", ".join(demande),
            recu=", ".join(sorted(vers)), ou="RCPT TO", echanges=nums,
        )  # fmt: skip
    lue = avis.disposition
    if lue is None or lue.type.lower() != "displayed":
        return RENDU.a_regarder(
            "Un accusé est rendu, qui ne dit pas « displayed » : dire s'il est celui d'une lecture.",
            recu=avis.champs.get("disposition", "sans Disposition")[:200], ou="Disposition", echanges=nums,
        )  # fmt: skip
    return RENDU.respectee(recu=f"MDN vers {', '.join(sorted(vers))}", ou=_OU, echanges=nums)


def _manquant(
    voulu: str, demande: Sequence[str], avant: Sequence[CourrielVu], apres: Sequence[CourrielVu], dit: str
) -> Constat:
    tot = [vu for vu, avis in avis_de_lecture(avant) if avis.original_id == voulu]
    muets = [vu for vu, avis in avis_de_lecture(apres) if not avis.original_id]
    if tot or muets:
        return RENDU.a_regarder(
            "Un accusé est parti avant que le courriel soit ouvert." if tot else
            "Un accusé est rendu, qui ne dit pas de quel courriel : dire s'il est celui-ci.",
            recu=f"{len(tot or muets)} accusé(s)", ou=_OU, echanges=tuple(vu.numero for vu in (tot or muets)),
        )  # fmt: skip
    return RENDU.enfreinte(
        "Aucun accusé de lecture n'est rendu du courriel lu.", attendu=f"un MDN de {voulu} vers {', '.join(demande)}",
        recu=f"{len(apres)} courriel(s) émis, aucun accusé de celui-ci ; logiciel : {dit}", ou=_OU,
        echanges=tuple(vu.numero for vu in apres),
    )  # fmt: skip
