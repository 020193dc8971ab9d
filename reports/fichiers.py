"""Écriture des fichiers du dossier : entiers ou absents, mêmes données → mêmes octets."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def ecrire_atomique(chemin: Path, octets: bytes | Iterable[bytes]) -> Path:
    """Écrit à côté puis renomme : un arrêt brutal laisse l'ancien fichier, jamais une moitié du nouveau.

    `octets` : le contenu, ou ses morceaux dans l'ordre, qui n'ont pas à tenir ensemble en mémoire.
    """
    chemin.parent.mkdir(parents=True, exist_ok=True)
    descripteur, provisoire = tempfile.mkstemp(prefix=f".{chemin.name[:40]}.", dir=chemin.parent)
    try:
        with os.fdopen(descripteur, "wb") as sortie:
            sortie.writelines((octets,) if isinstance(octets, bytes) else octets)
        # mkstemp crée en 0600 ; un dossier de preuves se partage comme n'importe quel fichier produit.
        Path(provisoire).chmod(0o644)
        Path(provisoire).replace(chemin)
    except BaseException:
        Path(provisoire).unlink(missing_ok=True)
        raise
    return chemin


def ecrire_json(chemin: Path, valeur: Any) -> Path:
    """JSON lisible, accents en clair, clés dans l'ordre donné."""
    texte = json.dumps(valeur, ensure_ascii=False, indent=2)
    # Un demi-caractère isolé (surrogate) n'a pas d'UTF-8 : json sait l'écrire en \uXXXX, sans perte.
    try:
        octets = texte.encode()
    except UnicodeEncodeError:
        octets = json.dumps(valeur, ensure_ascii=True, indent=2).encode()
    return ecrire_atomique(chemin, octets + b"\n")


def dossier_de_cache() -> Path:
    """Le cache de l'utilisateur pour le banc, non créé : XDG_CACHE_HOME ou LOCALAPPDATA, sinon ~/.cache."""
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(base) if base else Path.home() / ".cache") / "banc-sons"
