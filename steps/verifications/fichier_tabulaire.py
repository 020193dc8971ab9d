"""Un fichier que le logiciel a extrait : son texte quel qu'en soit le codage, ses lignes, ses colonnes."""

from __future__ import annotations

import codecs
import csv
import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

_TAILLE_MAX = 64 * 1024 * 1024
_COMMANDES = frozenset(range(32)) - frozenset(b"\t\n\r\f\x0b\x1c")
"""Octets qu'aucun texte ne porte ; les deux derniers permis encadrent un message HL7 v2."""


class FichierIllisible(ValueError):
    """Ce fichier n'est dans aucun format que le banc lit."""


def en_texte(octets: bytes) -> str | None:
    """Le texte, selon sa marque d'ordre, en UTF-8, sinon en cp1252 ; None si ce n'en est pas."""
    if octets.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return octets.decode("utf-16")
        except UnicodeDecodeError:
            return None
    if _COMMANDES & set(octets[:4096]):
        return None
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError:
        return octets.decode("cp1252", "replace")


def colonnes(octets: bytes) -> list[str]:
    """Les noms de colonnes d'un CSV, d'un classeur ou d'objets JSON ; liste vide si le fichier n'en montre pas."""
    try:
        if octets.startswith(b"PK"):
            return next((ligne for ligne in lignes_du_classeur(octets) if ligne), [])
        texte = (en_texte(octets) or "").lstrip()
        if texte.startswith(("[", "{")):
            premier = next(iter(objets_json(texte)), None)
            return [str(nom) for nom in premier] if isinstance(premier, dict) else []
    except FichierIllisible:
        return []
    # Un balisage, un PDF ou du RTF a des virgules, pas de colonnes.
    return [] if texte.startswith(("<", "%PDF", "{\\rtf")) else _entete(texte)


def _entete(texte: str) -> list[str]:
    premiere = texte.partition("\n")[0]
    for separateur in (";", "\t", ",", "|"):
        if separateur in premiere:
            try:
                noms = next(csv.reader(io.StringIO(texte), delimiter=separateur), [])
            except csv.Error:
                return []
            return [nom.strip() for nom in noms if nom.strip()]
    return []


def objets_json(texte: str) -> list[Any]:
    """Les objets d'une liste, ou de la première liste d'un objet, ou l'objet seul."""
    try:
        lu = json.loads(texte)
    except (ValueError, RecursionError) as erreur:
        raise FichierIllisible(f"JSON mal formé : {erreur}") from erreur
    if isinstance(lu, dict):
        listes = [valeur for valeur in lu.values() if isinstance(valeur, list)]
        return listes[0] if listes else [lu]
    return list(lu)


def lignes_du_classeur(octets: bytes) -> Iterator[list[str]]:
    """Les lignes de toutes les feuilles d'un classeur."""
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as archive:
            if sum(element.file_size for element in archive.infolist()) > _TAILLE_MAX:
                raise FichierIllisible("classeur trop volumineux")
        classeur = load_workbook(io.BytesIO(octets), read_only=True, data_only=True)
        for feuille in classeur.worksheets:
            for ligne in feuille.iter_rows(values_only=True):
                yield [str(valeur) for valeur in ligne if valeur is not None]
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError) as erreur:
        raise FichierIllisible(f"classeur illisible : {erreur}") from erreur
