"""Étapes de l'accréditation : réglage, mentions Cofrac et marque des examens, dans chaque forme du compte rendu."""

from __future__ import annotations

import hashlib

from pytest_bdd import then, when
from pytest_bdd.parsers import parse

from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes.commun import changer_reglage
from steps.etapes.compte_rendu_commun import exporter, saisis
from steps.etapes.compte_rendu_mentions import afficher, avec_sa_feuille, imprimer_preuve
from steps.verifications import parametrage
from steps.verifications.cda.lecture import lire_cda
from steps.verifications.compte_rendu import accreditation as regles
from steps.verifications.compte_rendu.niveau_1 import corps_pdf

_SIGNES = "*#§"


@when(parse("l'administrateur règle l'accréditation du laboratoire"))
@when(parse("l'administrateur change l'accréditation du laboratoire"))
def regler_l_accreditation(essai: Essai) -> None:
    """Numéro, portée et signe propres au scénario, autres à chaque fois."""
    reglees = essai.releves.setdefault("accréditations", [])
    repere = hashlib.sha256(f"{essai.graine}{essai.retenu.numero}/accréditation {len(reglees)}".encode()).hexdigest()
    rang = int(repere, 16)
    numero = f"8-{1000 + rang % 9000}"
    portee = f"Examens médicaux, liste des sites et portée disponibles sur www.cofrac.fr (réf. {repere[:6]})"
    marque = _SIGNES[(rang + len(reglees)) % len(_SIGNES)]
    valeur = {"numero": numero, "portee": portee, "marque": marque}
    reponse = changer_reglage(essai, "accreditation", valeur)
    essai.bilan.exiger(parametrage.reglage_change("accreditation", reponse.resultat, reponse.en_phrase()))
    reglees.append(regles.Accreditation(numero, portee, marque))


def _reglees(essai: Essai) -> list[regles.Accreditation]:
    reglees: list[regles.Accreditation] = essai.releves.get("accréditations", [])
    if not reglees:
        raise NonConcluant("la feature parle de l'accréditation sans l'avoir réglée")
    return reglees


@then(parse("le compte rendu « {nom} » ne porte aucune mention d'accréditation"))
def sans_mention(essai: Essai, nom: str) -> None:
    """PDF, affichage et CDA N3, puis le PDF que le CDA N1 encapsule."""
    affichage, cda, n1 = (
        afficher(essai, nom),
        exporter(essai, nom, "N3", complement=True),
        exporter(essai, nom, "N1", complement=True),
    )
    encapsule = corps_pdf(lire_cda(n1))
    for pdf, porteur, quoi in (
        (imprimer_preuve(essai, nom, 0), cda, f"« {nom} »"),
        (encapsule, n1, f"« {nom} » en N1"),
    ):
        constat = regles.accreditation_absente(pdf, affichage, porteur, _reglees(essai), saisis(essai, nom), quoi)
        essai.bilan.constater(constat)


@then(parse("le PDF du compte rendu « {nom} » porte l'accréditation et la marque de ces examens"))
def pdf_accredite(essai: Essai, nom: str) -> None:
    _juger_pdf(essai, nom, imprimer_preuve(essai, nom, 1), f"le PDF de « {nom} »")


@then(parse("l'affichage du compte rendu « {nom} » porte l'accréditation et la marque de ces examens"))
def affichage_accredite(essai: Essai, nom: str) -> None:
    reglee, resultats = _reglees(essai)[-1], saisis(essai, nom)
    affichage, quoi = afficher(essai, nom), f"l'affichage de « {nom} »"
    essai.bilan.constater(regles.accreditation_a_l_affichage(affichage, reglee, resultats, quoi))
    if (presente := avec_sa_feuille(essai, nom)) is not None:
        essai.bilan.constater(regles.accreditation_par_la_feuille(*presente, reglee, resultats, f"« {nom} »"))


@then(parse("le CDA du compte rendu « {nom} » porte l'accréditation, en N3 et en N1"))
def cda_accredite(essai: Essai, nom: str) -> None:
    """Le numéro dans l'en-tête du N3 ; dans le N1, le PDF encapsulé est jugé comme celui qui s'imprime."""
    essai.bilan.constater(
        regles.numero_dans_le_cda(exporter(essai, nom, "N3", complement=True), _reglees(essai)[-1], f"« {nom} »")
    )
    _juger_pdf(
        essai,
        nom,
        corps_pdf(lire_cda(exporter(essai, nom, "N1", complement=True))),
        f"le PDF encapsulé de « {nom} » en N1",
    )


def _juger_pdf(essai: Essai, nom: str, pdf: bytes, quoi: str) -> None:
    conserve = lire_cda(exporter(essai, nom, "N3", complement=True)).custodian
    laboratoire = conserve.nom if conserve is not None else ""
    reglee, resultats = _reglees(essai)[-1], saisis(essai, nom)
    essai.bilan.constater(regles.accreditation_dans_le_pdf(pdf, laboratoire, reglee, resultats, quoi))
