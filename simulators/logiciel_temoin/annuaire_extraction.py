"""Les extractions publiques de l'Annuaire Santé : téléchargées, lues ligne à ligne, par nom de colonne."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from simulators.logiciel_temoin.annuaire_fhir import AnnuaireIndisponible
from simulators.logiciel_temoin.annuaire_fiche import FicheAnnuaire
from simulators.logiciel_temoin.defauts import Defauts
from simulators.logiciel_temoin.transport import ErreurTransport, Transport

ACTIVITE = "PS_LibreAcces_Personne_activite"
CORRESPONDANCE = "Extraction_Correspondance_MSSante"
_EXIGEES = {
    ACTIVITE: ("Identifiant PP", "Nom d'exercice", "Prénom d'exercice", "Code profession", "Libellé profession"),
    CORRESPONDANCE: ("Type de BAL", "Adresse BAL", "Identifiant PP"),
}


class ExtractionInvalide(Exception):
    """L'archive reçue ne peut pas être intégrée."""


@dataclass(frozen=True)
class ArchiveRecue:
    """Une archive et le nom que l'annuaire lui donne (il porte sa date)."""

    nom: str
    octets: bytes


def telecharger(transport: Transport, url: str) -> ArchiveRecue:
    """L'archive publiée à cette adresse."""
    try:
        reponse = transport.obtenir(url, {"Accept": "application/zip"})
    except ErreurTransport as erreur:
        raise AnnuaireIndisponible(str(erreur)) from erreur
    if reponse.statut != 200:
        raise AnnuaireIndisponible(f"l'extraction a répondu {reponse.statut}")
    nom = reponse.entetes.get("content-disposition", "").partition("filename=")[2].strip('"')
    return ArchiveRecue(nom or url.rpartition("/")[2], reponse.octets)


def lignes(archive: ArchiveRecue, prefixe: str, defauts: Defauts) -> Iterator[dict[str, str]]:
    """Les lignes du fichier, par nom de colonne ; une archive abîmée ou une colonne manquante arrête la lecture."""
    try:
        with zipfile.ZipFile(io.BytesIO(archive.octets)) as contenu:
            membre = next((nom for nom in contenu.namelist() if nom.startswith(prefixe)), None)
            if membre is None:
                raise ExtractionInvalide(f"l'archive n'a pas de fichier {prefixe}")
            with contenu.open(membre) as brut, io.TextIOWrapper(brut, "utf-8-sig", newline="") as texte:
                yield from _par_colonne(texte, prefixe, defauts)
    except (zipfile.BadZipFile, EOFError, UnicodeDecodeError, OSError) as erreur:
        raise ExtractionInvalide(f"archive illisible : {erreur}") from erreur


def _par_colonne(texte: io.TextIOWrapper, prefixe: str, defauts: Defauts) -> Iterator[dict[str, str]]:
    noms = texte.readline().rstrip("\r\n").split("|")
    absentes = [nom for nom in _EXIGEES[prefixe] if nom not in noms]
    if absentes:
        raise ExtractionInvalide(f"colonne absente : {', '.join(absentes)}")
    if defauts.actif("annuaire_import_format_ancien") and len(noms) > 50:
        raise ExtractionInvalide(f"48 colonnes attendues, {len(noms)} reçues")
    for brute in texte:
        ligne = brute.encode().decode("latin-1") if defauts.actif("annuaire_import_latin1") else brute
        yield dict(zip(noms, ligne.rstrip("\r\n").split("|"), strict=False))


def fiche(ligne: dict[str, str]) -> FicheAnnuaire:
    """La fiche que porte une ligne d'activité."""
    lieu = (
        ligne.get("Raison sociale site"),
        ligne.get("Code postal (coord. structure)"),
        ligne.get("Libellé commune (coord. structure)"),
    )
    return FicheAnnuaire(
        rpps=ligne["Identifiant PP"],
        nom=ligne["Nom d'exercice"],
        prenom=ligne["Prénom d'exercice"],
        profession=ligne["Code profession"],
        libelle_profession=ligne["Libellé profession"],
        specialite=ligne.get("Code savoir-faire", ""),
        libelle_specialite=ligne.get("Libellé savoir-faire", ""),
        lieu=" ".join(filter(None, lieu)),
    )
