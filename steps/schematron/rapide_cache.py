"""Code compilé d'un schematron, gardé sur disque par empreinte.

Ce qui est gardé s'exécute : le dossier doit appartenir à l'utilisateur et n'être inscriptible que par lui, le fichier
aussi ; sinon rien n'est lu ni écrit. Un fichier d'une autre version (du moteur, de Python, du schematron) ou abîmé est
ignoré et refait. Une écriture est atomique.
"""

from __future__ import annotations

import contextlib
import glob
import hashlib
import importlib.util
import marshal
import os
import stat
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

from steps.schematron.modele import Schematron

_SOUS_DOSSIER = "rapide"
_TAILLE_MAX = 64 * 1024 * 1024
_GARDES_PAR_NOM = 4


@lru_cache(maxsize=1)
def _version() -> bytes:
    """Empreinte de notre code et de la version de Python : tout changement refait le cache."""
    condense = hashlib.sha256(importlib.util.MAGIC_NUMBER)
    ici = Path(__file__).parent
    for chemin in sorted((*ici.glob("rapide*.py"), *(ici / "xpath").glob("*.py"))):
        condense.update(chemin.read_bytes())
    return condense.digest()


def lire(dossier: Path | None, schematron: Schematron) -> dict[str, Any] | None:
    """Ce qui a été gardé pour ce schematron, None s'il n'y a rien de sûr."""
    fichier = _fichier(dossier, schematron)
    if fichier is None:
        return None
    try:
        with fichier.open("rb") as flux:
            if not _a_nous(os.fstat(flux.fileno())) or os.fstat(flux.fileno()).st_size > _TAILLE_MAX:
                return None
            contenu = flux.read()
    except OSError:
        return None
    if contenu[:32] != hashlib.sha256(contenu[32:]).digest():
        return None
    try:
        garde = marshal.loads(contenu[32:])
    except (ValueError, EOFError, TypeError):
        return None
    return garde if isinstance(garde, dict) else None


def ecrire(dossier: Path | None, schematron: Schematron, garde: dict[str, Any]) -> None:
    """Garde ; un dossier qui refuse l'écriture ne gêne pas le jugement."""
    fichier = _fichier(dossier, schematron)
    if fichier is None:
        return
    contenu = marshal.dumps(garde)
    provisoire = ""
    try:
        descripteur, provisoire = tempfile.mkstemp(dir=fichier.parent, prefix=".", suffix=".tmp")
        with os.fdopen(descripteur, "wb") as sortie:
            sortie.write(hashlib.sha256(contenu).digest() + contenu)
        Path(provisoire).replace(fichier)
        _oublier(fichier, schematron.nom)
    except OSError:
        with contextlib.suppress(OSError):
            Path(provisoire).unlink(missing_ok=True)


def _fichier(dossier: Path | None, schematron: Schematron) -> Path | None:
    """Le fichier du schematron, dans un dossier sûr créé au besoin ; None s'il ne peut pas l'être."""
    if dossier is None or not hasattr(os, "geteuid") or not schematron.empreinte:
        return None
    sur = dossier / _SOUS_DOSSIER
    try:
        sur.mkdir(mode=0o700, parents=True, exist_ok=True)
        etat = sur.lstat()
    except OSError:
        return None
    if not stat.S_ISDIR(etat.st_mode) or not _a_nous(etat):
        return None
    cle = hashlib.sha256(_version() + schematron.empreinte.encode()).hexdigest()
    return sur / f"{schematron.nom}-{cle[:32]}.bin"


def _oublier(fichier: Path, nom: str) -> None:
    """Ne garde que les derniers fichiers écrits pour les schematrons de ce nom."""
    gardes = sorted(fichier.parent.glob(f"{glob.escape(nom)}-*.bin"), key=lambda f: f.stat().st_mtime_ns, reverse=True)
    for ancien in gardes[_GARDES_PAR_NOM:]:
        ancien.unlink(missing_ok=True)


def _a_nous(etat: os.stat_result) -> bool:
    """Possédé par l'utilisateur, et inscriptible par lui seul."""
    return etat.st_uid == os.geteuid() and not etat.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
