"""Étapes du choix du patient sur l'alimentation de son DMP : l'enregistrer, puis tenter d'envoyer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pytest_bdd import then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from steps.essai import Essai
from steps.etapes.dmp_commun import (
    attendre_envoi,
    chercher_envoi,
    dire,
    envois_du_patient,
    exiger_cr,
    exiger_envoi,
    valider_cr,
)
from steps.etapes.insi import lire_traces
from steps.patients import PatientEssai
from steps.releves import retirer
from steps.verifications import choix_alimentation as regles
from steps.verifications.dossier_dmp import R_ENVOI_CR

_ROLE = "biologiste_1"
_VALEURS = {"opposition": "opposition", "non-opposition": "non_opposition", "aucun choix": "non_renseigne"}


@dataclass(frozen=True)
class Tentative:
    """Un envoi tenté : le choix du moment, et les rangs du journal entre lesquels il s'est fait."""

    choix: str
    patient: PatientEssai
    depuis: int


@when(
    motif(
        r"le professionnel enregistre pour l'alimentation du DMP du patient « (?P<nom>[^»]+) » : "
        r"(?P<choix>opposition|non-opposition|aucun choix)$"
    )
)
def enregistrer(essai: Essai, nom: str, choix: str) -> None:
    """Les traces sont lues avant et après : celle d'un choix précédent n'en tient pas lieu."""
    patient = essai.patient(nom)
    avant = _traces(essai, patient)
    essai.preparer("enregistrer_choix_alimentation", _ROLE, patient_id=patient.patient_id, valeur=_VALEURS[choix])
    nouvelles = [trace for trace in _traces(essai, patient) if trace not in avant]
    essai.releves["choix sur l'alimentation"] = choix
    if choix != "aucun choix":
        essai.releves.setdefault("choix tracés", []).append((choix, patient.patient_id, nouvelles))


def _traces(essai: Essai, patient: PatientEssai) -> list[dict[str, Any]]:
    return [dict(trace) for categorie in ("dmp", "identite") for trace in lire_traces(essai, categorie, patient)]


@when(parse("le professionnel valide la lettre « {nom} » du patient « {patient} » et tente de l'envoyer au DMP"))
def tenter(essai: Essai, nom: str, patient: str) -> None:
    """L'envoi automatique d'abord, s'il est réglé ; sinon l'utilisateur le demande."""
    malade, depuis = essai.patient(patient), essai.journal.position()
    choix = retirer(essai, "choix sur l'alimentation", str)
    document = exiger_cr(essai, valider_cr(essai, nom, malade), f"validation de « {nom} »")
    trouve = chercher_envoi(essai, document)
    if trouve is None:
        essai.jouer("alimenter_dmp", _ROLE, patient_id=malade.patient_id, documents=[document.document_id])
        trouve = chercher_envoi(essai, document)
    if trouve is None and choix == "non-opposition":
        attendre_envoi(essai, malade, depuis)
        trouve = chercher_envoi(essai, document)
    essai.releves.setdefault("tentatives", {})[nom] = Tentative(choix, malade, depuis)
    if choix == "non-opposition":
        soumis = exiger_envoi(essai, R_ENVOI_CR, document, trouve, dire(essai.derniere))
        essai.releves.setdefault("arrivés permis", set()).add(soumis.unique_id)


@then(parse("rien n'est parti au DMP du patient « {nom} » que son choix ne permette"))
def rien_de_plus(essai: Essai, nom: str) -> None:
    """Un document parti se rattache à la tentative qui le précède ; un dernier envoi permis ferme la fenêtre."""
    malade = essai.patient(nom)
    permis: set[str] = essai.releves.get("arrivés permis", set())
    tentatives: dict[str, Tentative] = retirer(essai, "tentatives", dict)
    siennes = [(quoi, t) for quoi, t in tentatives.items() if t.patient is malade]
    envois = [
        (s.echange.numero, d.unique_id)
        for s in envois_du_patient(essai, malade, acceptes=False)
        for d in s.documents_de_sante
        if d.unique_id not in permis
    ]
    for rang, (quoi, tentative) in enumerate(siennes):
        fin = siennes[rang + 1][1].depuis if rang + 1 < len(siennes) else None
        partis = [(n, u) for n, u in envois if n > tentative.depuis and (fin is None or n <= fin)]
        if tentative.choix == "non-opposition":
            continue
        essai.bilan.constater(
            regles.envoi_bloque(
                tentative.choix == "opposition",
                [unique_id for _, unique_id in partis],
                len(permis),
                quoi,
                echanges=tuple(n for n, _ in partis),
            )
        )


@then("chaque choix sur l'alimentation est tracé, avec sa date et son auteur")
def choix_traces(essai: Essai) -> None:
    for choix, patient_id, nouvelles in retirer(essai, "choix tracés", list):
        essai.bilan.constater(regles.choix_trace(nouvelles, patient_id, essai.compte(_ROLE), choix))
