"""Montrer ce qu'une fonction rend : étiquette et valeur, tableaux pour les listes, fichiers à télécharger."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from simulators.logiciel_temoin.ecran.balises import Html, b
from simulators.logiciel_temoin.ecran.chemins import descendre
from simulators.logiciel_temoin.ecran.noms import en_clair

LONG = 400
_ENTETES = (
    (b"%PDF-", "pdf", "application/pdf"),
    (b"PK\x03\x04", "zip", "application/zip"),
    (b"\x89PNG\r\n", "png", "image/png"),
    (b"<", "xml", "application/xml"),
)


@dataclass(frozen=True)
class Fichier:
    """Le contenu d'une valeur, prêt à enregistrer."""

    nom: str
    type_contenu: str
    octets: bytes


def montrer(donnees: Mapping[str, Any], adresse: str) -> Html:
    """Les données entières ; `adresse` : celle sous laquelle les valeurs longues se téléchargent."""
    if not donnees:
        return b("p", b("span", "Aucune donnée.", data_chemin="", data_type="objet_vide"))
    return _objet(donnees, "", adresse)


def fichier(cle: str, valeur: str) -> Fichier | None:
    """Le fichier qu'un texte en base64 porte, ou le texte lui-même s'il est long ; None pour un texte court."""
    cle = re.sub(r"[^A-Za-z0-9_-]", "_", cle) or "valeur"
    if cle.endswith("_base64"):
        try:
            octets = base64.b64decode(valeur, validate=True)
        except binascii.Error:
            return None
        for debut, extension, genre in _ENTETES:
            if octets.startswith(debut):
                return Fichier(f"{cle.removesuffix('_base64')}.{extension}", genre, octets)
        return Fichier(f"{cle.removesuffix('_base64')}.bin", "application/octet-stream", octets)
    if len(valeur) > LONG or "\n" in valeur or "\r" in valeur:
        return Fichier(f"{cle}.txt", "text/plain; charset=utf-8", valeur.encode())
    return None


def trouver(donnees: Any, chemin: str) -> tuple[str, str] | None:
    """La clé et le texte qui se trouvent à ce chemin ; None s'il n'y a pas de texte là."""
    ou: Any = donnees
    cle = ""
    for morceau in re.split(r"(?<!\\)\.", chemin):
        suivante = morceau.replace("\\.", ".").replace("\\\\", "\\")
        try:
            ou = ou[int(suivante)] if isinstance(ou, list) else ou[suivante]
        except (LookupError, TypeError, ValueError):
            return None
        cle = cle if suivante.isdecimal() else suivante
    return (cle, ou) if isinstance(ou, str) else None


# -- une valeur ----------------------------------------------------------------------------------------------------


def _valeur(valeur: Any, chemin: str, cle: str, adresse: str) -> Html:
    if isinstance(valeur, Mapping):
        return _objet(valeur, chemin, adresse) if valeur else _feuille("(aucun champ)", chemin, "objet_vide")
    if isinstance(valeur, list | tuple):
        return _liste(valeur, chemin, cle, adresse) if valeur else _feuille("(aucun élément)", chemin, "liste_vide")
    if valeur is None:
        return _feuille("(sans valeur)", chemin, "nul")
    if isinstance(valeur, bool):
        return _feuille("Oui" if valeur else "Non", chemin, "booleen")
    if isinstance(valeur, int | float):
        return _feuille(repr(valeur), chemin, "nombre")
    return _texte(str(valeur), chemin, cle, adresse)


def _feuille(dit: str, chemin: str, genre: str) -> Html:
    return b("span", dit, class_=f"valeur {genre}", data_chemin=chemin, data_type=genre)


def _texte(valeur: str, chemin: str, cle: str, adresse: str) -> Html:
    if not valeur:
        return _feuille("(vide)", chemin, "vide")
    lu = fichier(cle, valeur)
    if lu is None:
        lien = [" ", b("a", "Ouvrir", href=valeur, rel="noreferrer")] if re.match(r"https?://", valeur) else []
        return b("div", _feuille(valeur, chemin, "texte"), *lien)
    ou = f"{adresse}/fichiers/{quote(chemin, safe='')}"
    telecharger = b("a", f"Télécharger {lu.nom} ({_taille(lu.octets)})", href=ou, download=lu.nom, data_fichier=chemin)
    if not cle.endswith("_base64"):
        return b("div", b("pre", _feuille(valeur, chemin, "texte"), tabindex="0"), telecharger)
    apercu = [b("img", src=ou, alt=f"Aperçu : {en_clair(cle)}")] if lu.type_contenu == "image/png" else []
    recopie = b("details", b("summary", "Forme à recopier (base64)"), b("pre", _feuille(valeur, chemin, "texte")))
    return b("div", telecharger, *apercu, recopie)


def _taille(octets: bytes) -> str:
    return f"{len(octets)} octets" if len(octets) < 2048 else f"{len(octets) // 1024} Ko"


def _objet(objet: Mapping[str, Any], chemin: str, adresse: str) -> Html:
    lignes = []
    for cle, valeur in objet.items():
        sien = descendre(chemin, cle)
        lignes += [b("dt", en_clair(cle), title=sien), b("dd", _valeur(valeur, sien, cle, adresse))]
    return b("dl", *lignes, data_objet=chemin)


def _liste(liste: list[Any] | tuple[Any, ...], chemin: str, cle: str, adresse: str) -> Html:
    if not all(isinstance(element, Mapping) and element for element in liste):
        elements = [b("li", _valeur(e, descendre(chemin, rang), cle, adresse)) for rang, e in enumerate(liste)]
        return b("ol", *elements, data_liste=chemin)
    colonnes = list(dict.fromkeys(c for element in liste for c in element))
    entete = b("tr", b("th", "N°", scope="col"), *(b("th", en_clair(c), scope="col", title=c) for c in colonnes))
    lignes = [_ligne(element, colonnes, rang, chemin, adresse) for rang, element in enumerate(liste)]
    tableau = b(
        "table", b("caption", f"{en_clair(cle)} : {len(liste)}"), b("thead", entete), b("tbody", *lignes),
        data_liste=chemin,
    )  # fmt: skip
    return b("div", tableau, class_="defile", tabindex="0", role="group", aria_label=en_clair(cle))


def _ligne(element: Mapping[str, Any], colonnes: list[str], rang: int, chemin: str, adresse: str) -> Html:
    sien = descendre(chemin, rang)
    cases = [
        b("td", _valeur(element[c], descendre(sien, c), c, adresse)) if c in element else b("td") for c in colonnes
    ]
    return b("tr", b("th", str(rang + 1), scope="row"), *cases)
