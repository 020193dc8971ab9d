"""Qui tient un port TCP de cette machine, quand le système permet de le savoir (Linux, processus du même compte)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

_TABLES = ("/proc/net/tcp", "/proc/net/tcp6")
_ECOUTE = "0A"


def occupant(port: int) -> str:
    """« nom (processus 1234) », ou vide si cela ne se sait pas."""
    try:
        inodes = {f"socket:[{inode}]" for table in _TABLES for inode in _ecoutes(Path(table), port)}
        return next(_tenants(inodes), "") if inodes else ""
    except OSError:
        return ""


def _ecoutes(table: Path, port: int) -> Iterator[str]:
    if not table.is_file():
        return
    for ligne in table.read_text(encoding="ascii").splitlines()[1:]:
        champs = ligne.split()
        if champs[3] == _ECOUTE and int(champs[1].rsplit(":", 1)[1], 16) == port:
            yield champs[9]


def _tenants(inodes: set[str]) -> Iterator[str]:
    for processus in Path("/proc").iterdir():
        if not processus.name.isdigit():
            continue
        try:
            if any(_cible(lien) in inodes for lien in (processus / "fd").iterdir()):
                yield f"{(processus / 'comm').read_text(encoding='utf-8').strip()} (processus {processus.name})"
        except OSError:
            continue  # un autre compte, ou un processus fini entre-temps


def _cible(lien: Path) -> str:
    try:
        return os.readlink(lien)  # noqa: PTH115 (texte voulu)
    except OSError:
        return ""  # fermé entre-temps
