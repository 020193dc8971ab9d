"""Étapes de l'appel contextuel sortant : lancé du dossier d'un patient, relevé tel qu'il est émis."""

from __future__ import annotations

from pytest_bdd import then, when
from pytest_bdd.parsers import parse

from steps.essai import Essai
from steps.etapes.commun import relire
from steps.flux.identite import IdentiteUsager
from steps.verifications import appel_sortant as regles


@when(parse("le professionnel appelle une application tierce depuis le dossier du patient « {nom} »"))
def appeler(essai: Essai, nom: str) -> None:
    """Retient l'URL ou la commande émise ; un refus ne laisse rien, et cela se juge."""
    patient = relire(essai, essai.patient(nom))
    reponse = essai.jouer("appel_contextuel_sortant", "biologiste_1", patient_id=patient.patient_id)
    emis = (reponse.donnees.get("url"), reponse.donnees.get("commande")) if reponse.fait else ()
    appels: dict[str, str] = essai.releves.setdefault("appels sortants", {})
    appels[nom] = "\n".join(str(texte) for texte in emis if texte)
    essai.bilan.joindre(
        f"appel-{len(appels)}.txt", "document", appels[nom].encode(), f"appel sortant pour « {nom} »", complement=True
    )


@then(parse("l'appel sortant porte l'INS complète du patient « {nom} », et celle d'aucun autre"))
def ins_complete(essai: Essai, nom: str) -> None:
    """Deux patients au moins : l'appel suit le dossier ouvert."""
    appels: dict[str, str] = essai.releves["appels sortants"]
    identite = IdentiteUsager.depuis_traits(essai.patient(nom).identite)
    appel, quoi = appels[nom], f"appel depuis le dossier de « {nom} »"
    autres = [essai.patient(autre).reference.matricule_ins for autre in appels if autre != nom]
    if appel:
        essai.bilan.constater(regles.aucune_autre(appel, autres, quoi))
    essai.bilan.exiger(regles.ins_portee(appel, identite, quoi))
    essai.bilan.constater(regles.traits_portes(appel, identite, quoi))
