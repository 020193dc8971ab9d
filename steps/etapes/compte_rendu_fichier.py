"""Étapes d'une lettre de liaison : son type, son PDF/A-1, l'information du patient."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from pytest_bdd import then, when
from pytest_bdd.parsers import parse

from steps.bilan import NonConcluant
from steps.essai import DocumentEssai, Essai
from steps.etapes.commun import relire
from steps.etapes.compte_rendu_commun import exporter
from steps.etapes.compte_rendu_mentions import imprimer_preuve, textes_regles
from steps.verifications.compte_rendu import fichier, mentions
from steps.verifications.pdf import verifier_pdf


# -------------------------------------------------------------------- lettre
@when(parse("le professionnel rédige pour le patient « {patient} » la lettre de liaison « {nom} »"))
def rediger(essai: Essai, patient: str, nom: str) -> None:
    """Un titre et un texte propres au scénario."""
    cible = relire(essai, essai.patient(patient))
    repere = hashlib.sha256(f"{essai.graine}{essai.retenu.numero}/lettre {nom}".encode()).hexdigest()[:8]
    texte = (
        f"Sortie ce jour, repère {repere} : suites simples. Contrôle de l'ionogramme à huit jours, puis à trois mois."
    )
    titre = f"Lettre de liaison à la sortie {repere[:4]}"
    reponse = essai.jouer("rediger_lettre", "biologiste_1", patient_id=cible.patient_id, titre=titre, texte=texte)
    donnees = reponse.donnees.get("document")
    if not reponse.fait or not isinstance(donnees, Mapping):
        raise NonConcluant(f"rediger_lettre n'a pas rendu de document : {reponse.en_phrase()}")
    essai.documents[nom] = DocumentEssai(nom, cible, str(donnees["document_id"]), donnees)
    essai.releves[f"texte {nom}"] = (f"repère {repere}", "Contrôle de l'ionogramme à huit jours")


@then(parse("le PDF de la lettre « {nom} » est un PDF/A-1 et porte ces mentions RGPD au bas de la page"))
def lettre_en_pdf(essai: Essai, nom: str) -> None:
    pdf, quoi = imprimer_preuve(essai, nom), f"le PDF de la lettre « {nom} »"
    essai.bilan.constater(verifier_pdf(pdf, ou=quoi, pdfa="exige"))
    texte = textes_regles(essai, "mentions_rgpd")[-1]
    essai.bilan.constater(mentions.rgpd_en_bas_du_pdf(pdf, texte, essai.releves[f"texte {nom}"], quoi))


@then(parse("la lettre « {nom} » est une lettre de liaison à la sortie"))
def lettre_de_sortie(essai: Essai, nom: str) -> None:
    cda = exporter(essai, nom, "N1", complement=True)
    essai.bilan.constater(fichier.type_de_la_lettre(cda, f"« {nom} »"))
