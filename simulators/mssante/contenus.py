"""Ce qu'un courriel contient sans qu'on le lise dans ses octets : pièces en base64, archives, messages joints.

La garde des matricules réels doit les voir avant que le message soit écrit. Lecture tolérante et bornée : ce qui est
illisible (archive abîmée, chiffrée) ne cache rien que les octets eux-mêmes ne montrent.
"""

from __future__ import annotations

import binascii
import io
import quopri
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator

PROFONDEUR = 4
DECOMPRESSE_MAX = 128 * 2**20
"""Octets décompressés regardés par message : au-delà, c'est une bombe."""
ENTREES_MAX = 2000
IMBRIQUE_MAX = 32 * 2**20
"""Taille d'une archive dans une archive au-delà de laquelle elle n'est pas ouverte : il faut la tenir en mémoire."""
_BLOC = 2**18
_CODAGE = re.compile(rb"[ \t]*(?:\r?\n[ \t]+)?\"?(base64|quoted-printable)", re.IGNORECASE)
_ENTETE = b"content-transfer-encoding:"


class _Budget:
    def __init__(self) -> None:
        self.reste = DECOMPRESSE_MAX
        self.entrees = ENTREES_MAX


def contenus(
    octets: bytes, *, profondeur: int = PROFONDEUR, budget: _Budget | None = None
) -> Iterator[Iterable[bytes]]:
    """Chaque contenu caché, en blocs à lire dans l'ordre avant de demander le suivant."""
    budget = budget or _Budget()
    minuscules = octets.lower()
    place = minuscules.find(_ENTETE)
    while place >= 0:
        suivant = minuscules.find(_ENTETE, place + 1)
        lu = _CODAGE.match(octets, place + len(_ENTETE))
        debut = _apres_entetes(octets, place)
        if lu is not None and debut >= 0:
            fin = _avant_frontiere(octets, debut) if lu[1].lower() == b"base64" else suivant
            decode = _decoder(octets[debut : fin if fin >= 0 else None], lu[1].lower())
            if decode:
                yield (decode,)
                yield from _dedans(decode, profondeur, budget)
        place = suivant


def _dedans(octets: bytes, profondeur: int, budget: _Budget) -> Iterator[Iterable[bytes]]:
    if profondeur <= 0:
        return
    if octets.startswith(b"PK"):
        yield from _archive(octets, profondeur - 1, budget)
    elif octets.startswith(b"\x1f\x8b"):
        yield _gzip(octets, budget)
    elif _ENTETE in octets[:_BLOC].lower():
        yield from contenus(octets, profondeur=profondeur - 1, budget=budget)


def _archive(octets: bytes, profondeur: int, budget: _Budget) -> Iterator[Iterable[bytes]]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(octets))
    except (zipfile.BadZipFile, ValueError, OSError, RecursionError, NotImplementedError):
        return
    with archive:
        for entree in archive.infolist():
            budget.entrees -= 1
            if budget.entrees < 0 or budget.reste <= 0:
                return
            if entree.is_dir() or entree.flag_bits & 1:
                continue
            yield _entree(archive, entree, budget)
            if entree.filename.lower().endswith((".zip", ".gz", ".eml")) and entree.file_size <= IMBRIQUE_MAX:
                yield from _dedans(b"".join(_entree(archive, entree, budget)), profondeur, budget)


def _entree(archive: zipfile.ZipFile, entree: zipfile.ZipInfo, budget: _Budget) -> Iterator[bytes]:
    try:
        with archive.open(entree) as source:
            while budget.reste > 0 and (bloc := source.read(_BLOC)):
                budget.reste -= len(bloc)
                yield bloc
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError):
        return


def _gzip(octets: bytes, budget: _Budget) -> Iterator[bytes]:
    lecteur = zlib.decompressobj(31)
    try:
        bloc = lecteur.decompress(octets, _BLOC)
        while bloc and budget.reste > 0:
            budget.reste -= len(bloc)
            yield bloc
            bloc = lecteur.decompress(lecteur.unconsumed_tail, _BLOC)
    except zlib.error:
        return


def _apres_entetes(octets: bytes, place: int) -> int:
    """Début du corps de la partie dont un en-tête est à cette place ; -1 si rien ne le sépare."""
    trouves = [
        fin + len(separateur) for separateur in (b"\r\n\r\n", b"\n\n") if (fin := octets.find(separateur, place)) >= 0
    ]
    return min(trouves, default=-1)


def _avant_frontiere(octets: bytes, debut: int) -> int:
    """Une ligne qui commence par « -- » ne peut pas être du base64."""
    return debut if octets.startswith(b"--", debut) else octets.find(b"\n--", debut)


def _decoder(octets: bytes, codage: bytes) -> bytes:
    if codage == b"quoted-printable":
        return quopri.decodestring(octets)
    try:
        return binascii.a2b_base64(octets)
    except binascii.Error:
        # Un remplissage faux : on lit ce qui peut l'être.
        try:
            return binascii.a2b_base64(re.sub(rb"[^A-Za-z0-9+/]", b"", octets) + b"==")
        except binascii.Error:
            propre = re.sub(rb"[^A-Za-z0-9+/]", b"", octets)
            return binascii.a2b_base64(propre[: len(propre) // 4 * 4])
