"""Besoin d'annonce : un résultat que le patient apprend d'abord d'un professionnel."""

from __future__ import annotations

from dataclasses import replace

from simulators.logiciel_temoin.complements import CONFIDENTIALITES, Complements
from simulators.logiciel_temoin.labo import Labo


def a_annoncer(labo: Labo, complements: Complements) -> Complements:
    """Le document part au DMP invisible au patient ; la messagerie ne l'envoie pas à un patient à qui il l'est."""
    if labo.defaut("annonce_ignoree"):
        return complements
    voulus = {*complements.confidentialite, "INVISIBLE_PATIENT"}
    return replace(complements, confidentialite=tuple(code for code in CONFIDENTIALITES if code in voulus))
