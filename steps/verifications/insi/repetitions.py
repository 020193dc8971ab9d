"""Appels de trop : répétés sans raison, ou interdits pour ce patient."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from reports.constat import Confiance, Constat, Regle
from steps.verifications.insi.appels import Appel
from steps.verifications.insi.contexte import ContexteInsi, PatientConnu
from steps.verifications.insi.sequence import a_plat
from steps.verifications.insi.sources import BANC
from steps.verifications.registre import verification

REPETITION = Regle(
    "INSI-SEQ-04",
    "Un appel qui a obtenu 00 n'est pas refait à l'identique",
    f"{BANC}, d'après la règle d'arrêt",
    Confiance.DEDUITE,
    "Garder l'INS obtenu au lieu de rappeler le téléservice.",
)
SANS_FIN = Regle(
    "INSI-SEQ-05",
    "Le même appel n'est pas répété sans fin après une indisponibilité ou une réponse 01 ou 02",
    f"{BANC} (borne : nombre de prénoms plus un, avec et sans lieu de naissance ; le plafond du guide n'est pas connu)",
    Confiance.DEDUITE,
    "Borner les nouveaux essais et rendre la main à l'utilisateur.",
)
INTERDIT = Regle(
    "INSI-SEQ-06",
    "INSi n'est pas appelé pour une identité douteuse ou fictive",
    "REM BIO, exigence INS/va1.20 (travaux de concertation 2023), règle 25 du guide d'implémentation de l'INS",
    Confiance.OFFICIELLE,
    "Bloquer l'appel à INSi tant que l'attribut « douteux » ou « fictif » est posé.",
)
APCV = Regle(
    "INSI-SEQ-07",
    "INSi n'est pas appelé pour une identité lue dans l'appli carte Vitale",
    "RNIV 1 v2.0 (décembre 2024) § 4.3, rapporté par FR Core 2.2.0",
    Confiance.SECONDAIRE,
    "Reprendre l'INS de l'appli carte Vitale sans interroger INSi.",
)

_MAX_IDENTIQUES = 3


@verification(REPETITION, SANS_FIN)
def repetitions(appels: Sequence[Appel], contexte: ContexteInsi) -> list[Constat]:
    """Rien n'est redemandé sans raison."""
    par_contenu: dict[tuple[object, ...], list[Appel]] = defaultdict(list)
    for appel in appels:
        contenu = (appel.operation, appel.mode, appel.traits, appel.carte, appel.ins_fourni)
        if appel.operation and any(contenu[2:]):
            par_contenu[contenu].append(appel)
    if not par_contenu:
        return []
    constats: list[Constat] = []
    for vus in par_contenu.values():
        premier = next((rang for rang, appel in enumerate(vus) if appel.code == "00"), None)
        if premier is not None and len(vus) > premier + 1:
            constats.append(
                REPETITION.enfreinte(
                    "appel refait à l'identique après 00",
                    attendu="un seul appel",
                    recu=f"{len(vus) - premier} appels identiques",
                    ou=_decrire(vus[0]),
                    echanges=tuple(appel.numero for appel in vus[premier:]),
                )
            )
        sans_issue = [appel for appel in vus if appel.code != "00"]
        if len(sans_issue) > _MAX_IDENTIQUES:
            constats.append(
                SANS_FIN.enfreinte(
                    "même appel répété",
                    attendu=f"{_MAX_IDENTIQUES} fois au plus",
                    recu=f"{len(sans_issue)} appels identiques",
                    ou=_decrire(vus[0]),
                    echanges=tuple(appel.numero for appel in sans_issue),
                )
            )
    numeros = tuple(appel.numero for vus in par_contenu.values() for appel in vus)
    presents = {constat.code for constat in constats}
    for regle in (REPETITION, SANS_FIN):
        if regle.code not in presents:
            constats.append(regle.respectee(recu=f"{len(par_contenu)} appel(s) différent(s)", echanges=numeros))
    return constats


def _decrire(appel: Appel) -> str:
    traits = appel.traits
    nom = f" de {traits.nom_naissance} {traits.prenom or ''}".rstrip() if traits else ""
    return f"{appel.operation}{nom}"


@verification(INTERDIT, APCV)
def appels_interdits(appels: Sequence[Appel], contexte: ContexteInsi) -> list[Constat]:
    """Aucun appel pour les patients du scénario dont l'appel est bloqué."""
    constats: list[Constat] = []
    for patient in contexte.patients:
        if not (patient.appel_interdit or patient.apcv):
            continue
        regle = INTERDIT if patient.appel_interdit else APCV
        motif = f"identité {patient.appel_interdit}" if patient.appel_interdit else "appli carte Vitale"
        trouves = tuple(appel.numero for appel in appels if _concerne(appel, patient))
        nom = f"{patient.nom_naissance} {' '.join(patient.prenoms)}"
        if trouves:
            constats.append(
                regle.enfreinte(
                    f"appel INSi pour {nom} ({motif})",
                    attendu="aucun appel",
                    recu=f"{len(trouves)} appel(s)",
                    ou="suite des appels",
                    echanges=trouves,
                )
            )
        else:
            constats.append(
                regle.respectee(
                    f"aucun appel pour {nom} ({motif})",
                    recu=f"{len(appels)} appel(s) observé(s), aucun pour cette identité",
                    echanges=tuple(appel.numero for appel in appels),
                )
            )
    return constats


def _concerne(appel: Appel, patient: PatientConnu) -> bool:
    traits, carte = appel.traits, appel.carte
    if traits is not None:
        return a_plat(traits.nom_naissance) == a_plat(patient.nom_naissance) and (
            traits.date_naissance == patient.date_naissance
        )
    if carte is not None:
        meme_date = carte.date_naissance == patient.date_naissance
        return meme_date and (not carte.nom_naissance or a_plat(carte.nom_naissance) == a_plat(patient.nom_naissance))
    return False
