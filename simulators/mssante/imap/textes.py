"""Le texte d'un message tel qu'une recherche le lit : décodé, sans distinction de casse."""

from __future__ import annotations

import binascii
from collections.abc import Iterator
from email.errors import HeaderParseError
from email.header import decode_header

from simulators.mssante.imap.contenu import Contenu

_COUTEUX = frozenset({b"idna", b"punycode"})  # temps quadratique, et jamais le jeu d'un corps


def entete_cherchable(contenu: Contenu, nom: bytes) -> str | None:
    """Valeurs d'un champ, une par ligne, décodées (RFC 2047) et repliées en casse ; None s'il est absent."""
    memoire: dict[bytes, str | None] = contenu.__dict__.setdefault("_entetes", {})
    if nom not in memoire:
        if len(memoire) > 32:
            memoire.clear()
        valeurs = [decoder_mots(valeur) for valeur in contenu.racine_seule.valeurs(nom)]
        memoire[nom] = "\n".join(valeurs).casefold() if valeurs else None
    return memoire[nom]


def entetes_cherchables(contenu: Contenu) -> str:
    """Tous les en-têtes du message."""
    part = contenu.racine_seule
    return decoder_mots(contenu.octets[part.debut : part.corps]).casefold()


def corps_cherchable(contenu: Contenu) -> Iterator[str]:
    """Chaque part de texte, encodage de transfert et jeu de caractères défaits."""
    for part in contenu.racine.parcourir():
        if part.enfants or part.message is not None or part.type.valeur not in (b"text", b"multipart"):
            continue
        octets = part.decode()
        if octets is None:
            octets = part.octets[part.corps : part.fin]
        yield _texte(octets, part.type.parametre(b"charset")).casefold()


def decoder_mots(valeur: bytes) -> str:
    """En-tête dont les mots codés de la RFC 2047 sont décodés ; illisibles, ils restent tels quels."""
    texte = _texte(valeur, None)
    if "=?" not in texte:
        return texte
    try:
        return "".join(
            morceau if isinstance(morceau, str) else _texte(morceau, (jeu or "").encode() or None)
            for morceau, jeu in decode_header(texte)
        )
    except (HeaderParseError, binascii.Error, ValueError):
        return texte


def _texte(octets: bytes, jeu: bytes | None) -> str:
    if jeu is not None and jeu.lower() not in _COUTEUX:
        try:
            return octets.decode(jeu.decode("ascii"))
        except (LookupError, ValueError):
            pass
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("latin-1")
