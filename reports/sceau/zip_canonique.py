"""Un zip dont chaque octet est déterminé par ses membres.

Ni date, ni champ supplémentaire, ni commentaire, ni descripteur, ni Zip64 : un membre se suit d'un autre, le répertoire
central les répète. Le lecteur (`lecture_zip`) refait ces octets depuis ce qu'il a compris et les compare au fichier :
un octet changé, même dans un champ que personne ne lit, se voit.
"""

from __future__ import annotations

import hashlib
import re
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from reports.sceau import limites

STOCKE, DEFLATE = 0, 8
LOCAL = struct.Struct("<4s5H3I2H")
CENTRAL = struct.Struct("<4s6H3I5H2I")
FIN = struct.Struct("<4s4H2IH")
SIGNATURE_LOCALE, SIGNATURE_CENTRALE, SIGNATURE_FIN = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_VERSION, CREE_PAR = 20, 0x0314
_DATE = 0x21  # 1er janvier 1980, la plus ancienne que le format sache écrire
_DROITS = 0o100644 << 16
_SEUIL_DEFLATE = 512
# Déjà comprimés : les repasser au deflate ne gagne rien.
_DEJA_COMPRIMES = frozenset({".xz", ".zip", ".png", ".jpg", ".jpeg", ".webp", ".mp4", ".webm", ".mkv", ".xlsx", ".gz"})
_NOM = re.compile(r"[A-Za-z0-9_~][A-Za-z0-9._~+-]*(?:/[A-Za-z0-9_~][A-Za-z0-9._~+-]*)*")
# Noms que Windows réserve à des périphériques, quelle que soit l'extension.
_RESERVES = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


def nom_permis(nom: str) -> bool:
    """Un chemin relatif, sans remontée, sans lettre de lecteur, que Windows, macOS et Linux écrivent pareil."""
    return (
        len(nom) <= 240
        and _NOM.fullmatch(nom) is not None
        and not any(_RESERVES.match(partie) or partie.endswith(".") for partie in nom.split("/"))
    )


@dataclass(frozen=True, slots=True)
class Extrait:
    """Des octets déjà comprimés, dans une autre archive."""

    chemin: Path
    debut: int


@dataclass(frozen=True)
class Membre:
    """Un fichier prêt à écrire : ses octets déjà comprimés, ou le fichier d'où les copier tels quels."""

    nom: str
    methode: int
    crc: int
    taille: int
    sha256: str
    comprime_taille: int
    comprime_sha256: str
    source: bytes | Path | Extrait = field(repr=False)

    def blocs(self) -> Iterator[bytes]:
        """Les octets à écrire dans l'archive."""
        if isinstance(self.source, bytes):
            yield self.source
            return
        extrait = self.source if isinstance(self.source, Extrait) else Extrait(self.source, 0)
        with extrait.chemin.open("rb") as fichier:
            fichier.seek(extrait.debut)
            reste = self.comprime_taille
            while reste and (bloc := fichier.read(min(reste, limites.BLOC))):
                reste -= len(bloc)
                yield bloc


def preparer(nom: str, contenu: bytes | Path) -> Membre:
    """Mesure et comprime un fichier ; la méthode ne dépend que du nom et de la taille."""
    if not nom_permis(nom):
        raise ValueError(f"nom de fichier impossible dans un dossier scellé : {nom!r}")
    taille = len(contenu) if isinstance(contenu, bytes) else contenu.stat().st_size
    deflate = taille >= _SEUIL_DEFLATE and PurePosixPath(nom).suffix.lower() not in _DEJA_COMPRIMES
    source: bytes | Path = contenu
    if deflate and isinstance(contenu, Path):
        source = contenu = contenu.read_bytes()
    crc, hache, taille = _mesurer(contenu)
    if not deflate:
        return Membre(nom, STOCKE, crc, taille, hache, taille, hache, source)
    assert isinstance(contenu, bytes)
    compresseur = zlib.compressobj(9, zlib.DEFLATED, -15)
    comprime = compresseur.compress(contenu) + compresseur.flush()
    empreinte = hashlib.sha256(comprime).hexdigest()
    return Membre(nom, DEFLATE, crc, taille, hache, len(comprime), empreinte, comprime)


def _mesurer(contenu: bytes | Path) -> tuple[int, str, int]:
    if isinstance(contenu, bytes):
        return zlib.crc32(contenu), hashlib.sha256(contenu).hexdigest(), len(contenu)
    crc, taille, hache = 0, 0, hashlib.sha256()
    with contenu.open("rb") as fichier:
        while bloc := fichier.read(limites.BLOC):
            crc, taille = zlib.crc32(bloc, crc), taille + len(bloc)
            hache.update(bloc)
    return crc, hache.hexdigest(), taille


def ecrire(sortie: BinaryIO, membres: Sequence[Membre]) -> None:
    """Écrit l'archive ; `ValueError` si elle dépasse ce que le format sans Zip64 permet."""
    total = sum(membre.comprime_taille + 200 + 2 * len(membre.nom) for membre in membres)
    if total > limites.ARCHIVE_MAX or len(membres) > limites.MEMBRES_MAX:
        raise ValueError(
            f"dossier trop grand : {total // limites.MIO} Mio et {len(membres)} fichiers, au plus "
            f"{limites.ARCHIVE_MAX // limites.MIO} Mio et {limites.MEMBRES_MAX} fichiers"
        )
    position, places = 0, []
    for membre in membres:
        entete = entete_local(_place(membre, position))
        sortie.write(entete)
        for bloc in membre.blocs():
            sortie.write(bloc)
        places.append(_place(membre, position))
        position += len(entete) + membre.comprime_taille
    sortie.write(fin_canonique(places, position))


@dataclass(frozen=True, slots=True)
class Place:
    """Un membre tel que l'archive le décrit, et où il commence."""

    nom: str
    methode: int
    crc: int
    comprime_taille: int
    taille: int
    position: int

    @property
    def debut(self) -> int:
        """Premier octet du contenu."""
        return self.position + LOCAL.size + len(self.nom.encode("utf-8", "surrogateescape"))

    @property
    def fin(self) -> int:
        """Premier octet qui n'est plus à ce membre."""
        return self.debut + self.comprime_taille


def _place(membre: Membre, position: int) -> Place:
    return Place(membre.nom, membre.methode, membre.crc, membre.comprime_taille, membre.taille, position)


def entete_local(place: Place) -> bytes:
    """L'en-tête qui précède le contenu d'un membre."""
    nom = place.nom.encode("utf-8", "surrogateescape")
    return LOCAL.pack(
        *(SIGNATURE_LOCALE, _VERSION, 0, place.methode, 0, _DATE),
        *(place.crc, place.comprime_taille, place.taille, len(nom), 0),
    ) + nom  # fmt: skip


def entete_central(place: Place) -> bytes:
    """L'entrée d'un membre au répertoire central."""
    nom = place.nom.encode("utf-8", "surrogateescape")
    return CENTRAL.pack(
        *(SIGNATURE_CENTRALE, CREE_PAR, _VERSION, 0, place.methode, 0, _DATE),
        *(place.crc, place.comprime_taille, place.taille, len(nom), 0, 0, 0, 0, _DROITS, place.position),
    ) + nom  # fmt: skip


def fin_canonique(places: Sequence[Place], position: int) -> bytes:
    """Le répertoire central et la fin de l'archive ; `position` : où ils commencent."""
    central = b"".join(map(entete_central, places))
    nombre = len(places)
    return central + FIN.pack(SIGNATURE_FIN, 0, 0, nombre, nombre, len(central), position, 0)
