"""Étapes d'un envoi par MSSanté dont l'automatisme n'est pas jugé : de lui-même si le logiciel en a un, sinon demandé."""

from __future__ import annotations

from pytest_bdd import given
from pytest_bdd.parsers import re as motif

from steps.essai import Essai
from steps.etapes.commun import changer_reglage, regler

ENVOIS_DEMANDES = "envois demandés à la validation"
"""Relevé : les canaux à demander après chaque validation, quand le logiciel n'envoie rien de lui-même."""


@given(
    motif(r"l'envoi par MSSanté aux (?P<qui>patients et aux correspondants|correspondants), de lui-même ou demandé$")
)
def envoi_possible(essai: Essai, qui: str) -> None:
    """Ce que l'exigence juge n'est pas l'automatisme : un logiciel qui n'en a pas se voit demander chaque envoi."""
    valeur = {"patient": qui.startswith("patients"), "correspondants": True}
    reponse = changer_reglage(essai, "envoi_automatique_mss", valeur)
    if reponse.fait:
        return
    if reponse.resultat != "non_gere" or "configurer" not in essai.adaptateur.actions():
        regler(essai, "envoi_automatique_mss", valeur)  # dit pourquoi la mise en place est impossible
        return
    essai.releves[ENVOIS_DEMANDES] = ("patient", "professionnel") if valeur["patient"] else ("professionnel",)


def demander(essai: Essai, role: str, nom: str, canal: str) -> None:
    """Demande l'envoi d'un compte rendu par un canal : « patient » ou « professionnel »."""
    document = essai.document(nom)
    essai.jouer(
        "envoyer_compte_rendu",
        role,
        patient_id=document.patient.patient_id,
        document_id=document.document_id,
        canal=canal,
    )
