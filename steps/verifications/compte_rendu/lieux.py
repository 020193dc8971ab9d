"""Où un texte réglé se lit dans une forme du compte rendu : PDF (page, hauteur), affichage (rangée)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml import etree, html

from reports.constat import Constat, Regle
from steps.verifications.compte_rendu.attendu import Resultat
from steps.verifications.pdf.flux import PdfIllisible
from steps.verifications.pdf.positions import PagePlacee, Zone, lettres, lire_positions
from steps.verifications.presentation import TAILLE_MAX

_RANGEES = frozenset({"tr", "p", "li", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "caption", "pre", "div"})
_INVISIBLES = frozenset({"script", "style", "head", "title", "noscript", "template"})


def pages_du_pdf(pdf: bytes, corps: Sequence[str], regle: Regle, quoi: str) -> tuple[PagePlacee, ...] | Constat:
    """Les pages, si leur texte s'extrait : `corps` sont des textes qui y sont. Sinon le constat à rendre."""
    try:
        pages = lire_positions(pdf)
    except PdfIllisible as erreur:
        return regle.sans_objet(f"{quoi} ne se lit pas : {erreur}")
    absents = [texte for texte in corps if not any(page.trouver(texte) for page in pages)]
    if not corps or absents:
        message = (
            f"rien ne montre que le texte de {quoi} s'extrait ({', '.join(absents) or 'aucun témoin'} introuvable)"
        )
        return regle.a_regarder(f"{message} : une personne doit le lire", ou=quoi)
    return pages


def zones(pages: Sequence[PagePlacee], texte: str) -> list[Zone]:
    """Toutes les places de ce texte."""
    return [zone for page in pages for zone in page.trouver(texte)]


def rangees_affichees(affichage: str) -> list[str]:
    """Ce qu'une personne lit, rangée par rangée : ligne de tableau, paragraphe, ligne d'un texte brut."""
    affichage = affichage[:TAILLE_MAX]
    if "<" not in affichage:
        return [ligne for brute in affichage.splitlines() if (ligne := " ".join(brute.split()))]
    try:
        racine = html.document_fromstring(affichage.encode("utf-8"), parser=html.HTMLParser(encoding="utf-8"))
    except (etree.ParserError, ValueError):
        return [" ".join(affichage.split())]
    rangees: list[list[str]] = [[]]
    _parcourir(racine, rangees, entiere=False)
    return [ligne for morceaux in rangees if (ligne := " ".join(" ".join(morceaux).split()))]


def _parcourir(element: etree._Element, rangees: list[list[str]], *, entiere: bool) -> None:
    """Une ligne de tableau se lit d'un tenant (`entiere`) : ses cellules n'ouvrent pas de rangée."""
    if not isinstance(element.tag, str) or element.tag in _INVISIBLES:
        return
    ouvre = element.tag in _RANGEES and not entiere
    if ouvre or (element.tag == "br" and not entiere):
        rangees.append([])
    rangees[-1].append(element.text or "")
    for enfant in element:
        _parcourir(enfant, rangees, entiere=entiere or element.tag == "tr")
        rangees[-1].append(enfant.tail or "")
    if ouvre:
        rangees.append([])


def rangee_du_resultat(rangees: Sequence[str], resultat: Resultat) -> str:
    """La plus courte rangée qui porte le libellé et la valeur ; à défaut le libellé seul ; vide s'il n'y est pas."""
    libelle, valeur = lettres(resultat.libelle), lettres(resultat.valeur)
    portent = [r for r in rangees if libelle in lettres(r)]
    avec_valeur = [r for r in portent if valeur in lettres(r).replace(libelle, "", 1)]
    return min(avec_valeur or portent, key=len, default="")


def lignes_du_pdf(pages: Sequence[PagePlacee]) -> list[str]:
    """Les lignes de toutes les pages, du haut vers le bas."""
    return [ligne for page in pages for ligne in page.lignes()]


def contient_lettres(texte: str, voulu: str) -> bool:
    """Vrai si ce texte se lit, aux espaces, à la ponctuation, aux accents et à la casse près."""
    return bool(lettres(voulu)) and lettres(voulu) in lettres(texte)


def citer(texte: str, longueur: int = 200) -> str:
    """Un texte abrégé pour un constat."""
    nu = re.sub(r"\s+", " ", texte).strip()
    return nu if len(nu) <= longueur else f"{nu[:longueur]}…"
