"""L'empreinte du code qui juge : la même d'une machine à l'autre, une autre dès qu'une vérification change."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

RACINE = Path(__file__).resolve().parents[2]
VERIFICATIONS = "steps/verifications"

_IMPORT = re.compile(rb"^from ((?:steps|reports|simulators)\.[a-z0-9_.]+) import", re.MULTILINE)


@lru_cache(maxsize=4)
def empreinte_des_verifications(racine: Path = RACINE) -> str:
    """SHA-256 des vérifications et des modules à nous qu'elles importent, par nom relatif et contenu.

    Ni le dossier d'installation ni les fins de ligne n'y entrent.
    """
    total = hashlib.sha256()
    for nom, contenu in sorted(_fichiers(racine).items()):
        total.update(f"{nom}\0{hashlib.sha256(contenu).hexdigest()}\n".encode())
    return total.hexdigest()


def _fichiers(racine: Path) -> dict[str, bytes]:
    """Par nom relatif en `/` : les vérifications, puis ce qu'elles importent directement (constat, lecture…)."""
    fichiers = {
        chemin.relative_to(racine).as_posix(): _lire(chemin) for chemin in (racine / VERIFICATIONS).rglob("*.py")
    }
    importes = {module for contenu in fichiers.values() for module in _importes(contenu)}
    for module in importes:
        for chemin in _emplacements(racine, module):
            fichiers.setdefault(chemin.relative_to(racine).as_posix(), _lire(chemin))
    return fichiers


def _importes(contenu: bytes) -> Iterator[str]:
    for trouve in _IMPORT.finditer(contenu):
        yield trouve[1].decode()


def _emplacements(racine: Path, module: str) -> Iterator[Path]:
    base = racine.joinpath(*module.split("."))
    yield from (chemin for chemin in (base.with_suffix(".py"), base / "__init__.py") if chemin.is_file())


def _lire(chemin: Path) -> bytes:
    return chemin.read_bytes().replace(b"\r\n", b"\n")
