"""Étapes du refus du patient quand le logiciel passe par une plateforme d'intermédiation pour la messagerie."""

from __future__ import annotations

from pytest_bdd import then
from pytest_bdd.parsers import parse

from steps.essai import Essai
from steps.etapes import plateforme_commun as commun
from steps.etapes.mss_commun import adresse_du_patient, vus
from steps.verifications.hl7v2.refus_patient import envoi_au_patient_retire


@then(parse("l'envoi au patient n'est demandé qu'une fois le refus levé, pour « {accepte} » et non pour « {refuse} »"))
def refus_suivi(essai: Essai, refuse: str, accepte: str) -> None:
    """Le document d'après l'accord, du même patient, montre que le refus était bien la cause."""
    pendant, apres = commun.un_transmis(essai, refuse), commun.un_transmis(essai, accepte)
    adresse = adresse_du_patient(pendant.patient)
    messages = [vu.octets for vu in commun.vus_de(essai, pendant)]
    directs = [
        vu.numero
        for vu in vus(essai, pendant.depuis)
        if adresse in vu.usagers and (pendant.jusque is None or vu.numero <= pendant.jusque)
    ]
    porteur = commun.porteur(essai, apres)
    for rang, octets in enumerate(messages, 1):
        quoi = f"message {rang} parti pendant le refus"
        essai.bilan.joindre(f"message-refus-{rang}.hl7", "message", octets, quoi, complement=True)
    essai.bilan.constater(envoi_au_patient_retire(messages, porteur, adresse, directs, f"« {refuse} »"))
