"""Règles sur les documents du DMP gardés par le logiciel : préchargés, servis, conservés, intégrés au dossier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from reports.constat import Confiance, Constat, Regle
from simulators.socle.echange import Echange
from steps.verifications.cda.dates import PARIS, instant_de
from steps.verifications.cda.jugement import juger
from steps.verifications.dmp import reussi
from steps.verifications.dmp.soumission import documents_demandes
from steps.verifications.dossier_consultation import ECHANGES
from steps.verifications.instants import secondes_de
from steps.verifications.registre import verification
from steps.verifications.sources import REM_BIO

R_PRECHARGES = Regle(
    "DOS-STOCK-01",
    "Les documents préchargés sont ceux que les critères retiennent",
    REM_BIO.format("DMP/UX.34"),
    Confiance.OFFICIELLE,
    "Appliquez au préchargement les critères réglés sur les métadonnées (type, date).",
)
R_DUREE = Regle(
    "DOS-STOCK-02",
    "La durée de stockage des documents préchargés est celle réglée",
    REM_BIO.format("DMP/UX.34"),
    Confiance.OFFICIELLE,
    "Calculez l'échéance de chaque document préchargé depuis la durée paramétrée.",
)
R_DEPUIS_STOCK = Regle(
    "DOS-STOCK-03",
    "Un document préchargé s'ouvre sans nouvelle requête au DMP, et cesse d'être servi une fois périmé",
    REM_BIO.format("DMP/UX.34"),
    Confiance.OFFICIELLE,
    "Servez le document stocké jusqu'à son échéance ; ensuite redemandez-le au DMP.",
)
R_CONSERVATION = Regle(
    "DOS-STOCK-04",
    "La conservation et l'archivage réglés s'appliquent au document intégré",
    REM_BIO.format("DMP/UX.44"),
    Confiance.OFFICIELLE,
    "Donnez à chaque document intégré l'échéance et l'archivage que le site a réglés.",
)
R_INTEGRE = Regle(
    "DOS-STOCK-05",
    "Un document du DMP est intégré au dossier du patient",
    REM_BIO.format("DMP/UX.44"),
    Confiance.OFFICIELLE,
    "Rangez le document téléchargé dans le dossier du patient.",
)


# ------------------------------------------------------------- documents gardés
@verification(R_PRECHARGES)
def documents_precharges(echanges: Sequence[Echange], annonces: Sequence[str], attendus: Sequence[str]) -> Constat:
    """Les documents téléchargés (TD3.2) et annoncés sont ceux que les critères retiennent."""
    reussies = [e for e in echanges if e.operation.startswith("TD3.2") and reussi(e)]
    telecharges = {unique_id for e in reussies for unique_id in documents_demandes(e)}
    return juger(
        R_PRECHARGES, telecharges == set(attendus) and set(annonces) == set(attendus),
        "les documents préchargés ne sont pas ceux que les critères retiennent",
        attendu=", ".join(attendus),
        recu=f"téléchargés : {', '.join(sorted(telecharges)) or 'aucun'} ; annoncés : {', '.join(annonces) or 'aucun'}",
        ou=ECHANGES, echanges=tuple(e.numero for e in reussies),
    )  # fmt: skip


@verification(R_DUREE)
def duree_appliquee(expirations: Sequence[str], heures: float, instant: datetime) -> Constat:
    """Chaque échéance tombe `heures` après le préchargement, à deux minutes près."""
    if not expirations:
        return R_DUREE.sans_objet("aucun document préchargé avec une échéance")
    attendue = instant + timedelta(hours=heures)
    fausses = [e for e in expirations if abs(secondes_de(e) - attendue.timestamp()) > 120]
    return juger(
        R_DUREE, not fausses, "l'échéance d'un document préchargé n'est pas celle de la durée réglée",
        attendu=f"{attendue.astimezone(UTC).isoformat(timespec='seconds')} ({heures:g} h)",
        recu=", ".join(fausses or expirations), ou="documents préchargés",
    )  # fmt: skip


@verification(R_DEPUIS_STOCK)
def servi_depuis_le_stock(
    echanges: Sequence[Echange], unique_id: str, *, depuis_cache: Any, attendu: bool, recu: str
) -> Constat:
    """Stocké : aucun TD3.2 à l'ouverture. Périmé : le document est redemandé au DMP."""
    demandes = [e for e in echanges if e.operation.startswith("TD3.2") and unique_id in documents_demandes(e)]
    correct = (not demandes and depuis_cache is not False) if attendu else (bool(demandes) and depuis_cache is not True)
    return juger(
        R_DEPUIS_STOCK, correct,
        "le document stocké a été redemandé au DMP" if attendu else "le document périmé a été servi depuis le stock",
        attendu="aucune demande au DMP" if attendu else "une nouvelle demande au DMP",
        recu=f"{len(demandes)} demande(s), depuis le stock : {depuis_cache}, logiciel : {recu}",
        ou=ECHANGES, echanges=tuple(e.numero for e in demandes),
    )  # fmt: skip


@verification(R_CONSERVATION)
def conservation_appliquee(
    conservation: Mapping[str, Any], *, jours: int, archivage: bool, instant: datetime, dates: Sequence[str] = ()
) -> Constat:
    """Échéance et archivage du document intégré sont ceux réglés (au jour près).

    La durée court de l'intégration, ou de l'une des `dates` du document (DTM, en temps universel) : le texte ne tranche
    pas.
    """
    attendue = (instant + timedelta(days=jours)).astimezone(PARIS)
    echeance = str(conservation.get("expire_le") or "")
    departs = [instant, *(depart for dtm in dates if (depart := instant_de(f"{dtm}+0000")) is not None)]
    proche = any(
        abs(secondes_de(echeance) - (depart + timedelta(days=jours)).timestamp()) <= timedelta(days=1).total_seconds()
        for depart in departs
    )
    return juger(
        R_CONSERVATION, proche and conservation.get("archivage") is archivage,
        "la conservation du document intégré n'est pas celle réglée",
        attendu=f"jusqu'au {attendue.date()}, archivage : {archivage}",
        recu=f"jusqu'au {echeance or 'non dit'}, archivage : {conservation.get('archivage')}",
        ou="document intégré",
    )  # fmt: skip


@verification(R_INTEGRE)
def document_au_dossier(document_id: str, documents: Sequence[Mapping[str, Any]], recu: str) -> Constat:
    """Le document intégré figure dans la liste des documents du patient."""
    connus = [str(d.get("document_id")) for d in documents]
    return juger(
        R_INTEGRE, bool(document_id) and document_id in connus, "le document du DMP n'est pas au dossier du patient",
        attendu=f"le document {document_id or 'intégré'} dans la liste",
        recu=f"{', '.join(connus) or 'aucun'} ; {recu}", ou="documents du patient",
    )  # fmt: skip
