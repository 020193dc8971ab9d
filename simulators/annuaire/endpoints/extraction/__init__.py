"""`GET` ou `HEAD <base>/<nom>` : archives publiques, datées, avec ETag et Last-Modified."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

from simulators.annuaire import pannes
from simulators.annuaire.etat import LIBRE_ACCES
from simulators.annuaire.extraction_lignes import CORRESPONDANCE
from simulators.annuaire.point import BASE_EXTRACTION, Appel, PointAcces
from simulators.socle.requete import ReponseSimulee, texte_simple

NOMS = (LIBRE_ACCES, CORRESPONDANCE)
_PANNES = ("archive_tronquee", "colonne_absente", "fichier_vide", "fichier_sans_octet")


def handle(appel: Appel) -> ReponseSimulee:
    """L'archive ; 304 si l'appelant a déjà celle-ci, 404 si elle n'existe pas, 429 si elle est trop demandée."""
    nom = appel.segments[0]
    if nom not in NOMS or appel.prendre("extraction_absente"):
        return texte_simple(404, "Banc de test : aucune extraction de ce nom.")
    if appel.prendre("trop_de_demandes"):
        return trop_de_demandes(60)
    archive = appel.etat.archive(nom)
    publication = appel.etat.publication.replace(microsecond=0)
    etiquette = f'"{hashlib.sha256(archive.octets).hexdigest()[:32]}"'
    entetes = (
        ("Content-Disposition", f"attachment; filename={archive.nom}"),
        ("ETag", etiquette),
        ("Last-Modified", format_datetime(publication.astimezone(UTC), usegmt=True)),
    )
    if _inchangee(appel, etiquette, publication):
        return ReponseSimulee(304, b"", None, entetes)
    return ReponseSimulee(200, _abimer(appel, archive.octets), "application/zip", entetes)


def trop_de_demandes(secondes: int) -> ReponseSimulee:
    """429, avec le délai à attendre."""
    refus = texte_simple(429, "Banc de test : extraction trop souvent demandée.")
    return ReponseSimulee(429, refus.corps, refus.type_contenu, (("Retry-After", str(secondes)),))


def _inchangee(appel: Appel, etiquette: str, publication: datetime) -> bool:
    """If-None-Match l'emporte sur If-Modified-Since (RFC 9110 § 13.2.2)."""
    connues = appel.requete.entete("If-None-Match")
    if connues is not None:
        return connues.strip() == "*" or etiquette in [e.strip().removeprefix("W/") for e in connues.split(",")]
    try:
        depuis = parsedate_to_datetime(appel.requete.entete("If-Modified-Since") or "")
        return publication < depuis + timedelta(seconds=1)
    except (TypeError, ValueError):
        return False


def _abimer(appel: Appel, octets: bytes) -> bytes:
    panne = appel.prendre(*_PANNES)
    if panne is None:
        return octets
    if panne.nom == "archive_tronquee":
        return octets[: len(octets) // 2]
    if panne.nom == "colonne_absente":
        return pannes.sans_colonne(octets, str(panne.parametres.get("colonne", "Code profession")))
    return pannes.videe(octets) if panne.nom == "fichier_vide" else b""


def reconnaitre(methode: str, segments: list[str]) -> str:
    """`extraction:<nom>`."""
    return f"extraction:{segments[0]}" if methode in ("GET", "HEAD") and len(segments) == 1 else ""


POINT = PointAcces(BASE_EXTRACTION, reconnaitre, handle)
