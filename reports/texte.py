"""Textes lus par une personne : caractères affichables, coupures annoncées, nombres et dates en français."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from requirements.modele import EtapeGuidee

_MOIS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip

# Interdits dans un document XML 1.0 (donc dans un classeur et un JUnit) et invisibles dans une page.
_INTERDITS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


def affichable(texte: str) -> str:
    """Remplace chaque caractère de commande par son image visible (␀, ␛…) : rien n'est perdu, rien n'agit."""
    return _INTERDITS.sub(_image, texte)


def _image(trouve: re.Match[str]) -> str:
    point = ord(trouve.group())
    if point < 0x20:
        return chr(0x2400 + point)
    return "␡" if point == 0x7F else "\ufffd"


def abreger(texte: str, limite: int) -> str:
    """Coupe un texte trop long en disant combien de caractères manquent."""
    if len(texte) <= limite:
        return texte
    return f"{texte[:limite]}… [{nombre(len(texte) - limite)} caractères de plus]"


def nombre(valeur: int) -> str:
    """Un entier avec ses milliers séparés : 12 345."""
    return f"{valeur:,}".replace(",", "\u202f")


def taille_lisible(octets: int) -> str:
    """Une taille de fichier en octets, ko ou Mo (puissances de dix)."""
    if octets < 1000:
        return f"{octets} octets" if octets > 1 else f"{octets} octet"
    for unite, facteur in (("ko", 1_000), ("Mo", 1_000_000), ("Go", 1_000_000_000)):
        if octets < facteur * 1000 or unite == "Go":
            return f"{octets / facteur:.1f} {unite}".replace(".", ",")
    raise AssertionError


def duree_lisible(secondes: float) -> str:
    """Une durée : 0,25 s ; 12 s ; 3 min 05 s ; 1 h 02 min."""
    if secondes < 10:
        return f"{secondes:.2f} s".replace(".", ",")
    entier = round(secondes)
    if entier < 60:
        return f"{entier} s"
    if entier < 3600:
        return f"{entier // 60} min {entier % 60:02} s"
    return f"{entier // 3600} h {entier % 3600 // 60:02} min"


def date_lisible(iso: str | None) -> str:
    """Un instant ISO 8601 en français, dans son propre fuseau ; vide s'il manque, tel quel s'il est illisible."""
    if not iso:
        return ""
    try:
        instant = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    jour = "1er" if instant.day == 1 else str(instant.day)
    texte = f"{jour} {_MOIS[instant.month - 1]} {instant.year} à {instant:%H:%M:%S}"
    decalage = instant.utcoffset()
    if decalage is None:
        return texte
    return f"{texte} UTC" if not decalage else f"{texte} (UTC{instant:%z})"


def heure_lisible(iso: str | None) -> str:
    """L'heure seule d'un instant ISO 8601, à la milliseconde."""
    if not iso:
        return ""
    try:
        return datetime.fromisoformat(iso).strftime("%H:%M:%S.%f")[:-3]
    except ValueError:
        return iso


def pluriel(valeur: int, singulier: str, forme_plurielle: str | None = None) -> str:
    """« 1 scénario », « 0 scénario », « 2 scénarios » : en français, zéro est au singulier."""
    return f"{nombre(valeur)} {singulier if valeur < 2 else forme_plurielle or singulier + 's'}"


def deroule_en_texte(deroule: Sequence[EtapeGuidee]) -> list[str]:
    """Les étapes que suit une personne pour juger, telles qu'un terminal les montre ; rien s'il n'y en a pas."""
    lignes = ["Étapes à suivre :"] if deroule else []
    for rang, etape in enumerate(deroule, start=1):
        lignes += [f"  {rang}. {etape.faire}", f"     à voir : {etape.voir}"]
        if etape.ecart:
            lignes.append(f"     non conforme : {etape.ecart}")
    return lignes
