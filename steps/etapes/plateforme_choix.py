"""Étapes du choix du patient sur l'alimentation de son DMP, quand une plateforme transmet les documents."""

from __future__ import annotations

from typing import Any

from pytest_bdd import then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from steps.essai import Essai
from steps.etapes import plateforme_commun as commun
from steps.etapes.insi import lire_traces
from steps.patients import PatientEssai
from steps.releves import retirer
from steps.verifications.hl7v2 import echanges


@when(motif(r"le professionnel enregistre (?P<choix>la non-opposition|l'opposition) du patient « (?P<nom>[^»]+) »$"))
def enregistrer_choix(essai: Essai, choix: str, nom: str) -> None:
    """Les traces sont lues avant et après : celle d'un choix précédent n'en tient pas lieu."""
    patient = essai.patient(nom)
    # Un document retenu peut partir une fois l'accord donné : ce qui le suit n'est plus « sans accord ».
    commun.clore_les_fenetres(essai)
    avant = _traces(essai, patient)
    valeur = "opposition" if choix == "l'opposition" else "non_opposition"
    essai.preparer("enregistrer_choix_alimentation", "biologiste_1", patient_id=patient.patient_id, valeur=valeur)
    essai.releves.setdefault("choix du patient", []).append((choix, patient.patient_id, avant, _traces(essai, patient)))


def _traces(essai: Essai, patient: PatientEssai) -> list[dict[str, Any]]:
    return [dict(trace) for categorie in ("dmp", "identite") for trace in lire_traces(essai, categorie, patient)]


@then("chaque choix du patient est tracé, avec sa date et son auteur")
def choix_traces(essai: Essai) -> None:
    for choix, patient_id, avant, apres in retirer(essai, "choix du patient", list):
        nouvelles = [trace for trace in apres if trace not in avant]
        essai.bilan.constater(
            echanges.choix_trace(nouvelles, choix, patient_id=patient_id, compte=essai.compte("biologiste_1"))
        )


@then(
    parse(
        "« {permis} » est parvenu à la plateforme, mais ni « {avant} », avant l'accord, ni « {apres} », après l'opposition"
    )
)
def seul_parvenu(essai: Essai, permis: str, avant: str, apres: str) -> None:
    temoin = commun.vus_de(essai, commun.un_transmis(essai, permis))
    essai.bilan.exiger(echanges.document_parvenu(temoin, f"« {permis} »"))
    message = commun.porteur(essai, commun.un_transmis(essai, permis))
    essai.bilan.constater(echanges.demande_conforme(message, f"« {permis} »", (("DESTDMP", "Y"),)))
    for nom, quand in ((avant, "sans non-opposition enregistrée"), (apres, "malgré l'opposition du patient")):
        messages = commun.vus_de(essai, commun.un_transmis(essai, nom))
        essai.bilan.constater(echanges.rien_parti(messages, f"{quand} (« {nom} »)", temoin=temoin))
