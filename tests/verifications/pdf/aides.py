"""Éditions fabriquées pour les tests : chaque ligne est écrite telle quelle, le datamatrix est tracé en vectoriel."""

from __future__ import annotations

import io
from collections.abc import Sequence

from ppf.datamatrix import DataMatrix
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas

from steps.flux import IdentiteUsager

GS = "\x1d"


def lignes_completes(identite: IdentiteUsager) -> list[str]:
    """Une édition conforme, intitulés entiers."""
    annee, mois, jour = identite.date_naissance.split("-")
    matricule = identite.matricule_ins
    return [
        "Compte rendu d'examens de biologie médicale",
        f"Nom de naissance : {identite.nom_naissance}",
        f"1er prénom de naissance : {identite.premier_prenom_naissance}",
        f"Date de naissance : {jour}/{mois}/{annee}",
        f"Sexe : {identite.sexe}",
        f"Matricule INS : {matricule[:13]} {matricule[13:]} {identite.nature_ins}",
    ]


def contenu_datamatrix(identite: IdentiteUsager) -> str:
    """Contenu d'un datamatrix INS conforme."""
    annee, mois, jour = identite.date_naissance.split("-")
    oid = identite.oid_ins + (GS if len(identite.oid_ins) < 20 else "")
    lieu = f"S7{identite.code_lieu_naissance}" if identite.code_lieu_naissance else ""
    return (
        f"IS01{'0' * 22}S1{identite.matricule_ins}S2{oid}S3{identite.prenoms_naissance}{GS}"
        f"S4{identite.nom_naissance}{GS}S5{identite.sexe}S6{jour}-{mois}-{annee}{lieu}"
    )


def edition(
    lignes: Sequence[str],
    *,
    datamatrix: str = "",
    cote: float = 60,
    autre: str = "",
    metadonnees: str = "",
    pages_vides: int = 0,
    compresser: bool = True,
) -> bytes:
    """Un PDF : les lignes l'une sous l'autre, puis le datamatrix, et un autre Data Matrix plus bas."""
    tampon = io.BytesIO()
    page = canvas.Canvas(tampon, pagesize=A4, pageCompression=int(compresser), invariant=1)
    page.setTitle("Compte rendu")
    if metadonnees:
        page.setSubject(metadonnees)
    for rang, ligne in enumerate(lignes):
        page.drawString(50, 790 - 18 * rang, ligne)
    if datamatrix:
        _tracer(page, datamatrix, 430, 700, cote)
    if autre:
        _tracer(page, autre, 430, 500, 60)
    page.showPage()
    for _ in range(pages_vides):
        page.showPage()
    page.save()
    return tampon.getvalue()


def _tracer(page: canvas.Canvas, contenu: str, gauche: float, bas: float, cote: float) -> None:
    matrice = DataMatrix(contenu).matrix
    module = cote / len(matrice)
    for rang, ligne in enumerate(matrice):
        for colonne, plein in enumerate(ligne):
            if plein:
                x, y = gauche + colonne * module, bas + cote - (rang + 1) * module
                page.rect(x, y, module, module, stroke=0, fill=1)
