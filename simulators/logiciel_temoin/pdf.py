"""Éditions : l'identité en clair sous des libellés sans équivoque, le datamatrix INS, les résultats."""

from __future__ import annotations

import io
from collections.abc import Sequence

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from simulators.logiciel_temoin import (
    cda_mentions,
    cda_microbiologie,
    datamatrix,
    pdf_document,
    pdf_page,
    pdf_sous_traitance,
    pdfa,
)
from simulators.logiciel_temoin.base import Document
from simulators.logiciel_temoin.horloge import PARIS, jour_francais
from simulators.logiciel_temoin.identite import LIBELLES, MATRICULE, QUAL, TOUJOURS_AFFICHES, Patient, nature_matricule
from simulators.logiciel_temoin.labo import Labo


def editer(labo: Labo, patient: Patient, document: Document) -> bytes:
    """PDF d'un compte rendu, à l'identité du moment."""
    tampon = io.BytesIO()
    toile = Canvas(tampon, pagesize=A4, invariant=1)
    toile.setTitle(document.titre)
    toile.setAuthor(labo.environnement.structure.nom)
    pied = _pied(labo, document)
    y = _identite(labo, toile, patient, document)
    y = _lignes(toile, y - 8 * mm, [document.titre, *_resultats(labo, document)], pied)
    toile.setFont(pdfa.POLICE, 9)
    toile.drawString(20 * mm, max(y - 10 * mm, pdf_page.bas(pied)), _signature(labo, document))
    pdf_page.fermer(toile, pied)
    _page_d_accreditation(labo, toile, document)
    pdf_sous_traitance.relier(labo, toile, document)
    toile.save()
    if labo.defaut("mss_pdf_non_a1"):
        return tampon.getvalue()
    octets = pdf_sous_traitance.joindre(labo, tampon.getvalue(), document)
    return pdfa.declarer(octets, document.titre, labo.environnement.structure.nom)


def editer_texte(titre: str, lignes: list[str]) -> bytes:
    """PDF d'un texte, quand le document reçu n'a pas de copie PDF."""
    tampon = io.BytesIO()
    toile = Canvas(tampon, pagesize=A4, invariant=1)
    toile.setTitle(titre)
    _lignes(toile, 280 * mm, [titre, *lignes])
    toile.showPage()
    toile.save()
    return pdfa.declarer(tampon.getvalue(), titre, "")


def _identite(labo: Labo, toile: Canvas, patient: Patient, document: Document) -> float:
    avec_ins = patient.statut == QUAL or (labo.defaut("pdf_matricule_recup") and bool(patient.matricule))
    mentions = document.complements.mentions
    intitule = "Compte rendu d'examens de biologie médicale" if document.analyses else document.titre
    lignes = [labo.environnement.structure.nom]
    if not labo.defaut("cofrac_autre_page"):
        lignes += pdf_page.couper(mentions.get(cda_mentions.ACCREDITATION, ""), 130 * mm)
    lignes += [intitule, ""]
    if labo.defaut("mentions_rgpd_en_haut"):
        lignes += pdf_page.couper(mentions.get(cda_mentions.RGPD, ""), 130 * mm)
    for champ in _champs(labo):
        libelle = "Nom" if champ == "nom_naissance" and labo.defaut("pdf_libelle_ambigu") else LIBELLES[champ]
        lignes.append(f"{libelle} : {_valeur(patient, champ)}")
    if avec_ins and not labo.defaut("pdf_sans_matricule"):
        nature = "" if labo.defaut("pdf_matricule_sans_nature") else f" ({nature_matricule(patient.oid)})"
        lignes.append(f"Matricule INS : {patient.matricule}{nature}")
    y = _lignes(toile, 280 * mm, [labo.defauts.muter_texte("edition", ligne) for ligne in lignes])
    if avec_ins and not labo.defaut("pdf_sans_datamatrix"):
        datamatrix.dessiner(
            toile,
            labo.defauts.muter_texte("datamatrix", datamatrix.contenu(labo, patient)),
            160 * mm,
            245 * mm,
            30 * mm,
        )
        toile.setFont(pdfa.POLICE, 7)
        toile.drawString(163 * mm, 243 * mm, "INS à scanner")
    return y


def _champs(labo: Labo) -> list[str]:
    champs = [c for c in TOUJOURS_AFFICHES if not (c == "sexe" and labo.defaut("pdf_sans_sexe"))]
    if not labo.defaut("pdf_champs_choisis_ignores"):
        champs += [c for c in labo.reglages.lire("champs_edition") if c not in (*champs, *MATRICULE)]
    return champs


def _valeur(patient: Patient, champ: str) -> str:
    valeur = patient.trait(champ)
    return jour_francais(valeur) if champ == "date_naissance" else valeur


def _pied(labo: Labo, document: Document) -> list[str]:
    if labo.defaut("mentions_rgpd_en_haut") or labo.defaut("mentions_rgpd_cda_seul"):
        return []
    return pdf_page.pied(document.complements.mentions.get(cda_mentions.RGPD, ""))


def _page_d_accreditation(labo: Labo, toile: Canvas, document: Document) -> None:
    if labo.defaut("cofrac_autre_page") and cda_mentions.ACCREDITATION in document.complements.mentions:
        _lignes(toile, 280 * mm, pdf_page.couper(document.complements.mentions[cda_mentions.ACCREDITATION]))
        toile.showPage()


def _resultats(labo: Labo, document: Document) -> list[str]:
    suite = [""]
    for titre, texte in document.sections:
        suite += [titre, *pdf_page.couper(texte), ""]
    if not document.analyses:
        return [*suite, *pdf_document.suite(labo, document)]
    etat = "Compte rendu partiel" if document.statut_cr == "partiel" else "Compte rendu complet"
    lignes = [f"{etat}, version {document.version}", *([document.mention] if document.mention else []), ""]
    for analyse in pdf_sous_traitance.a_imprimer(labo, document):
        resultat = pdf_sous_traitance.resultat(labo, document, analyse)
        lignes.append(f"{cda_mentions.marque(document, analyse, labo)}{analyse.libelle} : {resultat}")
    lignes += pdf_sous_traitance.lignes(labo, document)
    if document.complements.germes and not labo.defaut("micro_pdf_absente"):
        lignes += cda_microbiologie.lignes(labo, document)
    for ligne in cda_mentions.lignes(labo, document):
        automatisme = ligne == document.complements.mentions.get(cda_mentions.AUTOMATIQUE)
        if not (automatisme and labo.defaut("mention_automatique_cda_seul")):
            suite += pdf_page.couper(ligne)
    return lignes + suite


def _signature(labo: Labo, document: Document) -> str:
    instant = document.date_creation.astimezone(PARIS).strftime("%d/%m/%Y à %H:%M")
    if not document.analyses:
        return pdf_document.signature(labo, document, instant)
    return (
        f"Validé par {document.auteur.prenom} {document.auteur.nom}, {labo.environnement.structure.nom}, le {instant}"
    )


def _lignes(toile: Canvas, y: float, lignes: list[str], pied: Sequence[str] = ()) -> float:
    toile.setFont(pdfa.POLICE, 10)
    for ligne in lignes:
        if y < max(20 * mm, pdf_page.bas(pied)):
            pdf_page.fermer(toile, pied)
            toile.setFont(pdfa.POLICE, 10)
            y = 280 * mm
        toile.drawString(20 * mm, y, ligne)
        y -= 5.5 * mm
    return y
