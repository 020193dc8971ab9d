"""Les examens sous-traités dans une édition : résultats, laboratoire qui les a exécutés, pages qu'il a envoyées."""

from __future__ import annotations

import io

import pikepdf
from PIL import Image
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from simulators.logiciel_temoin import cda_sous_traitance, pdf_page
from simulators.logiciel_temoin.base import Analyse, Document
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.pdfa import est_declare

_ADRESSE = "https://resultats.laboratoire.invalid/compte-rendu.pdf"


def a_imprimer(labo: Labo, document: Document) -> list[Analyse]:
    """Les analyses qui s'impriment : toutes."""
    tronque = len(document.analyses) > 3 and labo.defaut("pdf_trois_resultats")
    return document.analyses[:3] if tronque else document.analyses


def resultat(labo: Labo, document: Document, analyse: Analyse) -> str:
    """La valeur telle qu'elle s'imprime."""
    if analyse.valeur is None:
        return "en attente"
    if cda_sous_traitance.est_sous_traitee(document, analyse):
        if labo.defaut("pdf_sous_traitees_lien"):
            return "voir le compte rendu du sous-traitant"
        if labo.defaut("pdf_sous_traitees_image"):
            return "voir l'image jointe"
    return f"{analyse.valeur} {analyse.unite}"


def relier(labo: Labo, toile: Canvas, document: Document) -> None:
    """Ni lien ni image, sauf défaut : ce qui est sous-traité s'imprime."""
    if document.complements.sous_traitant is None:
        return
    if labo.defaut("pdf_sous_traitees_image"):
        toile.drawImage(ImageReader(Image.new("RGB", (80, 20), "white")), 20 * mm, 200 * mm)
        toile.showPage()
    if labo.defaut("pdf_sous_traitees_lien"):
        toile.linkURL(_ADRESSE, (20 * mm, 20 * mm, 120 * mm, 30 * mm))
        toile.showPage()


def lignes(labo: Labo, document: Document) -> list[str]:
    """Qui a exécuté quelles analyses."""
    tiers = document.complements.sous_traitant
    ses = [a.libelle for a in document.analyses if cda_sous_traitance.est_sous_traitee(document, a)]
    if tiers is None:
        return []
    dit = cda_sous_traitance.en_toutes_lettres(labo, tiers)
    quoi = f"Analyses exécutées par : {dit} ({', '.join(ses)})" if ses else f"Laboratoire sous-traitant : {dit}"
    return ["", *pdf_page.couper(quoi)]


def joindre(labo: Labo, octets: bytes, document: Document) -> bytes:
    """Les pages du compte rendu, puis celles du sous-traitant quand elles sont du PDF/A-1."""
    autre = document.complements.pdf_sous_traitant
    if not autre or not est_declare(autre) or labo.defaut("pdf_sous_traitant_oublie"):
        return octets
    with pikepdf.open(io.BytesIO(octets)) as premier, pikepdf.open(io.BytesIO(autre)) as second:
        premier.pages.extend(second.pages)
        sortie = io.BytesIO()
        premier.save(sortie, deterministic_id=True)
    return sortie.getvalue()
