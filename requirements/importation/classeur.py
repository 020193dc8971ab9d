"""Un classeur de REM lu en lignes de texte : feuille et en-tête trouvés, formules remplacées par leur valeur."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from lxml.etree import LxmlError
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from requirements.erreurs import ErreurClasseur
from requirements.importation import archive
from requirements.importation.colonnes import Disposition, normaliser, reconnaitre

LIGNES_ENTETE = 20
LIGNES_MAX = 20_000
COLONNES_MAX = 256
_HTML = re.compile(
    r"</?(?:p|ul|ol|li|br|span|div|b|i|u|em|strong|table|tr|td|th|h[1-6]|a)\b[^>]*>|&[a-z]+;|&#\d+;", re.I
)
# openpyxl laisse passer, sur un classeur abîmé, les exceptions de ses propres lectures.
_ILLISIBLE = (
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    InvalidFileException,
    ParseError,
    LxmlError,
    OSError,
)


@dataclass(frozen=True, slots=True)
class Revision:
    """De quel classeur il s'agit : le nom du fichier ne porte pas la révision, l'empreinte et la date si."""

    nom: str
    sha256: str
    taille: int
    feuille: str
    titre: str
    modifie_le: str


@dataclass(frozen=True, slots=True)
class Ligne:
    """Une ligne non vide de la feuille."""

    numero: int
    cellules: tuple[str, ...]

    def __getitem__(self, position: int | None) -> str:
        if position is None or position >= len(self.cellules):
            return ""
        return self.cellules[position]


@dataclass(frozen=True, slots=True)
class Classeur:
    """Une feuille de REM reconnue."""

    revision: Revision
    disposition: Disposition
    lignes: tuple[Ligne, ...]
    avertissements: tuple[str, ...]


def ouvrir(chemin: Path, *, feuille: str = "") -> Classeur:
    """Vérifie puis lit le classeur ; `ErreurClasseur` dit ce qui manque."""
    sha256 = archive.verifier(chemin)
    try:
        livre = load_workbook(chemin, read_only=True, data_only=True, keep_links=False)
        try:
            nom, disposition = _choisir(chemin, livre, feuille)
            onglet = livre[nom]
            revision = _revision(chemin, sha256, nom, livre.properties)
            lignes = tuple(_lignes(chemin, onglet, disposition))
        finally:
            livre.close()
        avertissements = _formules_sans_valeur(chemin, nom)
    except _ILLISIBLE as erreur:
        raise ErreurClasseur(
            f"{chemin.name} : classeur abîmé ({type(erreur).__name__} : {erreur}). "
            "À faire : l'ouvrir dans un tableur et l'enregistrer de nouveau en .xlsx."
        ) from erreur
    return Classeur(revision, disposition, lignes, avertissements)


def _choisir(chemin: Path, livre: Any, demandee: str) -> tuple[str, Disposition]:
    noms = [onglet.title for onglet in livre.worksheets]
    if demandee and demandee not in noms:
        raise ErreurClasseur(
            f"{chemin.name} : attendu une feuille « {demandee} », reçu {_citer(noms)}. À faire : corriger --feuille."
        )
    reconnues: dict[str, Disposition] = {}
    for onglet in livre.worksheets:
        if not demandee or onglet.title == demandee:
            disposition = _entete(onglet)
            if disposition is not None:
                reconnues[onglet.title] = disposition
    if not reconnues:
        raise ErreurClasseur(
            f"{chemin.name} : attendu, dans les {LIGNES_ENTETE} premières lignes d'une feuille, un en-tête avec au "
            "moins « ID » (ou « N° exigence ») et « Exigence » (ou « Énoncé de l'exigence »), reçu "
            f"{_citer(noms)} sans un tel en-tête. À faire : vérifier que c'est bien un classeur de REM."
        )
    if len(reconnues) > 1:
        preferees = [nom for nom in reconnues if normaliser(nom).startswith("exigences")]
        if len(preferees) != 1:
            raise ErreurClasseur(
                f"{chemin.name} : attendu une seule feuille avec un en-tête de REM, reçu {_citer(reconnues)}. "
                "À faire : choisir avec --feuille."
            )
        return preferees[0], reconnues[preferees[0]]
    return next(iter(reconnues.items()))


def _entete(onglet: Any) -> Disposition | None:
    onglet.reset_dimensions()
    meilleure: Disposition | None = None
    rangees = onglet.iter_rows(max_row=LIGNES_ENTETE, max_col=COLONNES_MAX, values_only=True)
    for numero, cellules in enumerate(rangees, start=1):
        disposition = reconnaitre(numero, [_texte(valeur) for valeur in cellules])
        if disposition.est_complete and (meilleure is None or disposition.nombre > meilleure.nombre):
            meilleure = disposition
    return meilleure


def _lignes(chemin: Path, onglet: Any, disposition: Disposition) -> Iterator[Ligne]:
    onglet.reset_dimensions()
    vues = 0
    for numero, cellules in enumerate(onglet.iter_rows(max_col=COLONNES_MAX, values_only=True), start=1):
        if numero <= disposition.ligne:
            continue
        derniere = max((rang for rang, valeur in enumerate(cellules, start=1) if valeur is not None), default=0)
        textes = tuple(_texte(valeur) for valeur in cellules[:derniere])
        if not any(textes):
            continue
        vues += 1
        if vues > LIGNES_MAX:
            raise ErreurClasseur(
                f"{chemin.name} : attendu au plus {LIGNES_MAX} lignes remplies, reçu davantage. "
                "À faire : vérifier que c'est bien un classeur de REM."
            )
        yield Ligne(numero, textes)


def _formules_sans_valeur(chemin: Path, feuille: str) -> tuple[str, ...]:
    """Les formules dont aucun tableur n'a enregistré le résultat : leur cellule se lit vide, il faut le dire."""
    formules: list[str] = []
    brut = load_workbook(chemin, read_only=True, data_only=False, keep_links=False)
    calcule = load_workbook(chemin, read_only=True, data_only=True, keep_links=False)
    try:
        for ecrites, valeurs in zip(_cellules(brut[feuille]), _cellules(calcule[feuille]), strict=False):
            for ecrite, valeur in zip(ecrites, valeurs, strict=False):
                if getattr(ecrite, "data_type", "") == "f" and valeur.value is None:
                    formules.append(str(ecrite.coordinate))
    finally:
        brut.close()
        calcule.close()
    if not formules:
        return ()
    liste = ", ".join(formules[:10]) + ("…" if len(formules) > 10 else "")
    return (
        f"{len(formules)} formule(s) sans valeur enregistrée, lues comme vides : {liste}. "
        "À faire : ouvrir le classeur dans un tableur, l'enregistrer, puis importer de nouveau.",
    )


def _cellules(onglet: Any) -> Iterator[tuple[Any, ...]]:
    onglet.reset_dimensions()
    return iter(onglet.iter_rows(max_col=COLONNES_MAX))


def _revision(chemin: Path, sha256: str, feuille: str, proprietes: Any) -> Revision:
    modifie = getattr(proprietes, "modified", None)
    return Revision(
        nom=chemin.name,
        sha256=sha256,
        taille=chemin.stat().st_size,
        feuille=feuille,
        titre=str(getattr(proprietes, "title", None) or ""),
        modifie_le=modifie.isoformat() if isinstance(modifie, dt.datetime) else "",
    )


def _texte(valeur: object) -> str:
    if valeur is None:
        return ""
    if isinstance(valeur, bool):
        return "VRAI" if valeur else "FAUX"
    if isinstance(valeur, dt.datetime | dt.date | dt.time):
        return valeur.isoformat()
    if isinstance(valeur, float) and valeur.is_integer():
        return str(int(valeur))
    texte = str(valeur)
    if _HTML.search(texte):
        texte = _sans_balises(texte)
    lignes = (" ".join(ligne.split()) for ligne in texte.replace("\r", "\n").split("\n"))
    return "\n".join(ligne for ligne in lignes if ligne)


class _Balises(HTMLParser):
    """Du HTML de Convergence au texte : un paragraphe ou un élément de liste par ligne."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.morceaux: list[str] = []
        self._listes: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("ol", "ul"):
            self._listes.append(1 if tag == "ol" else 0)
        if tag == "li":
            rang = self._listes[-1] if self._listes else 0
            self.morceaux.append(f"\n{rang}. " if rang else "\n* ")
            if rang:
                self._listes[-1] += 1
        elif tag in ("p", "br", "div", "tr"):
            self.morceaux.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("ol", "ul") and self._listes:
            self._listes.pop()
        if tag in ("p", "div", "ol", "ul", "tr"):
            self.morceaux.append("\n")

    def handle_data(self, data: str) -> None:
        self.morceaux.append(" ".join(data.split("\n")))


def _sans_balises(html: str) -> str:
    lecteur = _Balises()
    lecteur.feed(html)
    lecteur.close()
    return "".join(lecteur.morceaux)


def _citer(noms: Any) -> str:
    return "les feuilles " + ", ".join(f"« {nom} »" for nom in noms)
