"""Ce qu'une personne lit d'un courriel : en-têtes décodés, textes, et chaque pièce : nom, type, taille."""

from __future__ import annotations

import email
import io
import zipfile
from collections.abc import Iterator
from email.header import decode_header, make_header
from email.message import Message
from email.policy import compat32

from reports.extraits import LIMITE, Extrait
from reports.texte import abreger, nombre
from simulators.socle.echange import Corps

_LECTURE_MAX = 4 * 2**20
"""Octets lus d'un courriel ; au-delà, les dernières pièces ne sont pas nommées."""
_ENTETES_MAX = 40
_PARTIES_MAX = 20
_TEXTE_MAX = 1_500
_NOMS_MAX = 12


def extraire_courriel(corps: Corps, limite: int = LIMITE) -> Extrait:
    """En-têtes dans l'ordre, puis les parties. Des octets quelconques donnent toujours un texte."""
    if corps.taille == 0:
        return Extrait("")
    try:
        with corps.ouvrir() as flux:
            octets = flux.read(_LECTURE_MAX)
    except OSError as erreur:
        return Extrait(f"[corps illisible dans le journal : {erreur.strerror or erreur}]", coupe=True)
    message = email.message_from_bytes(octets, policy=compat32)
    texte = "\n".join((*_entetes(message), *_parties(message)))
    coupe = corps.taille > len(octets)
    return Extrait(texte[:limite], coupe=True) if len(texte) > limite else Extrait(texte, coupe=coupe)


def _entetes(message: Message) -> Iterator[str]:
    for nom, valeur in message.items()[:_ENTETES_MAX]:
        yield f"{nom}: {abreger(_decoder(valeur), 500)}"
    if len(message.keys()) > _ENTETES_MAX:
        yield f"[{nombre(len(message.keys()) - _ENTETES_MAX)} en-têtes de plus]"


def _parties(message: Message) -> Iterator[str]:
    feuilles = [partie for partie in message.walk() if not partie.is_multipart()]
    for partie in feuilles[:_PARTIES_MAX]:
        contenu = partie.get_payload(decode=True)
        octets = contenu if isinstance(contenu, bytes) else b""
        nom = _decoder(partie.get_filename() or "")
        titre = f"{partie.get_content_type()}{f' « {nom} »' if nom else ''}, {nombre(len(octets))} octets"
        yield f"\n── {titre}"
        if partie.get_content_maintype() == "text" and not nom:
            yield abreger(_texte(partie, octets).strip(), _TEXTE_MAX)
        elif noms := _noms(octets):
            yield noms
    if len(feuilles) > _PARTIES_MAX:
        yield f"\n[{nombre(len(feuilles) - _PARTIES_MAX)} parties de plus]"


def _noms(octets: bytes) -> str:
    """Les fichiers d'une archive jointe ; vide si la pièce n'en est pas une, ou ne se lit pas."""
    if not octets.startswith(b"PK"):
        return ""
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as archive:
            noms = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return "[archive illisible]"
    reste = f" et {nombre(len(noms) - _NOMS_MAX)} de plus" if len(noms) > _NOMS_MAX else ""
    return f"   contient : {', '.join(abreger(nom, 80) for nom in noms[:_NOMS_MAX])}{reste}"


def _texte(partie: Message, octets: bytes) -> str:
    try:
        return octets.decode(partie.get_content_charset() or "utf-8", "replace")
    except LookupError:
        return octets.decode("utf-8", "replace")


def _decoder(valeur: object) -> str:
    deplie = "".join(str(valeur).splitlines())
    try:
        return str(make_header(decode_header(deplie)))
    except (LookupError, ValueError):
        return deplie
