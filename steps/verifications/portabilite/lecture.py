"""Lecture d'un export de l'historique, archive ou fichier unique, borné ; ne juge rien."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from steps.flux.identite import comparable
from steps.verifications.cda import CdaIllisible, lire_cda
from steps.verifications.cda.corps import decoder
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
    """Un fichier de l'export : son chemin, son format reconnu (vide sinon), tout le texte qu'on en tire."""

    chemin: str
    format: str
    texte: str


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
        texte = lecteur(octets)
        if texte is not None:
            return Fichier(chemin, format_, texte)
    return Fichier(chemin, "", octets.decode("utf-8", "replace") if b"\0" not in octets[:4096] else "")


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


def _json(octets: bytes) -> str | None:
    if octets.lstrip()[:1] not in (b"{", b"["):
        return None
    try:
        return json.dumps(json.loads(octets), ensure_ascii=False)
    except (ValueError, RecursionError):
        return None


def _csv(octets: bytes) -> str | None:
    try:
        texte = octets.decode("utf-8-sig")
    except UnicodeDecodeError:
        texte = octets.decode("latin-1")
    lignes = [ligne for ligne in texte.splitlines() if ligne.strip()][:50]
    for separateur in (";", ",", "\t"):
        comptes = {ligne.count(separateur) for ligne in lignes}
        if lignes and len(comptes) == 1 and comptes != {0} and "\0" not in texte[:4096]:
            return texte
    return None


def _hl7(octets: bytes) -> str | None:
    return octets.decode("utf-8", "replace") if octets.lstrip(b"\x0b\r\n").startswith(b"MSH|") else None


_LECTEURS: Mapping[str, Callable[[bytes], str | None]] = {
    "PDF": _pdf, "CDA": _cda, "XML": _xml, "JSON": _json, "HL7 v2": _hl7, "CSV": _csv,
}  # fmt: skip


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
