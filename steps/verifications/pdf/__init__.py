"""Vérifications des éditions PDF : lisibles, traits en clair avec leurs intitulés, INS présente ou absente."""

from steps.verifications.pdf.concordance import concorde_avec_cda, identique_au_cda, transcrit_le_cda
from steps.verifications.pdf.edition import (
    champs_supplementaires,
    ins_absente_de_l_edition,
    pdf_ouvrable,
    texte_extrait,
    traits_affiches,
)
from steps.verifications.pdf.flux import PdfDemesure, PdfIllisible
from steps.verifications.pdf.lecture import PdfChiffre, PdfLu, bandes_des_pages, images_des_pages, lire_pdf
from steps.verifications.pdf.verification import verifier_pdf

__all__ = [
    "PdfChiffre",
    "PdfDemesure",
    "PdfIllisible",
    "PdfLu",
    "bandes_des_pages",
    "champs_supplementaires",
    "concorde_avec_cda",
    "identique_au_cda",
    "images_des_pages",
    "ins_absente_de_l_edition",
    "lire_pdf",
    "pdf_ouvrable",
    "texte_extrait",
    "traits_affiches",
    "transcrit_le_cda",
    "verifier_pdf",
]
