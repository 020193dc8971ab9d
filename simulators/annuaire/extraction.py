"""L'archive de l'extraction publique, écrite par flux : la mémoire ne dépend pas du nombre de professionnels."""

from __future__ import annotations

import io
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import IO

from simulators.annuaire import extraction_lignes as fichiers
from simulators.annuaire.modele import Professionnel, Structure

_LOT = 4_000
_GRAND = 50_000
"""Au-delà de tant de professionnels, la compression va au plus vite."""


@dataclass(frozen=True)
class Archive:
    """Une archive publiée : son nom porte la date et l'heure de génération."""

    nom: str
    octets: bytes


def horodatage(instant: datetime) -> str:
    """La date telle qu'elle est dans les noms : AAAAMMJJhhmm, heure de l'instant donné."""
    return f"{instant:%Y%m%d%H%M}"


def ecrire_libre_acces(
    sortie: IO[bytes],
    personnes: Iterable[Professionnel],
    structures: Mapping[str, Structure],
    instant: datetime,
    *,
    nombre: int = 0,
    lignes_de_bal: IO[bytes] | None = None,
) -> int:
    """Écrit PS_LibreAcces (trois fichiers) ; rend le nombre de lignes d'activité. `nombre` : ordre de grandeur.

    `lignes_de_bal` reçoit au passage les lignes de correspondance des mêmes personnes, sans en-tête : une seule
    traversée de la population donne alors les deux archives.
    """
    with (
        _archive(sortie, nombre) as archive,
        tempfile.TemporaryFile() as savoirs,
        tempfile.TemporaryFile() as diplomes,
        ThreadPoolExecutor(1) as fil,
    ):
        for fichier, nom in ((savoirs, fichiers.SAVOIR_FAIRE), (diplomes, fichiers.DIPLOMES)):
            fichier.write(fichiers.entete(nom).encode())
        lignes = 0
        with _ouvrir(archive, fichiers.PERSONNE_ACTIVITE, instant) as activites:
            activites.write(fichiers.entete(fichiers.PERSONNE_ACTIVITE).encode())
            # La compression rend le verrou de l'interpréteur : le lot suivant se prépare pendant ce temps.
            ecriture: Future[int] | None = None
            for lot in _lots(personnes):
                textes = [ligne for personne in lot for ligne in fichiers.lignes_activite(personne, structures)]
                lignes += len(textes)
                octets = "".join(textes).encode()
                savoirs.write("".join([t for p in lot for t in fichiers.lignes_savoir_faire(p)]).encode())
                diplomes.write("".join([t for p in lot for t in fichiers.lignes_diplome(p)]).encode())
                if lignes_de_bal is not None:
                    bals = [t for p in lot for t in fichiers.lignes_correspondance(p, structures)]
                    lignes_de_bal.write("".join(bals).encode())
                if ecriture is not None:
                    ecriture.result()
                ecriture = fil.submit(activites.write, octets)
            if ecriture is not None:
                ecriture.result()
        for fichier, nom in ((savoirs, fichiers.SAVOIR_FAIRE), (diplomes, fichiers.DIPLOMES)):
            fichier.seek(0)
            with _ouvrir(archive, nom, instant) as membre:
                shutil.copyfileobj(fichier, membre, 2**20)
        return lignes


def ecrire_correspondance(
    sortie: IO[bytes],
    personnes: Iterable[Professionnel],
    structures: Mapping[str, Structure],
    instant: datetime,
    *,
    nombre: int = 0,
) -> int:
    """Écrit l'extraction de correspondance MSSanté ; rend le nombre de BAL."""
    with tempfile.TemporaryFile() as lignes:
        for lot in _lots(personnes):
            textes = [t for personne in lot for t in fichiers.lignes_correspondance(personne, structures)]
            lignes.write("".join(textes).encode())
        return archiver_correspondance(sortie, lignes, structures, instant, nombre=nombre)


def archiver_correspondance(
    sortie: IO[bytes], lignes: IO[bytes], structures: Mapping[str, Structure], instant: datetime, *, nombre: int = 0
) -> int:
    """L'archive de ces lignes de BAL et de celles des structures ; rend le nombre de BAL."""
    bals = 0
    lignes.seek(0)
    with _archive(sortie, nombre) as archive, _ouvrir(archive, fichiers.CORRESPONDANCE, instant) as membre:
        membre.write(fichiers.entete(fichiers.CORRESPONDANCE).encode())
        while bloc := lignes.read(2**20):
            bals += bloc.count(b"\n")
            membre.write(bloc)
        textes = [t for structure in structures.values() for t in fichiers.lignes_bal_structure(structure)]
        membre.write("".join(textes).encode())
    return bals + len(textes)


def _archive(sortie: IO[bytes], nombre: int) -> zipfile.ZipFile:
    return zipfile.ZipFile(sortie, "w", zipfile.ZIP_DEFLATED, compresslevel=1 if nombre > _GRAND else 6)


Ecriture = Callable[..., int]


def archive(
    ecrire: Ecriture,
    prefixe: str,
    personnes: Iterable[Professionnel],
    structures: Mapping[str, Structure],
    instant: datetime,
) -> Archive:
    """L'archive entière en mémoire, pour une petite population."""
    tampon = io.BytesIO()
    ecrire(tampon, personnes, structures, instant)
    return Archive(f"{prefixe}_{horodatage(instant)}.zip", tampon.getvalue())


def _ouvrir(archive: zipfile.ZipFile, nom: str, instant: datetime) -> IO[bytes]:
    fiche = zipfile.ZipInfo(f"{nom}_{horodatage(instant)}.txt", instant.timetuple()[:6])
    fiche.compress_type = zipfile.ZIP_DEFLATED
    # Le niveau demandé à l'archive ne vaut pas pour une fiche donnée (CPython : seulement pour writestr).
    fiche._compresslevel = archive.compresslevel  # type: ignore[attr-defined]
    return archive.open(fiche, "w", force_zip64=True)


def _lots(personnes: Iterable[Professionnel]) -> Iterator[list[Professionnel]]:
    suite = iter(personnes)
    while lot := list(islice(suite, _LOT)):
        yield lot
