"""Une archive ZIP sans piège : bornes lues d'abord, noms sûrs, rien d'extrait sur le disque."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from reports.pieces.bornes import DECOMPRESSE_MAX, ENTREES_MAX, RAPPORT_MAX
from reports.pieces.controles.lecture import Lecture
from reports.pieces.formats import danger
from reports.pieces.refus import Refus, illisible, trop
from reports.texte import nombre, taille_lisible

_REFAIRE = "refaites l'archive, et vérifiez qu'elle s'ouvre avant de la déposer"
_CHEMIN_SUSPECT = re.compile(r"(^|[/\\])\.\.([/\\]|$)|^[/\\]|^[A-Za-z]:|\x00")
_BLOC = 1 << 20


def controler(chemin: Path) -> Lecture:
    """Contrôle une archive ; Refus si elle est abîmée, piégée, chiffrée, vide, ou porte un programme."""
    with ouvrir(chemin) as archive:
        fichiers = [entree for entree in archive.infolist() if not entree.is_dir()]
        if not fichiers:
            raise Refus("vide", "une archive qui contient au moins un fichier", "une archive vide", _REFAIRE)
        for entree in fichiers:
            _refuser_dangereux(archive, entree)
        noms = [entree.filename for entree in fichiers]
    details = {"fichiers": len(noms), "xdm": any(PurePosixPath(n).name.upper() == "METADATA.XML" for n in noms)}
    return Lecture(details, textes=contenus(chemin))


def ouvrir(chemin: Path) -> zipfile.ZipFile:
    """L'archive ouverte, ses bornes et ses noms vérifiés avant toute décompression."""
    try:
        archive = zipfile.ZipFile(chemin)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, UnicodeDecodeError) as erreur:
        raise illisible("une archive ZIP", f"un fichier abîmé ou coupé ({erreur})", _REFAIRE) from erreur
    try:
        _verifier(archive, chemin.stat().st_size)
    except BaseException:
        archive.close()
        raise
    return archive


def noms_de(chemin: Path) -> tuple[str, ...]:
    """Les noms des entrées, pour reconnaître le format ; vide si l'archive ne s'ouvre pas."""
    try:
        with zipfile.ZipFile(chemin) as archive:
            return tuple(entree.filename for entree in archive.infolist()[:ENTREES_MAX])
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, UnicodeDecodeError):
        return ()


def _verifier(archive: zipfile.ZipFile, taille: int) -> None:
    entrees = archive.infolist()
    if len(entrees) > ENTREES_MAX:
        raise trop("une archive", f"{nombre(ENTREES_MAX)} fichiers", f"{nombre(len(entrees))} annoncés", _REFAIRE)
    total = sum(entree.file_size for entree in entrees)
    if total > DECOMPRESSE_MAX or (total > 10 * _BLOC and total > RAPPORT_MAX * max(1, taille)):
        recu = f"{taille_lisible(total)} annoncés pour {taille_lisible(taille)} d'archive ; rien n'a été décompressé"
        raise trop("une archive", f"{taille_lisible(DECOMPRESSE_MAX)} une fois ouverte", recu, _REFAIRE)
    for entree in entrees:
        if _CHEMIN_SUSPECT.search(entree.filename):
            raise Refus(
                "piege",
                "une archive dont les noms restent dans son dossier",
                f"un nom qui en sort : {entree.filename[:80]!r}",
                _REFAIRE,
            )
        if entree.flag_bits & 1:
            raise Refus(
                "chiffre", "une archive sans mot de passe", "une archive chiffrée", "refaites-la sans mot de passe"
            )


def lire(archive: zipfile.ZipFile, nom: str | zipfile.ZipInfo, limite: int = DECOMPRESSE_MAX) -> bytes:
    """Une entrée, lue au plus jusqu'à `limite` : la taille annoncée n'est pas crue."""
    try:
        with archive.open(nom) as flux:
            octets = flux.read(limite + 1)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError, KeyError) as erreur:
        raise illisible("une archive ZIP", f"une entrée abîmée ({erreur})", _REFAIRE) from erreur
    if len(octets) > limite:
        raise trop("une entrée d'archive", taille_lisible(limite), "davantage que ce qu'elle annonce", _REFAIRE)
    return octets


def contenus(chemin: Path) -> Iterator[bytes]:
    """Le contenu de chaque entrée, bloc après bloc ; la somme décompressée est bornée."""
    reste = DECOMPRESSE_MAX
    with ouvrir(chemin) as archive:
        for entree in archive.infolist():
            try:
                with archive.open(entree) as flux:
                    while bloc := flux.read(_BLOC):
                        reste -= len(bloc)
                        if reste < 0:
                            recu = "davantage que ce qu'elle annonce"
                            raise trop("une archive", taille_lisible(DECOMPRESSE_MAX), recu, _REFAIRE)
                        yield bloc
            except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError) as erreur:
                raise illisible("une archive ZIP", f"une entrée abîmée ({erreur})", _REFAIRE) from erreur
            yield b"\n" * 600  # deux entrées voisines ne forment pas un seul texte


def _refuser_dangereux(archive: zipfile.ZipFile, entree: zipfile.ZipInfo) -> None:
    try:
        with archive.open(entree) as flux:
            debut = flux.read(4096)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError) as erreur:
        raise illisible("une archive ZIP", f"une entrée abîmée ({erreur})", _REFAIRE) from erreur
    # Une archive XDM porte d'office un INDEX.HTM : seul ce qui s'exécute sans page est refusé ici.
    trouve = danger(debut)
    if trouve is not None and trouve[0].startswith("programme"):
        raise Refus("dangereux", "une archive sans programme", f"{entree.filename[:80]} : {trouve[0]}", trouve[1])
