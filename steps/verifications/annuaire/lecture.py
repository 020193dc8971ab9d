"""Ce que les échanges avec l'annuaire disent : appels à l'API, pages promises, extractions reçues."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlsplit

from simulators.socle.echange import Echange

PERSONNE_ACTIVITE = "PS_LibreAcces_Personne_activite"
SAVOIR_FAIRE = "PS_LibreAcces_SavoirFaire"
DIPLOMES = "PS_LibreAcces_Dipl_AutExerc"
_TAILLE_MAX = 4 << 30


class ExtractionIllisible(Exception):
    """L'archive reçue par le logiciel ne se lit pas."""


@dataclass(frozen=True)
class Extraction:
    """Une extraction lue. `personnes` : RPPS → ligne par nom de colonne (la première, s'il y en a plusieurs)."""

    lignes: int
    lignes_par_fichier: Mapping[str, int]
    personnes: Mapping[str, Mapping[str, str]]


def appels(echanges: Sequence[Echange]) -> list[Echange]:
    """Appels à l'API, quelle qu'en soit la réponse."""
    return [e for e in echanges if e.service == "annuaire" and urlsplit(e.requete.cible).path.startswith("/fhir")]


def telechargements(echanges: Sequence[Echange], nom: str = "PS_LibreAcces") -> list[Echange]:
    """Extractions reçues en entier, dans l'ordre."""
    return [
        e
        for e in echanges
        if e.service == "annuaire" and e.operation == f"extraction:{nom}" and e.requete.methode == "GET"
        and e.reponse is not None and e.reponse.statut == 200
    ]  # fmt: skip


def paquet(echange: Echange) -> dict[str, Any]:
    """Le JSON de la réponse ; vide s'il n'y en a pas."""
    if echange.reponse is None or echange.reponse.statut != 200:
        return {}
    try:
        lu = json.loads(echange.reponse.corps.octets)
    except ValueError:
        return {}
    return lu if isinstance(lu, dict) else {}


def ressources(echange: Echange) -> Iterator[dict[str, Any]]:
    """Ressources de la réponse : celles du Bundle, ou la seule rendue."""
    contenu = paquet(echange)
    if contenu.get("resourceType") == "Bundle":
        yield from (entree.get("resource", {}) for entree in contenu.get("entry", ()))
    elif contenu:
        yield contenu


def page_promise(echange: Echange) -> str | None:
    """Adresse de la page suivante donnée par la réponse."""
    return next((lien.get("url") for lien in paquet(echange).get("link", ()) if lien.get("relation") == "next"), None)


def parametres(echange: Echange) -> list[tuple[str, str]]:
    """Paramètres de la recherche, de l'adresse et du formulaire, décodés une fois."""
    chaine = urlsplit(echange.requete.cible).query
    paires = parse_qsl(chaine, keep_blank_values=True)
    if echange.requete.methode == "POST":
        paires += parse_qsl(echange.requete.corps.octets.decode("utf-8", "replace"), keep_blank_values=True)
    return paires


def chaines_brutes(echange: Echange) -> str:
    """Adresse et formulaire tels que reçus."""
    brut = echange.requete.cible
    if echange.requete.methode == "POST":
        brut += "?" + echange.requete.corps.octets.decode("utf-8", "replace")
    return brut


def chemin(echange: Echange) -> list[str]:
    """Segments du chemin après `/fhir/v2`."""
    segments = [unquote_plus(s) for s in urlsplit(echange.requete.cible).path.split("/") if s]
    return segments[2:] if segments[:1] == ["fhir"] else segments


def porte_adresse(echange: Echange, adresse: str) -> bool:
    """Vrai si la réponse, archive comprise, porte cette adresse."""
    if echange.reponse is None or echange.reponse.statut != 200:
        return False
    octets = echange.reponse.corps.octets
    cherche = adresse.lower().encode()
    if cherche in octets.lower():
        return True
    return echange.operation.startswith("extraction:") and cherche in _tout(octets)


@lru_cache(maxsize=4)
def _tout(octets: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as archive:
            return b"\n".join(archive.read(nom) for nom in archive.namelist()).lower()
    except (zipfile.BadZipFile, EOFError, OSError):
        return b""


@lru_cache(maxsize=4)
def lire_extraction(octets: bytes) -> Extraction:
    """Les professionnels d'une archive PS_LibreAcces ; `ExtractionIllisible` si elle est abîmée."""
    par_fichier: dict[str, int] = {}
    personnes: dict[str, Mapping[str, str]] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as archive:
            if sum(fiche.file_size for fiche in archive.infolist()) > _TAILLE_MAX:
                raise ExtractionIllisible("archive démesurée")
            for nom in archive.namelist():
                with archive.open(nom) as brut, io.TextIOWrapper(brut, "utf-8", newline="") as texte:
                    noms = texte.readline().rstrip("\r\n").split("|")
                    lignes = 0
                    for ligne in texte:
                        lignes += 1
                        if nom.startswith(PERSONNE_ACTIVITE):
                            valeurs = dict(zip(noms, ligne.rstrip("\r\n").split("|"), strict=False))
                            personnes.setdefault(valeurs.get("Identifiant PP", ""), valeurs)
                    par_fichier[nom.rpartition("_")[0]] = lignes
    except (zipfile.BadZipFile, EOFError, OSError, UnicodeDecodeError) as erreur:
        raise ExtractionIllisible(f"archive illisible : {erreur}") from erreur
    return Extraction(par_fichier.get(PERSONNE_ACTIVITE, 0), par_fichier, personnes)
