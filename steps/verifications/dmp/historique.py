"""Reprise d'historique : un document ancien garde la date de son acte et un auteur qui permette de le consulter."""

from __future__ import annotations

from datetime import UTC, datetime

from reports.constat import Confiance, Constat, Regle
from simulators.dmp.ebrim import Auteur
from steps.verifications.cda.dates import PARIS, instant_de, meme_instant
from steps.verifications.cda.jugement import juger
from steps.verifications.dmp.soumission import DocumentSoumis, Soumission
from steps.verifications.registre import verification

_HISTO_03 = "REM BIO, exigence DMP/HISTO.03 (travaux de concertation 2023)"
_HISTO_04 = "REM BIO, exigence DMP/HISTO.04 (travaux de concertation 2023)"

DATE_CDA = Regle(
    "DMP-HIST-01", "Le CDA d'un document historique date l'acte de sa date métier", _HISTO_03, Confiance.OFFICIELLE,
    "Écrire la date de l'acte dans documentationOf/serviceEvent/effectiveTime, pas celle de l'envoi.",
)  # fmt: skip
DATE_XDS = Regle(
    "DMP-HIST-02", "serviceStartTime d'un document historique est la date métier de l'acte", _HISTO_03,
    Confiance.OFFICIELLE, "Reprendre la date de l'acte, en temps universel, dans serviceStartTime.",
)  # fmt: skip
MORALE_LOT = Regle(
    "DMP-HIST-03", "La personne morale est auteur du lot de soumission", _HISTO_04, Confiance.OFFICIELLE,
    "Ajouter la structure comme auteur (authorPerson) du lot quand l'auteur n'est plus au RPPS.",
)  # fmt: skip
MORALE_DOCUMENT = Regle(
    "DMP-HIST-04", "La personne morale est auteur du document, en plus de l'auteur initial", _HISTO_04,
    Confiance.OFFICIELLE, "Garder l'auteur initial et ajouter la structure comme auteur (authorPerson) du document.",
)  # fmt: skip


@verification(DATE_CDA, DATE_XDS)
def date_de_l_acte(document: DocumentSoumis, date_acte: datetime) -> list[Constat]:
    """CDA et métadonnées portent la date de l'acte donnée au logiciel, non celle de l'envoi."""
    echanges = (document.echange,)
    envoi = document.instant.astimezone(PARIS).date()
    if date_acte.astimezone(PARIS).date() >= envoi:
        return [DATE_CDA.sans_objet("l'acte n'est pas antérieur au jour de l'envoi : la date ne prouve rien")]
    attendu = f"{date_acte.astimezone(UTC):%Y%m%d%H%M%S}"
    acte = document.cda.acte_principal if document.cda else None
    debut = acte.debut if acte else ""
    return [
        juger(
            DATE_CDA, _meme_date(debut, date_acte), f"Le CDA ne date pas l'acte de sa date métier (envoi le {envoi}).",
            attendu=date_acte.isoformat(), recu=debut, ou="ClinicalDocument/documentationOf/serviceEvent/effectiveTime",
            echanges=echanges,
        ),
        juger(
            DATE_XDS, meme_instant(date_acte.strftime("%Y%m%d%H%M%S%z"), document.fiche.service_start_time),
            f"serviceStartTime n'est pas la date métier de l'acte (envoi le {envoi}).",
            attendu=attendu, recu=document.fiche.service_start_time,
            ou=f"ExtrinsicObject[@id='{document.fiche.id}'] / serviceStartTime", echanges=echanges,
        ),
    ]  # fmt: skip


def _meme_date(ts: str, attendue: datetime) -> bool:
    """Même instant si le CDA dit l'heure et son décalage, même jour sinon."""
    instant = instant_de(ts)
    if instant is not None and len(ts.split("+")[0].split("-")[0]) >= 12:
        return abs((instant - attendue).total_seconds()) < 60
    return ts[:8] == attendue.astimezone(PARIS).strftime("%Y%m%d")


@verification(MORALE_LOT, MORALE_DOCUMENT)
def personne_morale_auteur(
    soumission: Soumission,
    document: DocumentSoumis,
    structure: str,
    *,
    nom_structure: str = "",
    auteur_initial: str = "",
) -> list[Constat]:
    """La structure est auteur (authorPerson) du lot et du document, où l'auteur initial reste.

    `auteur_initial` : identifiant ou nom de famille de la personne auteur du document.
    """
    lot = soumission.submission_set
    auteurs_lot = lot.authors if lot else ()
    auteurs_document = document.fiche.authors
    morale = any(_est_morale(auteur, structure, nom_structure) for auteur in auteurs_document)
    initiaux = [auteur.personne for auteur in auteurs_document if not _est_morale(auteur, structure, nom_structure)]
    initial = not auteur_initial or any(_est_personne(personne, auteur_initial) for personne in initiaux)
    return [
        juger(
            MORALE_LOT, any(_est_morale(auteur, structure, nom_structure) for auteur in auteurs_lot),
            "La personne morale n'est pas auteur du lot de soumission.",
            attendu=f"un authorPerson désignant la structure {structure}",
            recu=", ".join(auteur.personne or "sans authorPerson" for auteur in auteurs_lot),
            ou="RegistryPackage / author", echanges=soumission.numeros,
        ),
        juger(
            MORALE_DOCUMENT, morale and initial and bool(initiaux),
            "La personne morale n'est pas auteur du document en plus de l'auteur initial.",
            attendu=f"{auteur_initial or 'l’auteur initial'} et un authorPerson désignant la structure {structure}",
            recu=", ".join(auteur.personne or "sans authorPerson" for auteur in auteurs_document),
            ou=f"ExtrinsicObject[@id='{document.fiche.id}'] / author", echanges=soumission.numeros,
        ),
    ]  # fmt: skip


def _est_morale(auteur: Auteur, structure: str, nom: str) -> bool:
    """L'auteur désigne la structure : par son identifiant, avec ou sans chiffre de type, ou par son nom."""
    composants = auteur.personne.split("^")
    if composants[0].strip() in (structure, structure[1:]) and composants[0].strip():
        return True
    return bool(nom) and len(composants) > 1 and composants[1].strip().casefold() == nom.casefold()


def _est_personne(xcn: str, attendue: str) -> bool:
    composants = [composant.strip().casefold() for composant in xcn.split("^")]
    return attendue.casefold() in composants[:2] or composants[0] == f"8{attendue}"
