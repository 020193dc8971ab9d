"""La recherche TD3.1 contient les critères demandés par l'utilisateur, et eux seuls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from reports.constat import Confiance, Constat, Regle
from simulators.dmp.ebrim import APPROVED, ARCHIVED
from simulators.dmp.requetes import (
    FIND_DOCUMENTS,
    FIND_DOCUMENTS_BY_REFERENCE_ID,
    FIND_SUBMISSION_SETS,
    GET_ALL,
    Recherche,
)
from simulators.socle.echange import Echange
from steps.verifications.cda.dates import PARIS
from steps.verifications.cda.jugement import juger
from steps.verifications.dmp.message import patient_de, vihf_de
from steps.verifications.dmp.soumission import criteres_de
from steps.verifications.registre import verification

_PREFIXE = "$XDSDocumentEntry"
_PATIENTS = (f"{_PREFIXE}PatientId", "$patientId", "$XDSSubmissionSetPatientId")
_STATUTS = {"actif": APPROVED, "archive": ARCHIVED}
# Paramètres qui ne restreignent pas ce que l'utilisateur a demandé.
_NEUTRES = frozenset({*_PATIENTS, f"{_PREFIXE}Status", f"{_PREFIXE}Type"})

REQUETE = Regle(
    "DMP-RECH-01", "La recherche emploie une requête enregistrée connue, pour le patient du VIHF",
    "IHE ITI TF-2, ITI-18 ; échantillons officiels du DMP", Confiance.DOCUMENTEE,
    "Employer FindDocuments (ou une requête liée) avec l'INS du VIHF, ou sans patientId.",
)  # fmt: skip
CRITERES = Regle(
    "DMP-RECH-02", "Les critères transmis sont ceux que l'utilisateur a demandés",
    "REM BIO, exigence DMP/UX.27 (travaux de concertation 2023)", Confiance.OFFICIELLE,
    "Traduire chaque critère saisi en paramètre de TD3.1 (codes avec nomenclature), sans en ajouter ni en oublier.",
)  # fmt: skip
PERIODE = Regle(
    "DMP-RECH-03", "La période transmise est celle que l'utilisateur a demandée",
    "REM BIO, exigence DMP/UX.27 (travaux de concertation 2023)", Confiance.OFFICIELLE,
    "Transmettre ServiceStartTimeFrom et ServiceStartTimeTo en temps universel, jour de fin compris.",
)  # fmt: skip
DERNIER_JOUR = Regle(
    "DMP-RECH-04", "Le dernier jour demandé est compris dans la recherche",
    "IHE ITI TF-2, ITI-18 (borne haute exclue)", Confiance.DEDUITE,
    "Transmettre le lendemain, ou la fin du jour, comme borne haute.",
)  # fmt: skip
STATUT = Regle(
    "DMP-RECH-05", "Les états demandés sont transmis, les documents actifs par défaut",
    "REM BIO, exigence DMP/UX.27 (travaux de concertation 2023) ; ITI-18 : état obligatoire", Confiance.OFFICIELLE,
    "Transmettre Approved pour les documents actifs, Archived pour les documents archivés.",
)  # fmt: skip


@dataclass(frozen=True)
class CriteresDemandes:
    """Ce que l'utilisateur a demandé ; les codes sont écrits `code^^nomenclature` (ou `code` seul)."""

    type_code: tuple[str, ...] = ()
    classe: tuple[str, ...] = ()
    cadre_exercice: tuple[str, ...] = ()
    date_acte_du: date | None = None
    date_acte_au: date | None = None
    statut: tuple[str, ...] = ()

    def codes(self) -> dict[str, tuple[str, ...]]:
        """Paramètre d'ITI-18 → codes demandés."""
        return {
            f"{_PREFIXE}TypeCode": self.type_code,
            f"{_PREFIXE}ClassCode": self.classe,
            f"{_PREFIXE}PracticeSettingCode": self.cadre_exercice,
        }


@verification(REQUETE)
def requete_connue(echange: Echange) -> Constat:
    """La recherche est une requête enregistrée, pour le patient du VIHF."""
    criteres, vihf = criteres_de(echange), vihf_de(echange)
    if criteres is None:
        return REQUETE.sans_objet("l'échange n'est pas une recherche lisible", echanges=(echange.numero,))
    ecrits = [valeur for nom in _PATIENTS for valeur in criteres.valeurs(nom)]
    ins = vihf.ins if vihf else None
    memes = all(ins is not None and valeur.startswith(f"{ins.matricule}^^^&{ins.oid}") for valeur in ecrits)
    return juger(
        REQUETE, criteres.identifiant.startswith("urn:uuid:") and memes and patient_de(echange) is not None,
        "La recherche ne vise pas le patient du VIHF, ou n'est pas une requête enregistrée.",
        attendu=f"une requête enregistrée, patient {ins.cx if ins else '?'}",
        recu=f"{criteres.identifiant} {', '.join(ecrits)}", ou="AdhocQuery", echanges=(echange.numero,),
    )  # fmt: skip


@verification(CRITERES, PERIODE, DERNIER_JOUR, STATUT)
def criteres_transmis(echange: Echange, demandes: CriteresDemandes) -> list[Constat]:
    """Les critères, la période et les états transmis sont recalculés depuis ce que l'utilisateur a demandé."""
    recherche = criteres_de(echange)
    if recherche is None or recherche.identifiant not in (FIND_DOCUMENTS, FIND_DOCUMENTS_BY_REFERENCE_ID, GET_ALL):
        lu = (
            "requête FindSubmissionSets"
            if recherche and recherche.identifiant == FIND_SUBMISSION_SETS
            else "autre requête"
        )
        return [
            CRITERES.sans_objet(f"l'échange n'est pas une recherche de documents ({lu})", echanges=(echange.numero,))
        ]
    return [
        _codes(echange, recherche, demandes),
        *_periode(echange, recherche, demandes),
        _statut(echange, recherche, demandes),
    ]


def _codes(echange: Echange, recherche: Recherche, demandes: CriteresDemandes) -> Constat:
    ecarts: list[str] = []
    attendus = demandes.codes()
    for nom, codes in attendus.items():
        groupes = recherche.parametres.get(nom, ())
        recus = recherche.valeurs(nom)
        memes = len(recus) == len(codes) and all(any(_meme_code(recu, code) for recu in recus) for code in codes)
        if not memes:
            ecarts.append(f"{nom} : {', '.join(recus) or 'absent'}")
        elif len(groupes) > 1:
            ecarts.append(f"{nom} répété : {len(groupes)} paramètres se lisent « et », non « ou »")
    dates = tuple(f"{_PREFIXE}{moment}{borne}" for moment in _MOMENTS for borne in ("From", "To"))
    permis = {*attendus, *_NEUTRES, *dates}
    ecarts += [f"{nom} : non demandé" for nom in recherche.parametres if nom not in permis]
    voulus = [f"{nom} = {', '.join(codes)}" for nom, codes in attendus.items() if codes]
    return juger(
        CRITERES, not ecarts, "Les critères transmis ne sont pas ceux demandés.",
        attendu=" ; ".join(voulus) or "aucun critère de code",
        recu=" ; ".join(ecarts or sorted(recherche.parametres)), ou="AdhocQuery/Slot", echanges=(echange.numero,),
    )  # fmt: skip


def _meme_code(recu: str, demande: str) -> bool:
    """Le code transmis porte toujours sa nomenclature ; demandé seul, n'importe quelle nomenclature convient."""
    code, separateur, nomenclature = recu.partition("^^")
    return bool(separateur and nomenclature) and (recu == demande if "^^" in demande else code == demande)


_MOMENTS = ("ServiceStartTime", "ServiceStopTime", "CreationTime")


def _periode(echange: Echange, recherche: Recherche, demandes: CriteresDemandes) -> list[Constat]:
    du, au = demandes.date_acte_du, demandes.date_acte_au
    recus = {
        f"{moment}{borne}": valeur
        for moment in _MOMENTS
        for borne in ("From", "To")
        for valeur in recherche.valeurs(f"{_PREFIXE}{moment}{borne}")
    }
    debuts = [valeur for nom, valeur in recus.items() if nom == "ServiceStartTimeFrom"]
    fins = [valeur for nom, valeur in recus.items() if nom in ("ServiceStartTimeTo", "ServiceStopTimeTo")]
    attendus = (1 if du else 0) + (1 if au else 0)
    bon_debut = not du or (len(debuts) == 1 and debuts[0] in bornes_basses(du))
    courtes = [f"{au:%Y%m%d}" + suite for suite in ("", "00", "0000", "000000")] if au else []
    bonne_fin = not au or (len(fins) == 1 and (fins[0] in bornes_hautes(au) or fins[0] in courtes))
    voulu = f"du {du or '…'} au {au or '…'}" if attendus else "aucune période"
    ecrit = ", ".join(f"{nom}={valeur}" for nom, valeur in recus.items()) or "aucune période"
    numero = (echange.numero,)
    constats = [
        juger(
            PERIODE, bon_debut and bonne_fin and len(recus) == attendus,
            "La période transmise n'est pas celle demandée.",
            attendu=voulu, recu=ecrit, ou="AdhocQuery/Slot", echanges=numero,
        )
    ]  # fmt: skip
    if au and len(fins) == 1:
        constats.append(
            juger(
                DERNIER_JOUR, fins[0] not in courtes,
                "La borne haute étant exclue, les documents du dernier jour ne seraient pas trouvés.",
                attendu=f"le lendemain du {au}, ou la fin de ce jour", recu=fins[0], ou="AdhocQuery/Slot",
                echanges=numero,
            )
        )  # fmt: skip
    return constats


def bornes_basses(jour: date) -> set[str]:
    """Écritures acceptées du début d'un jour : jour local (Paris) en temps universel, ou jour tel quel."""
    return _ecritures(datetime.combine(jour, time(), tzinfo=PARIS)) | {f"{jour:%Y%m%d}"}


def bornes_hautes(jour: date) -> set[str]:
    """Écritures acceptées de la fin d'un jour : minuit suivant, ou sa dernière minute ou seconde."""
    lendemain = jour + timedelta(days=1)
    bornes = bornes_basses(lendemain)
    for derniere in (time(23, 59), time(23, 59, 59)):
        bornes |= _ecritures(datetime.combine(jour, derniere, tzinfo=PARIS))
    return bornes


def _ecritures(local: datetime) -> set[str]:
    """L'instant en UTC et, pour les logiciels qui ne convertissent pas un jour sans heure, l'heure locale."""
    return {
        instant.strftime(forme)
        for instant in (local.astimezone(UTC), local)
        for forme in ("%Y%m%d%H", "%Y%m%d%H%M", "%Y%m%d%H%M%S")
    }


def _statut(echange: Echange, recherche: Recherche, demandes: CriteresDemandes) -> Constat:
    attendus = {_STATUTS.get(statut, statut) for statut in demandes.statut} or {APPROVED}
    recus = set(recherche.valeurs(f"{_PREFIXE}Status"))
    correct = recus == attendus if demandes.statut else APPROVED in recus
    return juger(
        STATUT, correct, "Les états transmis ne sont pas ceux demandés.",
        attendu=", ".join(sorted(attendus)), recu=", ".join(sorted(recus)), ou=f"AdhocQuery/Slot[{_PREFIXE}Status]",
        echanges=(echange.numero,),
    )  # fmt: skip
