"""Étapes d'un KOS dépublié à la demande du RIS : ce qui est retiré du DMP, et par quelle transaction."""

from __future__ import annotations

from pytest_bdd import then, when
from pytest_bdd.parsers import parse

from steps.essai import Essai
from steps.etapes.dmp_commun import contexte, statuts
from steps.etapes.drim_commun import ATTENTE_S, ExamenEssai, envoyer_compte_rendu, examen, publie_avant
from steps.releves import retirer
from steps.verifications import suivi_dmp
from steps.verifications.dmp import verifier_suppression
from steps.verifications.drim import publication as regles


@when(parse("le RIS demande la dépublication du compte rendu de l'examen « {nom} »"))
def depublier(essai: Essai, nom: str) -> None:
    vise = examen(essai, nom)
    essai.releves[f"registre avant la dépublication de {nom}"] = statuts(essai, vise.patient)
    envoyer_compte_rendu(essai, vise, etat="D")


@then(parse("la référence de l'examen « {nom} » est supprimée du DMP"))
def supprimee(essai: Essai, nom: str) -> None:
    vise, avant = examen(essai, nom), publie_avant(essai, nom)
    _attendre(essai, vise, avant)
    essai.bilan.constater(regles.retire(avant, statuts(essai, vise.patient)))


@then(parse("la référence de l'examen « {nom} » est supprimée du DMP, et elle seule"))
def seule_supprimee(essai: Essai, nom: str) -> None:
    vise, uid = examen(essai, nom), publie_avant(essai, nom)
    avant = retirer(essai, f"registre avant la dépublication de {nom}", dict)
    _attendre(essai, vise, uid)
    dit = essai.derniere.en_phrase()
    essai.bilan.constater(suivi_dmp.document_supprime(avant, statuts(essai, vise.patient), [uid], dit))


@then(parse("la suppression de la référence de l'examen « {nom} » suit le guide d'intégration"))
def suppression_conforme(essai: Essai, nom: str) -> None:
    uid = publie_avant(essai, nom)
    essai.bilan.constater(verifier_suppression(essai.echanges("dmp", tout=True), contexte(essai), unique_id=uid))


def _attendre(essai: Essai, vise: ExamenEssai, uid: str) -> None:
    """Laisse à un logiciel qui retire après coup le temps de le faire."""
    if not essai.logiciel.temoin:
        essai.journal.attendre(
            lambda _: statuts(essai, vise.patient).get(uid) == regles.SUPPRIME,
            depuis=essai.debut, delai=ATTENTE_S, service="dmp",
        )  # fmt: skip
