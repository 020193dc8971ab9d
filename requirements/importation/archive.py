"""Ouverture prudente d'un classeur : avant toute lecture, l'archive et chacune de ses parties sont vérifiées."""

from __future__ import annotations

import hashlib
import re
import zipfile
import zlib
from pathlib import Path

from requirements.erreurs import ErreurClasseur

TAILLE_MAX = 50 * 1024 * 1024
DECOMPRESSE_MAX = 150 * 1024 * 1024
RAPPORT_MAX = 300
PARTIES_MAX = 2000
_SEUIL_RAPPORT = 1024 * 1024
_BLOC = 256 * 1024
_RECOUVREMENT = 32

_SIGNATURE_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_XML = (".xml", ".rels", ".vml")
_DECLARATION = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_INTERDIT = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ENCODAGES = frozenset((b"utf-8", b"us-ascii", b"ascii"))


def verifier(chemin: Path) -> str:
    """Refuse un fichier qui n'est pas un classeur xlsx sain ; rend son SHA-256."""
    if not chemin.is_file():
        raise ErreurClasseur(f"Classeur introuvable : {chemin}. À faire : vérifier le chemin.")
    taille = chemin.stat().st_size
    if taille > TAILLE_MAX:
        raise ErreurClasseur(_trop(chemin, f"une taille d'au plus {_mo(TAILLE_MAX)}", _mo(taille)))
    try:
        with zipfile.ZipFile(chemin) as archive:
            _verifier_parties(chemin, archive)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError) as erreur:
        raise ErreurClasseur(
            f"{chemin.name} : attendu un classeur Excel .xlsx, reçu {_genre(chemin)} ({erreur}). "
            "À faire : l'ouvrir dans un tableur et l'enregistrer en .xlsx, sans mot de passe."
        ) from erreur
    except RuntimeError as erreur:
        raise ErreurClasseur(
            f"{chemin.name} : attendu un classeur lisible, reçu un classeur protégé ({erreur}). "
            "À faire : en enregistrer une copie sans mot de passe."
        ) from erreur
    with chemin.open("rb") as fichier:
        return hashlib.file_digest(fichier, "sha256").hexdigest()


def _verifier_parties(chemin: Path, archive: zipfile.ZipFile) -> None:
    parties = archive.infolist()
    if len(parties) > PARTIES_MAX:
        raise ErreurClasseur(_trop(chemin, f"au plus {PARTIES_MAX} parties", str(len(parties))))
    if "[Content_Types].xml" not in archive.namelist():
        raise ErreurClasseur(
            f"{chemin.name} : attendu un classeur Excel .xlsx, reçu une archive zip sans « [Content_Types].xml ». "
            "À faire : choisir le classeur lui-même, pas l'archive qui le contient."
        )
    total = 0
    for partie in parties:
        total = _parcourir(chemin, archive, partie, total)


def _parcourir(chemin: Path, archive: zipfile.ZipFile, partie: zipfile.ZipInfo, total: int) -> int:
    """Décompresse une partie par blocs, sans la garder : sa taille réelle compte, pas celle qu'elle annonce."""
    lus = 0
    queue = b""
    est_xml = partie.filename.lower().endswith(_XML)
    with archive.open(partie) as flux:
        while bloc := flux.read(_BLOC):
            if est_xml and not lus:
                _verifier_encodage(chemin, partie.filename, bloc)
            # Sans les octets nuls, une DTD écrite en UTF-16 sous une extension quelconque se voit aussi.
            bloc_nu = queue + bloc.replace(b"\0", b"")
            if _INTERDIT.search(bloc_nu):
                raise ErreurClasseur(
                    f"{chemin.name}, partie {partie.filename} : attendu du XML sans DTD ni entité, reçu une "
                    "déclaration DOCTYPE ou ENTITY. À faire : se procurer le classeur d'origine."
                )
            queue = bloc_nu[-_RECOUVREMENT:]
            lus += len(bloc)
            if total + lus > DECOMPRESSE_MAX:
                raise ErreurClasseur(_trop(chemin, f"au plus {_mo(DECOMPRESSE_MAX)} une fois décompressé", "davantage"))
            if lus > _SEUIL_RAPPORT and lus > RAPPORT_MAX * max(partie.compress_size, 1):
                raise ErreurClasseur(
                    _trop(
                        chemin, f"une compression d'au plus {RAPPORT_MAX} pour 1", f"davantage dans {partie.filename}"
                    )
                )
    return total + lus


def _verifier_encodage(chemin: Path, nom: str, debut: bytes) -> None:
    declaration = _DECLARATION.search(debut[:200])
    encodage = declaration.group(1).lower() if declaration else b"utf-8"
    if encodage not in _ENCODAGES or b"\0" in debut[:200]:
        recu = encodage.decode("ascii") if declaration else "un autre encodage"
        raise ErreurClasseur(
            f"{chemin.name}, partie {nom} : attendu du XML en UTF-8, reçu {recu}. "
            "À faire : ouvrir le classeur dans un tableur et l'enregistrer de nouveau en .xlsx."
        )


def _genre(chemin: Path) -> str:
    with chemin.open("rb") as fichier:
        ole = fichier.read(8) == _SIGNATURE_OLE
    return "un classeur .xls ancien ou protégé par un mot de passe" if ole else "un fichier qui n'en est pas un"


def _trop(chemin: Path, attendu: str, recu: str) -> str:
    return f"{chemin.name} : attendu {attendu}, reçu {recu}. À faire : vérifier que c'est bien un classeur de REM."


def _mo(octets: int) -> str:
    return f"{octets / 1024 / 1024:.0f} Mo"
