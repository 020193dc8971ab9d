"""Étapes de l'adresse de retour des courriels MSSanté : réglée, puis suivie par les courriels d'après."""

from __future__ import annotations

from pytest_bdd import then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes import vocabulaire
from steps.etapes.commun import changer_reglage
from steps.etapes.mss_commun import boite_de, boite_de_type, courriels_de
from steps.releves import retirer
from steps.verifications.mssante import dossier_versions as versions


@when(
    motif(
        r"l'administrateur dirige les réponses vers (?P<une>.+?)"
        r"(?: et, s'il le peut, celles des professionnels vers (?P<autre>.+))?$"
    )
)
def regler_retour(essai: Essai, une: str, autre: str | None) -> None:
    """Une adresse pour tous ; `autre` : celle des professionnels, si le logiciel les règle à part."""
    adresse = _adresse_dite(essai, une)
    valeur = {"patient": adresse, "professionnel": _adresse_dite(essai, autre) if autre else adresse}
    reponse = changer_reglage(essai, "adresse_retour_mss", valeur)
    if autre and not reponse.fait:
        valeur = {"patient": adresse, "professionnel": adresse}
        reponse = changer_reglage(essai, "adresse_retour_mss", valeur)
    essai.bilan.exiger(versions.retour_reglable(reponse.resultat, reponse.en_phrase()))
    essai.releves["adresse de retour"] = valeur


def _adresse_dite(essai: Essai, phrase: str) -> str:
    boites = {
        "la boîte du secrétariat": lambda: boite_de_type(essai, "ORG"),
        "la boîte du professionnel": lambda: boite_de(essai, "biologiste_1"),
        "la boîte d'un autre professionnel": lambda: boite_de(essai, "biologiste_2"),
    }
    try:
        return boites[phrase]().adresse
    except KeyError:
        raise vocabulaire.PhraseInconnue(f"boîte inconnue : {phrase!r} ; attendu l'une de {list(boites)}") from None


@then(parse("les réponses au compte rendu « {nom} » reviennent aux adresses réglées"))
def retour_regle(essai: Essai, nom: str) -> None:
    reglees = retirer(essai, "adresse de retour", dict)
    portants = courriels_de(essai, essai.document(nom), retirer(essai, f"depuis {nom}", int))
    if not portants:
        raise NonConcluant(f"aucun courriel ne porte « {nom} »")
    for vu in portants:
        canal = "patient" if vu.usagers else "professionnel"
        essai.bilan.constater(versions.retour_a_l_adresse_reglee(vu, reglees[canal], f"« {nom} », {canal}"))
