"""Étapes des documents d'un cabinet : lettres et prescriptions en CDA R2 N1 et en PDF/A-1, identité comprise."""

from __future__ import annotations

from pytest_bdd import then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from steps.essai import Essai
from steps.etapes import document_couloir
from steps.etapes.compte_rendu_commun import exporter, imprimer
from steps.etapes.documents_hopital import valider
from steps.flux.identite import IdentiteUsager
from steps.verifications import documents_produits
from steps.verifications.compte_rendu.niveau_1 import forme_n1
from steps.verifications.pdf import traits_affiches, verifier_pdf

_QUI = r"(?P<qui>le professionnel|un autre professionnel)"
_QUOI = r"(?P<quoi>lettre d'adressage|lettre de suivi|prescription)"
_SANS_CODE = "lettre d'adressage"


@when(motif(rf"{_QUI} rédige pour le patient « (?P<patient>[^»]+) » la {_QUOI} « (?P<nom>[^»]+) »$"))
def rediger(essai: Essai, qui: str, patient: str, quoi: str, nom: str) -> None:
    valider(essai, nom, patient, qui=qui, quoi=quoi)


@then(motif(rf"« (?P<nom>[^»]+) » est une {_QUOI} en CDA R2 N1, au PDF encapsulé, avec tout son texte$"))
def en_n1(essai: Essai, nom: str, quoi: str) -> None:
    """Le code d'une lettre d'adressage, que la source laisse en blanc, n'est pas jugé."""
    cda, produit = exporter(essai, nom, "N1"), document_couloir.produit(essai, quoi)
    essai.bilan.constater(forme_n1(cda, f"« {nom} »"))
    essai.bilan.constater(
        documents_produits.document_produit(
            cda,
            code="" if quoi == _SANS_CODE else produit.code,
            niveaux=("N1",),
            reperes=essai.releves[f"repères {nom}"],
            ou=f"« {nom} »",
        )
    )


@then(parse("le PDF/A-1 de « {nom} » porte l'identité et l'INS de son patient"))
def pdf_avec_ins(essai: Essai, nom: str) -> None:
    pdf, patient = imprimer(essai, nom), essai.document(nom).patient
    essai.bilan.constater(verifier_pdf(pdf, ou=f"le PDF de « {nom} »", pdfa="exige"))
    essai.bilan.constater(traits_affiches(pdf, IdentiteUsager.depuis_traits(patient.identite)))
