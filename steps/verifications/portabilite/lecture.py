"""Lecture d'un export de l'historique, archive ou fichier unique, borné ; ne juge rien."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from lxml import etree

from steps.flux.identite import comparable
from steps.verifications.cda import CdaIllisible, lire_cda
from steps.verifications.cda.corps import decoder
from steps.verifications.fichier_tabulaire import en_texte
from steps.verifications.pdf.flux import PdfIllisible
from steps.verifications.pdf.lecture import lire_pdf
from steps.verifications.xdm.zip import ContenuAltere, ZipDemesure, ZipIllisible, extraire, lire_archive

FORMATS: Mapping[str, tuple[str, ...]] = {
    "PDF": ("pdf",),
    "CDA": ("cda", "xml", "hl7"),
    "XML": ("xml",),
    "JSON": ("json", "fhir"),
    "CSV": ("csv",),
    "HL7 v2": ("hl7",),
}
"""Format reconnu d'un fichier → mots, l'un d'eux au moins, qui le nomment dans la documentation."""
_CONTENUS_MAX = 64
_TEXTE_MAX = 100_000


@dataclass(frozen=True, slots=True)
class CompteRenduAttendu:
    """Un compte rendu du scénario. `marque` : une valeur qu'il est seul à porter ; `nom` : celui de son patient."""

    quoi: str
    marque: str
    nom: str


@dataclass(frozen=True, slots=True)
class Fichier:
    """Un fichier de l'export. `format` : vide si le banc ne le lit pas, `autre` dit alors ce qu'il paraît être."""

    chemin: str
    format: str
    texte: str
    autre: str = ""


class ExportIllisible(ValueError):
    """L'export ne se lit pas ; le texte dit pourquoi, en français."""


@lru_cache(maxsize=4)
def lire_export(octets: bytes, nom: str = "") -> tuple[Fichier, ...]:
    """Les fichiers de l'export, archive ZIP ou fichier unique."""
    if not octets:
        raise ExportIllisible("le fichier est vide")
    if not octets.startswith(b"PK"):
        return (_lire(nom or "export", octets),)
    try:
        archive = lire_archive(octets)
        fichiers, deja = [], 0
        for rang, entree in enumerate(archive.entrees):
            if entree.dossier:
                continue
            contenu = extraire(archive, rang, deja=deja)
            deja += len(contenu)
            fichiers.append(_lire(entree.nom, contenu))
    except (ZipIllisible, ZipDemesure, ContenuAltere) as erreur:
        raise ExportIllisible(f"archive ZIP : {erreur}") from erreur
    return tuple(fichiers)


def _lire(chemin: str, octets: bytes) -> Fichier:
    for format_, lecteur in _LECTEURS.items():
        contenu = lecteur(octets)
        if contenu is not None:
            return Fichier(chemin, format_, contenu)
    texte = en_texte(octets) or ""
    for format_, lecteur_de_texte in _LECTEURS_DE_TEXTE.items():
        contenu = lecteur_de_texte(texte)
        if contenu is not None:
            return Fichier(chemin, format_, contenu)
    return Fichier(chemin, "", texte, _autre_format(octets, texte))


def _autre_format(octets: bytes, texte: str) -> str:
    """Le nom d'un format répandu que le banc reconnaît sans le lire, ou « texte » ; vide pour des octets inconnus."""
    for nom, debuts in _AUTRES.items():
        if octets.startswith(debuts):
            return nom
    if octets[128:132] == b"DICM":
        return "DICOM"
    if not texte.strip():
        return ""
    return "HTML" if _HTML.match(texte) else "texte"


_AUTRES: Mapping[str, tuple[bytes, ...]] = {
    "RTF": (b"{\\rtf",),
    "image TIFF": (b"II*\0", b"MM\0*"),
    "image JPEG": (b"\xff\xd8\xff",),
    "image PNG": (b"\x89PNG\r\n",),
    "document de bureautique (OLE2)": (b"\xd0\xcf\x11\xe0",),
    "PDF illisible": (b"%PDF",),
}
_HTML = re.compile(r"\s*(<!doctype html|<html)", re.IGNORECASE)


def _pdf(octets: bytes) -> str | None:
    if not octets.startswith(b"%PDF"):
        return None
    try:
        return lire_pdf(octets).texte
    except PdfIllisible:
        return None


def _cda(octets: bytes) -> str | None:
    try:
        cda = lire_cda(octets)
    except CdaIllisible:
        return None
    contenus = [c for c in (cda.contenu, *cda.copies) if c is not None][:_CONTENUS_MAX]
    joints = [_pdf(contenu) or "" for c in contenus if (contenu := decoder(c))]
    return "\n".join([_xml(octets) or "", *joints])


def _xml(octets: bytes) -> str | None:
    if not octets.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return None
    try:
        racine = etree.fromstring(octets, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))
    except etree.XMLSyntaxError:
        return None
    return "\n".join(_textes(racine))


def _textes(racine: etree._Element) -> Iterator[str]:
    for element in racine.iter(etree.Element):
        yield from map(str, element.attrib.values())
        # Un contenu encapsulé n'est pas du texte.
        if element.text and len(element.text) < _TEXTE_MAX:
            yield element.text
        if element.tail:
            yield element.tail


def _json(texte: str) -> str | None:
    if not texte.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.dumps(json.loads(texte), ensure_ascii=False)
    except (ValueError, RecursionError):
        return None


def _csv(texte: str) -> str | None:
    """Des lignes d'autant de colonnes ; un séparateur ou un retour à la ligne entre guillemets est du contenu."""
    for separateur in (";", ",", "\t"):
        try:
            lignes = islice((ligne for ligne in csv.reader(io.StringIO(texte), delimiter=separateur) if ligne), 50)
            largeurs = {len(ligne) for ligne in lignes}
        except csv.Error:
            continue
        if len(largeurs) == 1 and largeurs != {1}:
            return texte
    return None


def _hl7(texte: str) -> str | None:
    return texte if texte.lstrip("\x0b\r\n").startswith("MSH|") else None


_LECTEURS: Mapping[str, Callable[[bytes], str | None]] = {"PDF": _pdf, "CDA": _cda, "XML": _xml}
_LECTEURS_DE_TEXTE: Mapping[str, Callable[[str], str | None]] = {"JSON": _json, "HL7 v2": _hl7, "CSV": _csv}


def _porte(texte: str, marque: str) -> bool:
    """La valeur entière, sous l'une ou l'autre forme décimale, sans chiffre autour."""
    motif = re.escape(marque).replace(r"\.", "[.,]")
    return re.search(rf"(?<![0-9.,]){motif}(?![0-9])", texte) is not None


def porteurs(fichiers: Sequence[Fichier], attendu: CompteRenduAttendu) -> list[Fichier]:
    """Les fichiers de l'export où se lit la valeur propre à ce compte rendu."""
    return [fichier for fichier in fichiers if _porte(fichier.texte, attendu.marque)]


def attribue(fichiers: Sequence[Fichier], attendu: CompteRenduAttendu) -> bool:
    """Vrai si l'un des fichiers qui portent ce compte rendu nomme son patient."""
    return any(comparable(attendu.nom) in comparable(f.texte) for f in porteurs(fichiers, attendu))
