"""Étapes des versions d'un document envoyé : remplacement, suppression, mentions, correspondants prévenus."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes.commun import regler
from steps.etapes.dmp_commun import dire
from steps.etapes.mss_commun import (
    adresses_des_correspondants,
    attendre,
    courriels_de,
    document_dans,
    vus,
)
from steps.releves import retirer
from steps.verifications.mssante import dossier_versions as versions
from steps.verifications.mssante.dossier_lecture import CourrielVu, DocumentLu

MENTION = "ANNULE ET REMPLACE la version précédente, à détruire"


AVERTISSEMENT = "Le compte rendu que nous vous avions adressé a été supprimé : n'en tenez pas compte."


# ------------------------------------------------------------------ versions
@given("une mention de remplacement paramétrée")
def mention_parametree(essai: Essai) -> None:
    regler(essai, "mention_remplacement", MENTION)


@given("un avertissement de suppression paramétré")
def avertissement_parametre(essai: Essai) -> None:
    regler(essai, "message_suppression", AVERTISSEMENT)


def _envoye(essai: Essai, nom: str) -> tuple[CourrielVu, DocumentLu]:
    portants = courriels_de(essai, essai.document(nom), retirer(essai, f"depuis {nom}", int))
    lu = document_dans(essai, portants[-1], essai.document(nom)) if portants else None
    if lu is None:
        raise NonConcluant(f"aucun courriel ne porte « {nom} »")
    return portants[-1], lu


@then(motif(r"le compte rendu « (?P<nom>[^»]+) » envoyé est (?P<etat>partiel|complet)$"))
def statut_envoye(essai: Essai, nom: str, etat: str) -> None:
    vu, lu = _envoye(essai, nom)
    essai.bilan.constater(versions.statut_du_compte_rendu(lu, partiel=etat == "partiel", echanges=(vu.numero,)))


@then(parse("le compte rendu « {nom} » envoyé est une nouvelle version du précédent"))
def suite_envoyee(essai: Essai, nom: str) -> None:
    ancien = essai.releves.get(f"version précédente {nom}")
    if ancien is None:
        raise NonConcluant(f"la version précédente de « {nom} » n'a pas été vue sur le fil")
    vu, lu = _envoye(essai, nom)
    essai.bilan.constater(versions.version_suivante(ancien, lu, echanges=(vu.numero,)))


@then(motif(r"le compte rendu « (?P<nom>[^»]+) » envoyé (?P<ne>ne )?porte (?:pas )?la mention de remplacement$"))
def mention_envoyee(essai: Essai, nom: str, ne: str | None) -> None:
    vu, lu = _envoye(essai, nom)
    essai.bilan.constater(versions.mention_de_remplacement(vu, lu, MENTION, attendue=not ne))


@when(parse("le professionnel supprime le compte rendu « {nom} » et en fait prévenir les destinataires"))
def supprimer(essai: Essai, nom: str) -> None:
    document = essai.document(nom)
    essai.releves["suppression"] = (essai.journal.position(), document)
    reponse = essai.jouer(
        "supprimer_compte_rendu",
        "biologiste_1",
        patient_id=document.patient.patient_id,
        document_id=document.document_id,
    )
    essai.releves["suppression dite"] = reponse
    destinataires = adresses_des_correspondants(essai, document.patient.nom)
    depuis = essai.releves["suppression"][0]
    attendre(essai, lambda partis: set(destinataires) <= _adresses(partis), depuis)


@then(parse("chaque destinataire du compte rendu « {nom} » est prévenu de sa suppression, et eux seuls"))
def prevenus(essai: Essai, nom: str) -> None:
    """Les courriels entre la suppression et l'envoi suivant, qui clôt la fenêtre."""
    depuis, document = retirer(essai, "suppression", tuple)
    avis = [vu for vu in vus(essai, depuis) if not vu.documents]
    apres = [vu for vu in vus(essai, depuis) if vu.documents]
    if not apres:
        raise NonConcluant("aucun envoi n'a été observé après la suppression : la fenêtre n'est pas close")
    destinataires = adresses_des_correspondants(essai, document.patient.nom)
    dit = dire(essai.releves.get("suppression dite"))
    essai.bilan.constater(versions.suppression_annoncee(avis, destinataires, AVERTISSEMENT, dit))


def _adresses(partis: Sequence[CourrielVu]) -> set[str]:
    return {adresse for vu in partis for adresse in vu.destinataires}
