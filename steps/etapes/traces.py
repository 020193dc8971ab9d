"""Étapes du journal de traces du logiciel : appels à INSi, accès à l'INS, modifications d'identité."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from pytest_bdd import then
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from simulators.socle.echange import Echange
from steps.essai import Essai
from steps.etapes import vocabulaire
from steps.etapes.identite import traits_rendus
from steps.etapes.insi import RECHERCHES, lire_traces, numeros_de
from steps.verifications import appels_insi
from steps.verifications import traces as regles_traces
from steps.verifications.insi import lire_reponse, retour_en_clair


def _bornes(essai: Essai) -> tuple[datetime, datetime]:
    return essai.instant_debut, datetime.now(UTC)


def _exiger_le_retour(essai: Essai, vus: Sequence[Echange], retour: str, circonstance: str) -> None:
    """Un appel refusé par INSi se dit ici : sa trace n'y est pour rien."""
    essai.bilan.exiger(appels_insi.appel_insi_observe(numeros_de(vus), circonstance))
    retours = {echange.numero: retour_en_clair(lire_reponse(echange)) for echange in vus}
    essai.bilan.exiger(appels_insi.appel_insi_abouti(retours, retour, circonstance))


def _juger_les_traces(
    essai: Essai, nom: str, nombre: int, *, operation: str, retour: str, modalite: str | None
) -> None:
    """`nombre` : appels vus par INSi depuis l'action, dont chacun doit sa trace."""
    debut, fin = _bornes(essai)
    essai.bilan.constater(
        regles_traces.appel_insi_trace(
            lire_traces(essai, "insi", essai.patient(nom)),
            operation=operation,
            retour=retour,
            modalite=modalite,
            nombre=nombre,
            debut=debut,
            fin=fin,
        )
    )


@then(
    motif(
        r"l'appel par (?P<moyen>carte Vitale|traits) pour le patient « (?P<nom>[^»]+) » est tracé avec le retour (?P<code>\d\d)$"
    )
)
def appel_trace(essai: Essai, moyen: str, nom: str, code: str) -> None:
    """Autant de traces que d'appels vus par INSi depuis l'action."""
    modalite, operation = ("traits", RECHERCHES[0]) if moyen == "traits" else ("carte_vitale", RECHERCHES[1])
    vus = essai.echanges("insi", operation)
    _exiger_le_retour(essai, vus, code, f"pour « {nom} »")
    _juger_les_traces(essai, nom, len(vus), operation="recuperation", retour=code, modalite=modalite)


@then(parse("tout ce qu'INSi a rendu pour le patient « {nom} » est tracé"))
def retour_trace(essai: Essai, nom: str) -> None:
    patient = essai.patient(nom)
    reference = patient.reference
    rendus = traits_rendus(patient)
    traits = {champ: rendus[champ] for champ in ("nom_naissance", "prenoms_naissance", "date_naissance", "sexe")}
    if reference.lieu_naissance:
        traits["code_lieu_naissance"] = reference.lieu_naissance
    essai.bilan.constater(
        regles_traces.retour_insi_trace(
            lire_traces(essai, "insi", patient),
            matricule=reference.matricule,
            oid=reference.oid,
            historique=[ancien.matricule for ancien in reference.historique],
            traits=traits,
        )
    )


@then(motif(r"la vérification de l'INS du patient « (?P<nom>[^»]+) » est tracée avec le retour (?P<retour>OK|KO)$"))
def verification_tracee(essai: Essai, nom: str, retour: str) -> None:
    vus = essai.echanges("insi", "verifierInsAvecTraitsIdentite")
    _exiger_le_retour(essai, vus, retour, f"pour vérifier « {nom} »")
    _juger_les_traces(essai, nom, len(vus), operation="verification", retour=retour, modalite=None)


@then(motif(r"l'appel à INSi fait par (?P<qui>.+) pour le patient « (?P<nom>[^»]+) » est tracé à son nom$"))
def appel_au_nom_de(essai: Essai, qui: str, nom: str) -> None:
    patient = essai.patient(nom)
    vus = [e for e in essai.echanges("insi", tout=True) if re.match("rechercher", e.operation)]
    essai.bilan.exiger(appels_insi.appel_insi_observe(numeros_de(vus), f"pour « {nom} »"))
    attendus = {patient.patient_id: essai.compte(vocabulaire.role(qui))}
    debut, fin = _bornes(essai)
    traces = lire_traces(essai, "insi", patient)
    essai.bilan.constater(regles_traces.utilisateurs_des_appels(traces, attendus, debut, fin))


@then(
    motif(
        r"l'accès à l'INS du patient « (?P<nom>[^»]+) » est tracé pour (?P<un>le professionnel) et (?P<deux>un autre professionnel)$"
    )
)
def acces_traces(essai: Essai, nom: str, un: str, deux: str) -> None:
    patient = essai.patient(nom)
    debut, fin = _bornes(essai)
    essai.bilan.constater(
        regles_traces.acces_trace(
            lire_traces(essai, "acces_ins", patient),
            patient_id=patient.patient_id,
            comptes=[essai.compte(vocabulaire.role(qui)) for qui in (un, deux)],
            debut=debut,
            fin=fin,
        )
    )


@then(motif(r"la modification du (?P<champ>.+) du patient « (?P<nom>[^»]+) » par (?P<qui>.+) est tracée$"))
def modification_tracee(essai: Essai, champ: str, nom: str, qui: str) -> None:
    patient = essai.patient(nom)
    debut, fin = _bornes(essai)
    essai.bilan.constater(
        regles_traces.modification_tracee(
            lire_traces(essai, "identite", patient),
            patient_id=patient.patient_id,
            champ=vocabulaire.champ(champ),
            compte=essai.compte(vocabulaire.role(qui)),
            debut=debut,
            fin=fin,
        )
    )
