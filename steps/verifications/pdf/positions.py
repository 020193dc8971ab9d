"""Où se lit un texte dans un PDF : page, hauteur dans la page, ligne. Les lettres et chiffres seuls sont comparés."""

from __future__ import annotations

import ctypes
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pypdfium2

from steps.verifications.pdf.flux import PdfDemesure, PdfIllisible
from steps.verifications.pdf.lecture import document_ouvert

GLYPHES_MAX = 200_000
"""Caractères placés d'un document ; un compte rendu en a cent fois moins."""
_MEME_LIGNE = 0.004
"""Écart de ligne de base, en fraction de page, de deux cellules d'une même ligne : 3,4 points sur une A4."""


@dataclass(frozen=True, slots=True)
class Glyphe:
    """Un caractère écrit : `bas`, `haut` et `base` (sa ligne de base) en fractions de la hauteur de la page, du bas.

    `gauche` : en points. `lettres` : ce qui s'en compare, rien pour une ponctuation.
    """

    caractere: str
    lettres: str
    bas: float
    haut: float
    base: float
    gauche: float


@dataclass(frozen=True, slots=True)
class Zone:
    """Ce que couvre un texte trouvé, en fractions de la hauteur de la page, comptées du bas."""

    page: int
    bas: float
    haut: float
    base: float


@dataclass(frozen=True, slots=True)
class PagePlacee:
    """Les caractères d'une page, dans l'ordre du fichier. `numero` : à partir de 1."""

    numero: int
    glyphes: tuple[Glyphe, ...]

    def trouver(self, texte: str) -> list[Zone]:
        """Toutes les places de ce texte, aux espaces, à la ponctuation, aux accents et à la casse près.

        Il est cherché dans l'ordre du fichier puis, s'il n'y est pas, ligne à ligne du haut vers le bas.
        """
        voulu = lettres(texte)
        if not voulu:
            return []
        return self._chercher(voulu, self.glyphes) or self._chercher(voulu, [g for li in self._lignes() for g in li])

    def _chercher(self, voulu: str, glyphes: Sequence[Glyphe]) -> list[Zone]:
        lus = [(lettre, g) for g in glyphes for lettre in g.lettres]
        suite = "".join(lettre for lettre, _ in lus)
        zones, debut = [], suite.find(voulu)
        while debut >= 0:
            couverts = [g for _, g in lus[debut : debut + len(voulu)]]
            bas, haut = min(g.bas for g in couverts), max(g.haut for g in couverts)
            zones.append(Zone(self.numero, bas, haut, couverts[0].base))
            debut = suite.find(voulu, debut + len(voulu))
        return zones

    def ligne(self, zone: Zone) -> str:
        """Ce qui est écrit sur la ligne où commence cette zone, de gauche à droite."""
        return _ecrire(g for g in self.glyphes if abs(g.base - zone.base) <= _MEME_LIGNE)

    def lignes(self) -> list[str]:
        """Les lignes de la page, du haut vers le bas."""
        return [_ecrire(ligne) for ligne in self._lignes()]

    def _lignes(self) -> list[list[Glyphe]]:
        groupes: list[list[Glyphe]] = []
        for glyphe in sorted(self.glyphes, key=lambda g: -g.base):
            if groupes and groupes[-1][0].base - glyphe.base <= _MEME_LIGNE:
                groupes[-1].append(glyphe)
            else:
                groupes.append([glyphe])
        return [sorted(groupe, key=lambda g: g.gauche) for groupe in groupes]


def lire_positions(octets: bytes) -> tuple[PagePlacee, ...]:
    """Les caractères visibles de chaque page ; lève `PdfIllisible` ou `PdfDemesure`."""
    with document_ouvert(octets) as document:
        pages, restants = [], GLYPHES_MAX
        for rang in range(len(document)):
            pages.append(_page(document, rang, restants))
            restants -= len(pages[-1].glyphes)
        return tuple(pages)


def lettres(texte: str) -> str:
    """Les lettres et les chiffres seuls, sans accent ni casse."""
    decompose = unicodedata.normalize("NFKD", texte).casefold()
    return "".join(c for c in decompose if c.isalnum())


def _page(document: pypdfium2.PdfDocument, rang: int, restants: int) -> PagePlacee:
    try:
        page = document[rang]
        if page.get_rotation() % 360:
            raise PdfIllisible(f"la page {rang + 1} est tournée : le banc n'y place pas le texte")
        hauteur, origine = page.get_height(), page.get_bbox()[1]
        zone = page.get_textpage()
    except pypdfium2.PdfiumError as erreur:
        raise PdfIllisible(f"la page {rang + 1} ne se charge pas : {erreur}") from erreur
    try:
        nombre = zone.count_chars()
        if nombre > restants:
            raise PdfDemesure(f"plus de {GLYPHES_MAX} caractères à placer")
        return PagePlacee(rang + 1, tuple(_glyphes(zone, nombre, hauteur or 1.0, origine)))
    finally:
        zone.close()
        page.close()


def _glyphes(zone: pypdfium2.PdfTextPage, nombre: int, hauteur: float, origine: float) -> list[Glyphe]:
    glyphes = []
    for rang in range(nombre):
        caractere = chr(pypdfium2.raw.FPDFText_GetUnicode(zone.raw, rang) or 32)
        if caractere.isspace() or not caractere.isprintable():
            continue
        gauche, bas, _, haut = zone.get_charbox(rang)
        abscisse, base = ctypes.c_double(), ctypes.c_double(bas)
        pypdfium2.raw.FPDFText_GetCharOrigin(zone.raw, rang, abscisse, base)
        hauteurs = [(y - origine) / hauteur for y in (bas, haut, base.value)]
        glyphes.append(Glyphe(caractere, lettres(caractere), hauteurs[0], hauteurs[1], hauteurs[2], gauche))
    return glyphes


def _ecrire(glyphes: Iterable[Glyphe]) -> str:
    return "".join(g.caractere for g in sorted(glyphes, key=lambda g: g.gauche))
