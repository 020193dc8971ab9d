"""Version et empreinte du banc : ce qui, changé, peut changer un verdict."""

from __future__ import annotations

import hashlib
import os
import tomllib
from functools import lru_cache
from pathlib import Path

_RACINE = Path(__file__).resolve().parents[2]
_PAQUETS = ("steps", "reports", "simulators")
_SUFFIXES = (".py", ".json", ".yaml", ".xsl", ".xsd")


@lru_cache(maxsize=1)
def version_du_banc() -> str:
    """« x.y.z », lu dans pyproject.toml : les paquets ne sont pas installés."""
    projet = tomllib.loads((_RACINE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(projet["version"])


@lru_cache(maxsize=1)
def empreinte_du_banc() -> str:
    """SHA-256 abrégé de la version et du code : un banc corrigé rejoue un lot."""
    return _empreinte([_RACINE / paquet for paquet in _PAQUETS], _SUFFIXES, version_du_banc())


@lru_cache(maxsize=4)
def empreinte_du_kit(kit: Path | None) -> str:
    """SHA-256 abrégé des noms et contenus du kit ; « sans-kit » sans kit."""
    if kit is None:
        return "sans-kit"
    dossiers = [kit / nom for nom in ("infrastructure", "jeuxDeValeurs", "schematrons")]
    presents = [dossier for dossier in dossiers if dossier.is_dir()]
    return _empreinte(presents or [kit], (), "kit")


def _empreinte(dossiers: list[Path], suffixes: tuple[str, ...], graine: str) -> str:
    somme = hashlib.sha256(graine.encode())
    for dossier in dossiers:
        for racine, sous_dossiers, noms in os.walk(dossier):
            sous_dossiers.sort()
            for nom in sorted(noms):
                if suffixes and not nom.endswith(suffixes):
                    continue
                chemin = Path(racine, nom)
                contenu = hashlib.sha256(chemin.read_bytes()).digest()
                somme.update(chemin.relative_to(dossier.parent).as_posix().encode() + b"\0" + contenu)
    return somme.hexdigest()[:16]
