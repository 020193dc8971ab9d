"""Qui tient un port de cette machine, quand le système veut bien le dire."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")
_ECOUTE = "0A"


def qui_ecoute(port: int) -> str:
    """« java (1234) », « personne n'écoute », ou « occupé » ou « inconnu » quand le système n'en dit pas plus."""
    tables = [_PROC / "net" / nom for nom in ("tcp", "tcp6")]
    if not any(table.is_file() for table in tables):
        return "occupant inconnu de ce système"
    noeuds = {noeud for table in tables if table.is_file() for noeud in _ecoutes(table, port)}
    if not noeuds:
        return "personne n'écoute"
    return ", ".join(sorted(set(_processus(noeuds)))) or "tenu par un autre utilisateur"


def _ecoutes(table: Path, port: int) -> Iterator[str]:
    for ligne in table.read_text(encoding="ascii").splitlines()[1:]:
        champs = ligne.split()
        if champs[3] == _ECOUTE and int(champs[1].rsplit(":", 1)[1], 16) == port:
            yield f"socket:[{champs[9]}]"


def _processus(noeuds: set[str]) -> Iterator[str]:
    for dossier in _PROC.glob("[0-9]*"):
        # Un processus peut finir, ou être à un autre, pendant que l'on regarde.
        with suppress(OSError):
            if any(str(lien.readlink()) in noeuds for lien in (dossier / "fd").iterdir()):
                yield f"{(dossier / 'comm').read_text(encoding='utf-8', errors='replace').strip()} ({dossier.name})"
